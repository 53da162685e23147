"""Copies of many tensors, made in one go.

A network of a thousand layers has thousands of parameters of a few kilobytes: to get an array for
each of them takes longer than to copy their numbers. So an array is made when somebody asks for it.
"""

import ctypes
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from backprop_viz.capture.tensors.array_memory import ArrayMemory
from backprop_viz.capture.tensors.memory import NUMPY_DTYPES, PLAIN, Copied, memcmp
from backprop_viz.capture.tensors.sharded_memory import takes_memory_away
from backprop_viz.recording.trace.events import Array

# About so many bytes lie in one piece, each array from such a multiple on.
_PIECE, _ALIGNED = 1 << 16, 64
_move = ctypes.memmove


@dataclass(frozen=True)
class Kinds:
    """What each of many plain tensors is."""

    shapes: list[torch.Size]
    dtypes: list[torch.dtype]

    @cached_property
    def places(self) -> "_Places":
        """Where copies of such tensors lie."""
        kinds = zip(self.shapes, self.dtypes, strict=True)
        return _places_of([shape.numel() * dtype.itemsize for shape, dtype in kinds])


# Those of the newest layouts of several tensors: a model's parameters are the same each time.
_newest: "deque[Kinds]" = deque(maxlen=4)


def kinds_of(shapes: list[torch.Size], dtypes: list[torch.dtype]) -> Kinds:
    """What tensors of these shapes and dtypes are; the same object again of many that are alike."""
    kinds = Kinds(shapes, dtypes)
    if len(shapes) == 1:
        return kinds
    for known in tuple(_newest):  # another thread may put others there
        if known == kinds:
            return known
    _newest.append(kinds)
    return kinds


class Layout(NamedTuple):
    """Where each of many plain tensors lies, and what lies there."""

    addresses: list[int]
    kinds: Kinds


def layout_of(tensors: Sequence[Tensor]) -> Layout | None:
    """None where numpy does not have each of them as it is, in C order, or one is empty."""
    try:
        dtypes = [tensor.dtype for tensor in tensors]
        plain = (
            PLAIN.issuperset(map(type, tensors))
            and NUMPY_DTYPES.keys() >= set(dtypes)
            and {tensor.is_cpu for tensor in tensors} <= {True}
            and all(map(Tensor.is_contiguous, tensors))
            and not any(map(Tensor.is_neg, tensors))
            and not takes_memory_away()
        )
        if not plain:
            return None
        # A sparse one and one within a transform have no address: to ask raises, or gives 0. One
        # that is nested has no shape.
        addresses, shapes = list(map(Tensor.data_ptr, tensors)), [t.shape for t in tensors]
    except RuntimeError:
        return None
    return Layout(addresses, kinds_of(shapes, dtypes)) if all(addresses) else None


class _Piece(NamedTuple):
    """The copies of which tensors lie in a piece of memory, and how many bytes that has."""

    start: int
    stop: int
    size: int


class _Places(NamedTuple):
    """Where the copies of tensors lie: in which of these pieces each, and how far in.

    ``seen`` gives the bytes of each at an address as a buffer; ``gaps`` are zeros to lie behind it.
    """

    sizes: list[int]
    pieces: list[_Piece]
    piece_of: list[int]
    offsets: list[int]
    seen: list[Callable[[int], "ctypes.Array[ctypes.c_char]"]]
    gaps: list[bytes]

    def joined(self, addresses: Sequence[int], piece: _Piece) -> bytes:
        """The bytes of a piece, of what lies at these addresses now."""
        start, stop, _ = piece
        ahead = zip(self.seen[start:stop], addresses[start:stop], strict=True)
        seen, gaps = [seen(address) for seen, address in ahead], self.gaps[start:stop]
        if not any(gaps):
            return b"".join(seen)
        return b"".join(chain.from_iterable(zip(seen, gaps, strict=True)))


def _places_of(sizes: list[int]) -> _Places:
    """Where tensors of so many bytes are copied to."""
    found = _Places(sizes, [], [], [], [], [])
    start = taken = 0
    for number, size in enumerate(sizes):
        if taken and taken + size > _PIECE:
            found.pieces.append(_Piece(start, number, taken))
            start, taken = number, 0
        found.piece_of.append(len(found.pieces))
        found.offsets.append(taken)
        found.seen.append((ctypes.c_char * size).from_address)
        found.gaps.append(bytes(-size % _ALIGNED))
        taken += size + len(found.gaps[-1])
    found.pieces.append(_Piece(start, len(sizes), taken))
    return found


