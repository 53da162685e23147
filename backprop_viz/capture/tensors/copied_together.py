"""Copies of many small tensors, which lie in one piece of memory.

A network of a thousand layers has thousands of parameters of a few kilobytes: to get an array for
each of them takes longer than to copy their numbers.
"""

import ctypes
from collections.abc import Sequence

import numpy as np
from torch import Tensor

from backprop_viz.capture.tensors.array_memory import SMALLEST
from backprop_viz.capture.tensors.memory import NUMPY_DTYPES, Copied, NotCopied, is_plain
from backprop_viz.recording.trace.events import Array

# An array, and where it lies.
_Placed = tuple[Array, int]
# About so many bytes lie in one piece, each array from such a multiple on.
_PIECE, _ALIGNED = 1 << 20, 64
_move = ctypes.memmove


def copied_together(tensors: Sequence[Tensor]) -> list[Copied | None]:
    """The copy of each tensor, which is kept alive; None of one that is to be copied by itself.

    That is one that is large, or that numpy does not have as it is.
    """
    placed = zip(tensors, _placed(tensors), strict=True)
    return [None if one is None else Copied.of(tensor, *one) for tensor, one in placed]


def arrays_together(tensors: Sequence[Tensor]) -> list[Array | None]:
    """The same, and of each copy the read-only array alone."""
    return [None if one is None else one[0] for one in _placed(tensors)]


def _placed(tensors: Sequence[Tensor]) -> list[_Placed | None]:
    found: list[_Placed | None] = [None] * len(tensors)
    small: list[tuple[int, Tensor, int]] = []
    for number, tensor in enumerate(tensors):
        try:
            if is_plain(tensor) and 0 < (size := tensor.nbytes) < SMALLEST:
                small.append((number, tensor, size))
        except NotCopied:
            continue
    start = stop = 0
    while start < len(small):
        offsets, taken = [], 0
        while stop < len(small) and taken < _PIECE:
            offsets.append(taken)
            taken += -(-small[stop][2] // _ALIGNED) * _ALIGNED
            stop += 1
        piece = np.empty(taken, np.uint8)
        piece.setflags(write=False)  # nor can the arrays be written to that are part of it
        address = piece.ctypes.data
        for (number, tensor, size), offset in zip(small[start:stop], offsets, strict=True):
            _move(address + offset, tensor.data_ptr(), size)
            array: Array = np.ndarray(tensor.shape, NUMPY_DTYPES[tensor.dtype], piece, offset)
            found[number] = array, address + offset
        start = stop
    return found
