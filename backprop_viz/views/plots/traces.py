"""Curves that grow: smoothed as they come, and thinned to what a screen can show.

A series of a million points costs each frame only what was appended to it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# From afar a curve is the least and the greatest of each of 1024 to 2048 buckets.
_BUCKETS = 2048
# Short enough that a power of the smoothing factor over it stays within float64.
_BLOCK = 256


class Trace:
    """One curve that follows a series that is only appended to, or starts anew.

    ``smoothing``: the weight of the past in an exponential moving average; 0 for the series
    itself. ``scale`` multiplies its values.
    """

    def __init__(self, smoothing: float = 0.0, scale: float = 1.0) -> None:
        self._smoothing = smoothing
        self._scale = scale
        self.clear()

    def clear(self) -> None:
        """Forget all points."""
        self._x = np.empty(1024)
        self._y = np.empty(1024)
        self._size = 0
        self._ends = (0.0, 0.0)  # the series' first and last value followed so far
        self._average = (0.0, 0.0)  # of the values, and of the weights they had
        self._width = 1  # points in each bucket
        self._low = np.empty(0)
        self._high = np.empty(0)
        self.least = np.inf
        self.least_positive = np.inf
        self.greatest = -np.inf
        self.first_gap: float | None = None

    def __len__(self) -> int:
        return self._size

    @property
    def x(self) -> Floats:
        """Where the points are, ascending."""
        return self._x[: self._size]

    @property
    def y(self) -> Floats:
        """The points' values."""
        return self._y[: self._size]

    def follow(self, series: Floats, x: Floats | None = None) -> bool:
        """Take what was appended to ``series`` since the last call; whether anything changed.

        ``x``: where the points are; None for 1, 2, 3, ...
        """
        restarted = self._size > 0 and not self._continues(series)
        if restarted:
            self.clear()
        start = self._size
        if len(series) == start:
            return restarted
        places = np.arange(start + 1, len(series) + 1, dtype=np.float64) if x is None else x[start:]
        self._append(places, np.asarray(series[start:], np.float64))
        self._ends = (float(series[0]), float(series[-1]))
        return True

    def _continues(self, series: Floats) -> bool:
        if len(series) < self._size:
            return False
        now = np.array([series[0], series[self._size - 1]])
        return bool(np.array_equal(now, np.array(self._ends), equal_nan=True))

    def _append(self, x: Floats, values: Floats) -> None:
        finite = np.isfinite(values)
        if self.first_gap is None and not finite.all():
            self.first_gap = float(x[np.argmin(finite)])
        y = values * self._scale
        if self._smoothing:
            y, self._average = moving_average(y, self._smoothing, self._average)
        self._grow(self._size + len(y))
        self._x[self._size : self._size + len(y)] = x
        self._y[self._size : self._size + len(y)] = y
        self._size += len(y)
        shown = y[np.isfinite(y)]
        if shown.size:
            self.least = min(self.least, float(shown.min()))
            self.greatest = max(self.greatest, float(shown.max()))
            positive = shown[shown > 0]
            if positive.size:
                self.least_positive = min(self.least_positive, float(positive.min()))
        self._fill_buckets()

    def _grow(self, size: int) -> None:
        if size > len(self._x):
            room = np.empty(max(2 * len(self._x), size) - len(self._x))
            self._x = np.concatenate((self._x, room))
            self._y = np.concatenate((self._y, room))

    def _fill_buckets(self) -> None:
        while self._size // self._width > _BUCKETS:
            even = len(self._low) // 2 * 2
            self._low = np.fmin(self._low[:even:2], self._low[1:even:2])
            self._high = np.fmax(self._high[:even:2], self._high[1:even:2])
            self._width *= 2
        done = len(self._low)
        full = self._size // self._width
        if full > done:
            rows = self.y[done * self._width : full * self._width].reshape(-1, self._width)
            self._low = np.concatenate((self._low, np.fmin.reduce(rows, axis=1)))
            self._high = np.concatenate((self._high, np.fmax.reduce(rows, axis=1)))

    def seen(self, left: float, right: float) -> tuple[Floats, Floats]:
        """The curve from ``left`` to ``right`` in at most some 4,000 points, spikes kept.

        NaN, and so a gap, where the series is not finite.
        """
        x, y = self._thinned(left, right)
        return x, np.where(np.isfinite(y), y, np.nan)

    def _thinned(self, left: float, right: float) -> tuple[Floats, Floats]:
        first = max(0, int(np.searchsorted(self.x, left)) - 1)
        last = min(self._size, int(np.searchsorted(self.x, right, side="right")) + 1)
        if last - first <= _BUCKETS:
            return self._x[first:last], self._y[first:last]
        width = self._width
        if (last - first) // width >= _BUCKETS // 4:
            low = self._low[first // width : last // width]
            high = self._high[first // width : last // width]
            start = first // width * width
        else:
            width = (last - first) // (_BUCKETS // 2)
            rows = self._y[first : first + (last - first) // width * width].reshape(-1, width)
            low, high = np.fmin.reduce(rows, axis=1), np.fmax.reduce(rows, axis=1)
            start = first
        stop = start + len(low) * width
        x = np.repeat(self._x[start:stop:width], 2)
        y = np.column_stack((low, high)).ravel()
        tail = slice(stop, last)  # what does not fill a bucket yet
        return np.concatenate((x, self._x[tail])), np.concatenate((y, self._y[tail]))

    def at(self, x: float) -> tuple[float, float] | None:
        """The last point at or before ``x``; None before the first."""
        i = int(np.searchsorted(self.x, x, side="right")) - 1
        return None if i < 0 else (float(self._x[i]), float(self._y[i]))


def moving_average(
    values: Floats, keep: float, state: tuple[float, float] = (0.0, 0.0)
) -> tuple[Floats, tuple[float, float]]:
    """The exponential moving average without the bias of its start, and the state to go on from.

    Each value is weighed by ``keep`` to the power of its age. NaN weighs nothing and stays NaN.
    """
    finite = np.isfinite(values)
    sums, total = _decaying_sum(np.where(finite, values, 0.0), keep, state[0])
    weights, weight = _decaying_sum(finite.astype(np.float64), keep, state[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        averages = np.where(finite, sums / weights, np.nan)
    return averages, (total, weight)


def _decaying_sum(values: Floats, keep: float, carry: float) -> tuple[Floats, float]:
    """s[i] = keep * s[i - 1] + values[i], block by block; and the last s."""
    out = np.empty(len(values))
    powers: Any = keep ** np.arange(1, _BLOCK + 1)
    for start in range(0, len(values), _BLOCK):
        block = values[start : start + _BLOCK]
        power = powers[: len(block)]
        sums = power * (carry + np.cumsum(block / power))
        out[start : start + len(block)] = sums
        carry = float(sums[-1])
    return out, carry
