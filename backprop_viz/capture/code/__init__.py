"""Whose code is running: its line, its frames, its source."""
