"""What the window asks of Python, Qt and the operating system."""
