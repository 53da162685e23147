"""The Python that is run, with the line that is due."""
