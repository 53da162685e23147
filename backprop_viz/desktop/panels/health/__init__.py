"""How the tensors of a long run were: a table, and one of them over the iterations."""
