"""The grad_fn graph: its layout, how it is painted, and which nodes backward has run."""