class CopiesOfLayout:
    """A copy of each of the tensors of a layout, wherever the copies lie."""

    __slots__ = ("_arrays", "_layout")

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._arrays: list[Array | None] = [None] * len(layout.addresses)

    def __len__(self) -> int:
        return len(self._arrays)

    @property
    def sources(self) -> Sequence[int]:
        """Where the tensors lay."""
        return self._layout.addresses

    def has(self, array: Array) -> bool:
        """Whether this is the array of one of the tensors."""
        return any(array is one for one in self._arrays)

    def share(self, number: int, array: Array) -> None:
        """One of the tensors has an array already, of the same numbers."""
        self._arrays[number] = array

    def is_of(self, layout: Layout) -> bool:
        """Whether tensors lie where these lay, and are of the same kinds."""
        return self._layout == layout

    def lies_in(self, number: int, tensor: Tensor) -> bool:
        """Whether a tensor lies where one of these lay, and is of the same kind."""
        addresses, kinds = self._layout
        return (
            type(tensor) in PLAIN
            and tensor.data_ptr() == addresses[number]
            and tensor.shape == kinds.shapes[number]
            and tensor.dtype is kinds.dtypes[number]
            and tensor.is_contiguous()
            and not tensor.is_neg()
        )


class CopiedTogether(CopiesOfLayout):
    """A copy of each of the tensors of a layout, which somebody keeps alive.

    ``memory`` is for those that are a piece by themselves.
    """

    __slots__ = ("_addresses", "_clones", "_places", "_rooms")

    def __init__(self, layout: Layout, memory: ArrayMemory) -> None:
        self._begin(layout)
        # The memory of each piece, and from where on it is in there; or what the copies are.
        self._rooms: list[tuple[np.ndarray[Any, np.dtype[np.uint8]], int]] = []
        self._clones: Sequence[Tensor] = ()
        self._addresses: list[int] | None = None  # of the copies, once they are asked for
        for piece in self._places.pieces:
            start, stop, size = piece
            if stop - start == 1:  # it may be large, and others go on meanwhile
                room, first = memory.room(size)
                source = layout.addresses[start]
                _move(room.ctypes.data + first, source, self._places.sizes[start])
            else:
                joined = self._places.joined(layout.addresses, piece)
                room, first = np.frombuffer(joined, np.uint8), 0
            self._rooms.append((room, first))

    def _begin(self, layout: Layout) -> None:
        super().__init__(layout)
        self._places = layout.kinds.places

    @classmethod
    def lying_in(cls, layout: Layout, clones: Sequence[Tensor | None]) -> "CopiedTogether | None":
        """The copies are these clones, which nobody else has; None if they are not all as it is."""
        there = [clone for clone in clones if clone is not None]
        of_clones = layout_of(there)
        if of_clones is None or of_clones.kinds != layout.kinds:
            return None
        found = cls.__new__(cls)
        found._begin(layout)
        found._rooms, found._clones, found._addresses = [], there, of_clones.addresses
        return found

    @property
    def _copies(self) -> list[int]:
        """Where the copies lie."""
        if self._addresses is None:
            starts = [room.ctypes.data + first for room, first in self._rooms]
            places = zip(self._places.piece_of, self._places.offsets, strict=True)
            self._addresses = [starts[piece] + offset for piece, offset in places]
        return self._addresses

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays."""
        return sum(self._places.sizes)

    def array(self, number: int) -> Array:
        """The read-only array of one of the tensors, the same one each time."""
        array = self._arrays[number]
        if array is None:
            if self._clones:
                array = self._clones[number].numpy(force=True)
            else:
                kinds = self._layout.kinds
                room, first = self._rooms[self._places.piece_of[number]]
                kind = kinds.shapes[number], NUMPY_DTYPES[kinds.dtypes[number]]
                array = np.ndarray(*kind, room, first + self._places.offsets[number])
            array.setflags(write=False)
            self._arrays[number] = array
        return array

    def copied(self, number: int) -> Copied:
        """The copy of one of the tensors."""
        addresses, kinds = self._layout
        source, kind = addresses[number], (kinds.dtypes[number], kinds.shapes[number])
        made, address = partial(self.array, number), self._copies[number]
        return Copied.late(made, address, source, *kind)

    def differing(self) -> list[int]:
        """Which of the tensors have other bits now. They must lie where they lay."""
        now, copies, places = self._layout.addresses, self._copies, self._places
        found: list[int] = []
        for piece in places.pieces:
            start, stop, size = piece
            if stop - start > 1:
                joined = places.joined(now, piece)
                if self._clones and joined == places.joined(copies, piece):
                    continue
                if not self._clones and not memcmp(joined, copies[start], size):
                    continue
            each = range(start, stop)
            found += [i for i in each if memcmp(now[i], copies[i], places.sizes[i])]
        return found
