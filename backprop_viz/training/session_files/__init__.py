"""What can be told of a session file without torch."""
