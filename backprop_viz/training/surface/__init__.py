"""The loss as a surface over a plane of the weights."""
