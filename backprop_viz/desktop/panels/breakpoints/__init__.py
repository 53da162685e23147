"""Breakpoints: what they are called, and the dialog that keeps the list of them."""
