"""Breakpoints: their texts, the menu that toggles them, and the dialog that lists them."""
