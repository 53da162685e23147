"""Files that are written whole or not at all, and what a file's head says of it. No torch."""
