"""The least and the greatest of ever wider blocks of a curve, for drawing it zoomed out."""

from functools import reduce
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.buffers import reserved

Doubles = NDArray[np.float64]

# Zoomed out, a curve is drawn as at most so many blocks, and at least half as many.
BLOCKS = 1024
# Narrower blocks are made when they are asked for: that is quick for so few points.
_FINEST = 16


class _Level:
    """The extremes of all blocks of one width: float64 (2, n), least and greatest."""

    def __init__(self, width: int, room: int = 256) -> None:
        self._width = width
        self._buffer = np.full((2, room), np.nan)  # written to, as what is reserved
        self.size = 0

    @property
    def room(self) -> int:
        """So many blocks fit without taking more memory."""
        return self._buffer.shape[1]

    def extend(self, rows: Doubles) -> None:
        """Add the extremes (2, n) of more blocks."""
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
        """What was added so far."""
        return self._buffer[:, : self.size]


class Extremes:
    """Follows a curve that is only appended to; each call costs what is new, however long it is.

    NaN is passed over, unless a whole block is NaN.
    """

    def __init__(self) -> None:
        self._levels = [_Level(_FINEST)]

    def follow(self, y: Doubles) -> None:
        """Take in what was appended: ``y`` (n,) is the whole curve."""
        finest = self._levels[0]
        finest.extend(_of(y[finest.size * _FINEST : len(y) // _FINEST * _FINEST], _FINEST))
        # All that there is room for, and with room for all: so that later ones take no memory when
        # they are begun, nor while they fill.
        while finest.room > BLOCKS << (len(self._levels) - 1):
            level = len(self._levels)
            self._levels.append(_Level(_FINEST << level, finest.room >> level))
        for narrow, wide in pairwise(self._levels):
            halves = narrow.rows[:, 2 * wide.size : narrow.size // 2 * 2]
            least = np.fmin(halves[0, ::2], halves[0, 1::2])
            wide.extend(np.stack((least, np.fmax(halves[1, ::2], halves[1, 1::2]))))

    def between(self, y: Doubles, first: int, last: int) -> tuple[int, int, Doubles]:
        """The blocks of the points ``first`` to ``last`` of the curve followed, ``y``.

        Gives the first point of the first block, the width of each in points, and (2, n): the
        least and the greatest in each. Blocks begin at multiples of their width, so that they
        stay what they are while the view moves over them.
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
