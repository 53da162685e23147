"""Widgets that several panels share, and the strips that show messages and progress."""
