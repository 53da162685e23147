"""The window's ends of its lines: to workers, to scripts, to recording files."""
