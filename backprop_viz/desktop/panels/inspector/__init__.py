"""One parameter or tensor: its gradient as bars, its update as a table."""
