"""Somebody's own training loop, followed by a window or into a file while it runs."""
