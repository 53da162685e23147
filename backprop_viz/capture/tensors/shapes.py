"""Shapes as plain numbers."""

import torch


def known_sizes(shape: torch.Size) -> tuple[int, ...]:
    """The sizes that are numbers: of a jagged nested tensor one stands for many."""
    return tuple([size for size in shape if type(size) is int])


def known_shape(shape: torch.Size) -> tuple[int, ...] | None:
    """A shape whose sizes are all numbers, else None."""
    for size in shape:
        if type(size) is not int:
            return None
    return tuple(shape)
