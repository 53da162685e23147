"""Loops that train tensors which are in no module: found, named, and their phases told."""
