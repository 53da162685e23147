"""Lessons: begun, played and left."""
