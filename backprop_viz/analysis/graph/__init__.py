"""Where a grad_fn graph lies when it is drawn."""
