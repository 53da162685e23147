"""Torch's tensors as numpy copies, and which tensors an object holds."""
