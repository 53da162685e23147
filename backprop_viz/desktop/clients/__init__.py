"""The window's ends of its connections: to workers, to scripts, to recording files."""
