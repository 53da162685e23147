"""Where the iteration is: the five phases, and its events as a time line."""
