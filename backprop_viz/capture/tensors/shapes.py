"""Shapes as plain numbers."""

import torch
from torch import Tensor


def shape_of(tensor: Tensor) -> torch.Size:
    """A tensor's shape; that of a number where it does not tell."""
    try:
        return tensor.shape
    except RuntimeError:  # a nested tensor that is not jagged
        return torch.Size()


def known_sizes(shape: torch.Size) -> tuple[int, ...]:
    """The sizes that are numbers: of a jagged nested tensor one stands for many."""
    return tuple([size for size in shape if type(size) is int])


def known_shape(shape: torch.Size) -> tuple[int, ...] | None:
    """A shape whose sizes are all numbers, else None."""
    for size in shape:
        if type(size) is not int:
            return None
    return tuple(shape)
