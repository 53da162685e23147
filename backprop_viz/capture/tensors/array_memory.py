"""Memory for the large arrays of a recording.

To get memory that is new from the kernel takes longer than to fill it. So the large arrays of a
recording share pieces of memory, and a later recording gets the pieces of one that is gone.
"""

from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np

from backprop_viz.recording.trace.tensors import Array

# Smaller arrays come from memory that was used before anyway.
SMALLEST = 1 << 16
_LARGEST = 1 << 21
_PIECE = 1 << 22
_ALIGNED = 64
# So many pieces are kept for later recordings: 32 MB.
_KEPT = 8
# A little less than the most up to which glibc learns from what is freed.
_LEARNT = (1 << 25) - (1 << 16)
_Bytes = np.ndarray[Any, np.dtype[np.uint8]]


class _Memory(_Bytes):
    """The memory of a piece. numpy would skip the piece as an array's base if it were a ndarray."""


_free: list[_Memory] = []


class _Piece(_Bytes):
    """The bytes of a piece, which the arrays in it keep alive."""

    # What is given back; a view of a piece has none.
    lent: _Memory | None = None

    def __del__(self, free: list[_Memory] = _free) -> None:
        if self.lent is not None and len(free) < _KEPT:
            free.append(self.lent)


class ArrayMemory:
    """Copies the large arrays of one recording.

    The first of them have memory of their own, for a small recording would not fill a piece.
    """

    def __init__(self) -> None:
        _keep_what_is_freed()
        self._copied = 0
        self._piece: _Piece | None = None
        self._taken = _PIECE

    def copy(self, seen: Array) -> Array:
        """A copy of an array that lies in C order."""
        copied: Array = np.ndarray(seen.shape, seen.dtype, *self.room(seen.nbytes))
        copied[...] = seen
        return copied

    def room(self, size: int) -> tuple[_Bytes, int]:
        """A piece of memory, and from where on so many bytes of it are for who asks."""
        self._copied += size
        if self._copied < _LARGEST or size > _LARGEST:
            return np.empty(size, np.uint8), 0
        if self._piece is None or self._taken + size > _PIECE:
            self._piece, self._taken = _piece(), 0
        start = self._taken
        self._taken += -(-size // _ALIGNED) * _ALIGNED
        return self._piece, start


def _piece() -> _Piece:
    """A piece that was used before, or a new one."""
    try:
        memory = _free.pop()
    except IndexError:
        memory = np.empty(_PIECE, np.uint8).view(_Memory)
    piece = memory.view(_Piece)
    piece.lent = memory
    return piece


@cache
def _keep_what_is_freed() -> None:
    """Have the C library keep what one recording frees for the next, and for the loop.

    A loop frees the tensors of an iteration one by one, a recording all of them at its end. glibc
    gives what is freed back to the kernel where that is more than twice the largest piece of its
    own that was freed before, up to 32 MB; to get it anew took a quarter of a recorded iteration of
    a LeNet. So such a piece is freed once. Nothing is ever in it: it takes no memory.
    """
    with suppress(MemoryError):
        np.empty(_LEARNT, np.uint8)
