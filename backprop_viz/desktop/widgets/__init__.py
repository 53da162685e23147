"""Widgets that several panels use, and the strips in which the window tells the user something."""
