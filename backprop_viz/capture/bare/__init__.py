"""Loops without an optimizer, or whose tensors are in no module: found, and their phases told."""
