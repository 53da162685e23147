"""How the window looks: theme, language, layout, size of text, number of digits."""
