"""The pad to draw a digit on, and what the net makes of it."""
