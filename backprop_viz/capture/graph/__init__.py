"""The grad_fn graph: read from live torch objects, node by node."""
