"""The inspector: everything about one parameter, tensor or grad_fn node, and the search."""
