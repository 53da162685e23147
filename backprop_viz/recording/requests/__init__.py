"""What the window asks for beside the run's steps, and what it is answered."""
