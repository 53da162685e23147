"""Copies of many tensors, made in one go.

A network of a thousand layers has thousands of parameters of a few kilobytes: to get an array for
each of them takes longer than to copy their numbers. So an array is made when somebody asks for it.
"""

import ctypes
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from backprop_viz.capture.tensors.array_memory import SMALLEST, ArrayMemory
from backprop_viz.capture.tensors.memory import (
    NUMPY_DTYPES,
    PLAIN,
    Copied,
    NotCopied,
    is_plain,
    is_wrapped,
    memcmp,
)
from backprop_viz.capture.tensors.sharded_memory import takes_memory_away
from backprop_viz.recording.trace.events import Array

# About so many bytes lie in one piece, each array from such a multiple on.
_PIECE, _ALIGNED = 1 << 20, 64
_move = ctypes.memmove
_STRIDED = torch.strided


class Layout(NamedTuple):
    """Where each of many plain tensors lies, and what lies there."""

    addresses: list[int]
    shapes: list[torch.Size]
    dtypes: list[torch.dtype]


def layout_of(tensors: Sequence[Tensor]) -> Layout | None:
    """None where numpy does not have each of them as it is, in C order, or one is empty."""
    try:
        dtypes = [tensor.dtype for tensor in tensors]
        plain = (
            PLAIN.issuperset(map(type, tensors))
            and {tensor.layout for tensor in tensors} <= {_STRIDED}
            and NUMPY_DTYPES.keys() >= set(dtypes)
            and {tensor.is_cpu for tensor in tensors} <= {True}
            and all(map(Tensor.is_contiguous, tensors))
            and not any(map(Tensor.is_neg, tensors))
            and not any(map(is_wrapped, tensors))
            and not takes_memory_away()
        )
        if not plain:
            return None
        addresses = list(map(Tensor.data_ptr, tensors))
    except RuntimeError:
        return None
    return Layout(addresses, [t.shape for t in tensors], dtypes) if all(addresses) else None


class CopiedTogether:
    """A copy of each of the tensors of a layout, which somebody keeps alive.

    ``memory`` is for those of some size.
    """

    __slots__ = ("_addresses", "_arrays", "_layout", "_offsets", "_pieces", "_sizes")

    def __init__(self, layout: Layout, memory: ArrayMemory) -> None:
        self._layout = layout
        kinds = zip(layout.shapes, layout.dtypes, strict=True)
        self._sizes = sizes = [shape.numel() * dtype.itemsize for shape, dtype in kinds]
        self._arrays: list[Array | None] = [None] * len(sizes)
        # Where each lies: in which piece, how far in, and the address; or a tensor that it is.
        self._pieces: list[Array | Tensor] = []
        self._offsets: list[int] = []
        self._addresses: list[int] = []
        start = 0
        while start < len(sizes):
            start = self._copy_a_piece(start, memory)

    @classmethod
    def lying_in(cls, layout: Layout, clones: Sequence[Tensor | None]) -> "CopiedTogether | None":
        """The copies are these clones, which nobody else has; None if they are not all as it is."""
        there = [clone for clone in clones if clone is not None]
        of_clones = layout_of(there)
        if of_clones is None or of_clones[1:] != layout[1:]:
            return None
        found = cls.__new__(cls)
        found._layout = layout
        kinds = zip(layout.shapes, layout.dtypes, strict=True)
        found._sizes = [shape.numel() * dtype.itemsize for shape, dtype in kinds]
        found._arrays = [None] * len(there)
        found._pieces, found._offsets = list(there), []
        found._addresses = of_clones.addresses
        return found

    def _copy_a_piece(self, start: int, memory: ArrayMemory) -> int:
        """Copy from a tensor on as many as fit into a piece of memory; which one is next."""
        sizes, offsets, taken = self._sizes, list[int](), 0
        for size in sizes[start:]:
            if offsets and taken + size > _PIECE:
                break
            offsets.append(taken)
            taken += -(-size // _ALIGNED) * _ALIGNED
        stop = start + len(offsets)
        piece, first = memory.room(taken)
        address = piece.ctypes.data + first
        addresses = [address + offset for offset in offsets]
        sources = self._layout.addresses[start:stop]
        for target, source, size in zip(addresses, sources, sizes[start:stop], strict=True):
            _move(target, source, size)
        self._pieces += [piece] * len(offsets)
        self._offsets += [first + offset for offset in offsets]
        self._addresses += addresses
        return stop

    def __len__(self) -> int:
        return len(self._sizes)

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays."""
        return sum(self._sizes)

    @property
    def sources(self) -> Sequence[int]:
        """Where the tensors lay."""
        return self._layout.addresses

    def array(self, number: int) -> Array:
        """The read-only array of one of the tensors, the same one each time."""
        array = self._arrays[number]
        if array is None:
            piece = self._pieces[number]
            if isinstance(piece, Tensor):
                array = piece.numpy(force=True)
            else:
                _, shapes, dtypes = self._layout
                kind = shapes[number], NUMPY_DTYPES[dtypes[number]]
                array = np.ndarray(*kind, piece, self._offsets[number])
            array.setflags(write=False)
            self._arrays[number] = array
        return array

    def has(self, array: Array) -> bool:
        """Whether this is the array of one of the tensors."""
        return any(array is one for one in self._arrays)

    def share(self, number: int, array: Array) -> None:
        """One of the tensors has an array already, of the same numbers."""
        self._arrays[number] = array

    def copied(self, number: int) -> Copied:
        """The copy of one of the tensors."""
        addresses, shapes, dtypes = self._layout
        source = addresses[number]
        made, address = partial(self.array, number), self._addresses[number]
        return Copied.late(made, address, source, dtypes[number], shapes[number])

    def is_of(self, layout: Layout) -> bool:
        """Whether tensors lie where these lay, and are of the same kinds."""
        return self._layout == layout

    def lies_in(self, number: int, tensor: Tensor) -> bool:
        """Whether a tensor lies where one of these lay, and is of the same kind."""
        addresses, shapes, dtypes = self._layout
        return (
            tensor.data_ptr() == addresses[number]
            and tensor.shape == shapes[number]
            and tensor.dtype is dtypes[number]
            and tensor.is_contiguous()
            and not tensor.is_neg()
        )

    def differing(self) -> list[int]:
        """Which of the tensors have other bits now. They must lie where they lay."""
        pairs = zip(self._layout.addresses, self._addresses, self._sizes, strict=True)
        return [i for i, (one, other, size) in enumerate(pairs) if memcmp(one, other, size)]


def copied_together(tensors: Sequence[Tensor]) -> list[Copied | None]:
    """The copy of each tensor, which is kept alive; None of one that is to be copied by itself.

    That is one that is large, or that numpy does not have as it is.
    """
    found: list[Copied | None] = [None] * len(tensors)
    small = [number for number, tensor in enumerate(tensors) if _is_small(tensor)]
    layout = layout_of([tensors[number] for number in small])
    if layout is not None:
        together = CopiedTogether(layout, ArrayMemory())
        for place, number in enumerate(small):
            found[number] = together.copied(place)
    return found


def _is_small(tensor: Tensor) -> bool:
    try:
        return is_plain(tensor) and 0 < tensor.nbytes < SMALLEST
    except NotCopied:
        return False
