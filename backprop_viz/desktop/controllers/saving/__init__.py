"""Saving a run, on request and automatically, and opening it again."""
