"""Lessons: what a lesson file holds, and the expressions in it over what was recorded."""
