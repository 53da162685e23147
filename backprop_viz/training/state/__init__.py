"""The state of a run, kept so that it can be put back."""
