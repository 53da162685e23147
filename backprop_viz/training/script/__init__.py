"""The run as Python: lines for the window, a script, a notebook."""
