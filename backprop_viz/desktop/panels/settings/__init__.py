"""The settings of the run, and their dialog."""
