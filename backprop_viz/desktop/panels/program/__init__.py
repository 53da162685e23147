"""The program that runs, as Python, with its current line, breakpoints and parameters."""
