"""Copies of many small tensors, those of one shape in one array.

A network of a thousand layers has thousands of parameters of a few kilobytes: to get an array for
each of them takes longer than to copy their numbers.
"""

import ctypes
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from backprop_viz.capture.tensors.array_memory import SMALLEST
from backprop_viz.capture.tensors.memory import Copied, NotCopied, is_plain
from backprop_viz.recording.events import Array

# An array, and where it lies.
_Placed = tuple[Array, int]


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
    kinds: dict[tuple[torch.dtype, torch.Size], list[int]] = {}
    for number, tensor in enumerate(tensors):
        try:
            if not is_plain(tensor):
                continue
        except NotCopied:
            continue
        kind = tensor.dtype, tensor.shape
        if kind in kinds:
            kinds[kind].append(number)
        elif 0 < tensor.nbytes < SMALLEST:
            kinds[kind] = [number]
    found: list[_Placed | None] = [None] * len(tensors)
    for (_, shape), numbers in kinds.items():
        first = tensors[numbers[0]]
        together = np.empty((len(numbers), *shape), first.numpy(force=True).dtype)
        together.setflags(write=False)  # nor can the arrays be written to that are part of it
        address, size, move = together.ctypes.data, first.nbytes, ctypes.memmove
        for number, array in zip(numbers, _rows(together), strict=True):
            move(address, tensors[number].data_ptr(), size)
            found[number] = array, address
            address += size
    return found


def _rows(together: Array) -> Sequence[Array]:
    """An array for each index of the first axis; of single numbers too."""
    return list(together) if together.ndim > 1 else [together[i, ...] for i in range(len(together))]
