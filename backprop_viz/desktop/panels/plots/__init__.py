"""Curves of the run, and the gradients' norms by parameter."""
