"""Gradients against finite differences, on a float64 copy of what was recorded."""
