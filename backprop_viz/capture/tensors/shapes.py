"""Shapes as plain numbers, and how what has them lies in memory."""

from collections.abc import Sequence

import torch
from torch import Tensor

from backprop_viz.recording.trace.events import Array


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


def lies_as(tensor: Tensor, array: Array) -> bool:
    """Whether a tensor's memory is laid out as the array's, without gaps."""
    return tuple(step * array.itemsize for step in tensor.stride()) == array.strides


def is_dense(array: Array) -> bool:
    """Whether an array lies in as many bytes as it has, in whatever order."""
    return reach(array.shape, array.strides, array.itemsize) == int(array.nbytes)


def reach(shape: Sequence[int], strides: Sequence[int], itemsize: int) -> int:
    """The bytes from the first element to the end of the last."""
    return sum((n - 1) * step for n, step in zip(shape, strides, strict=True)) + itemsize
