"""Minima and maxima of ever wider blocks of a curve, for drawing it zoomed out."""

from functools import reduce
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.run.buffers import reserved

Doubles = NDArray[np.float64]

# Zoomed out, a curve is drawn as at most this many blocks, and at least half as many.
BLOCKS = 1024
# Narrower blocks are computed on demand, which is quick for so few points.
_FINEST = 16


class _Level:
    """The extremes of all blocks of one width: float64 (2, n), minima and maxima."""

    def __init__(self, width: int, room: int = 256) -> None:
        self._width = width
        self._buffer = np.full(
            (2, room), np.nan
        )  # written to, so that the memory is really allocated
        self.size = 0

    @property
    def room(self) -> int:
        """How many blocks fit without allocating memory."""
        return self._buffer.shape[1]

    def extend(self, rows: Doubles) -> None:
        """Append the extremes (2, n) of more blocks."""
        size = self.size + rows.shape[1]
        if size > self._buffer.shape[1]:
            least, greatest = self._buffer
            self._buffer = np.stack(
                (
                    reserved(least, self.size, size, self._width),
                    reserved(greatest, self.size, size, self._width),
                )
            )
        self._buffer[:, self.size : size] = rows
        self.size = size

    @property
    def rows(self) -> Doubles:
        """All blocks so far."""
        return self._buffer[:, : self.size]


class Extremes:
    """The extremes of a curve that only grows; each call costs only what is new.

    NaN is ignored unless a whole block is NaN.
    """

    def __init__(self) -> None:
        self._levels = [_Level(_FINEST)]

    def follow(self, y: Doubles) -> None:
        """Take new points; ``y`` (n,) is the whole curve."""
        finest = self._levels[0]
        finest.extend(_of(y[finest.size * _FINEST : len(y) // _FINEST * _FINEST], _FINEST))
        # Allocate for everything that fits now, so that later blocks need no memory when they
        # start or while they fill.
        while finest.room > BLOCKS << (len(self._levels) - 1):
            level = len(self._levels)
            self._levels.append(_Level(_FINEST << level, finest.room >> level))
        for narrow, wide in pairwise(self._levels):
            halves = narrow.rows[:, 2 * wide.size : narrow.size // 2 * 2]
            least = np.fmin(halves[0, ::2], halves[0, 1::2])
            wide.extend(np.stack((least, np.fmax(halves[1, ::2], halves[1, 1::2]))))

    def between(self, y: Doubles, first: int, last: int) -> tuple[int, int, Doubles]:
        """The blocks of points ``first`` to ``last`` of the curve ``y``.

        Returns the first point of the first block, the width of each block in points, and the
        minima and maxima (2, n). Blocks start at multiples of their width, so that they stay the
        same while the view moves.
        """
        width, level = 1, -4
        while (last - first) // width > BLOCKS:
            width, level = 2 * width, level + 1
        start, stop = first // width, last // width
        if level < 0:
            return start * width, width, _of(y[start * width : stop * width], width)
        return start * width, width, self._levels[level].rows[:, start:stop]


def _of(y: Doubles, width: int) -> Doubles:
    """The extremes (2, n) of blocks of a width that fill ``y``."""
    columns = y.reshape(-1, width).T
    return np.stack((reduce(np.fmin, columns), reduce(np.fmax, columns)))
