"""The health of a long run's tensors: a table, and one of them over the iterations."""
