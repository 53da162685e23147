"""The grad_fn graph: placed, painted, lit as backward reaches its nodes."""
