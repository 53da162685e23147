"""Growing curves: smoothed as points arrive, and thinned to what a screen can show.

Updating a series of a million points costs only what was appended.
"""

from typing import Any

import numpy as np

from backprop_viz.desktop.panels.plots.extremes import BLOCKS, Doubles, Extremes
from backprop_viz.recording.run.buffers import reserved

# Short enough that the smoothing factor to this power stays within float64.
_BLOCK = 256


class Trace:
    """A curve that follows a series which only grows, or starts again.

    ``smoothing`` is the weight of the past in an exponential moving average; 0 for the series
    itself. ``scale`` multiplies the values.
    """

    def __init__(self, smoothing: float = 0.0, scale: float = 1.0) -> None:
        self._smoothing = smoothing
        self._scale = scale
        self.clear()

    def clear(self) -> None:
        """Remove all points."""
        self._x: Doubles = np.empty(0)
        self._y: Doubles = np.empty(0)
        self._size = 0
        self._ends = (0.0, 0.0)  # the first and last value of the series so far
        self._average = (0.0, 0.0)  # the moving sums of values and weights after whole blocks
        self._extremes = Extremes()
        self.least = np.inf
        self.least_positive = np.inf
        self.greatest = -np.inf
        self.first_gap: float | None = None

    def __len__(self) -> int:
        return self._size

    @property
    def x(self) -> Doubles:
        """The points' x coordinates, ascending."""
        return self._x[: self._size]

    @property
    def y(self) -> Doubles:
        """The points' values."""
        return self._y[: self._size]

    def follow(self, series: Doubles, x: Doubles | None = None) -> bool:
        """Take what was appended to ``series`` since the last call; returns whether there was
        anything.

        ``x``: the points' x coordinates, appended to as the series is; None for 1, 2, 3, ...
        """
        restarted = not self.continues(series)
        if restarted:
            self.clear()
        start = self._size
        # Where the last value still holds, its point alone goes on.
        moved = x is not None and start > 0 and x[start - 1] != self._x[start - 1]
        if len(series) == start and not moved:
            return restarted
        self._append(_counting(len(series)) if x is None else x, np.asarray(series, np.float64))
        self._ends = (float(series[0]), float(series[-1]))
        return True

    def continues(self, series: Doubles) -> bool:
        """Whether a series starts with the points that were taken so far."""
        if not self._size:
            return True
        if len(series) < self._size:
            return False
        now = np.array([series[0], series[self._size - 1]])
        return bool(np.array_equal(now, np.array(self._ends), equal_nan=True))

    def _append(self, x: Doubles, series: Doubles) -> None:
        size = len(series)
        finite = np.isfinite(series[self._size :])
        if self.first_gap is None and not finite.all():
            self.first_gap = float(x[self._size + np.argmin(finite)])
        # The last block is smoothed again as a whole, with the same result as all at once.
        begun = self._size // _BLOCK * _BLOCK if self._smoothing else self._size
        y = series[begun:]
        if self._is_series:
            self._y = series
        else:
            y = y * self._scale
            if self._smoothing:
                y, self._average = moving_average(y, self._smoothing, self._average)
            self._y = reserved(self._y, self._size, size)
            self._y[begun:size] = y
        self._x = x
        self._size = size
        shown = y[np.isfinite(y)]
        if shown.size:
            self.least = min(self.least, float(shown.min()))
            self.greatest = max(self.greatest, float(shown.max()))
            positive = shown[shown > 0]
            if positive.size:
                self.least_positive = min(self.least_positive, float(positive.min()))
        self._extremes.follow(self.y)

    @property
    def _is_series(self) -> bool:
        """Whether the points are the series itself, which only grows, so that no copy is needed."""
        return not self._smoothing and self._scale == 1

    def seen(self, left: float, right: float) -> tuple[Doubles, Doubles]:
        """The curve from ``left`` to ``right`` in at most about 2,000 points, keeping spikes.

        NaN, drawn as a gap, where the series is not finite.
        """
        x, y = self._thinned(left, right)
        return x, np.where(np.isfinite(y), y, np.nan)

    def is_thinned(self, left: float, right: float) -> bool:
        """Whether ``seen`` returns blocks' minima and maxima instead of all points."""
        first, last = self._part(left, right)
        return last - first > BLOCKS

    def _part(self, left: float, right: float) -> tuple[int, int]:
        """The points from ``left`` to ``right``, and one more on either side."""
        first = max(0, int(np.searchsorted(self.x, left)) - 1)
        last = min(self._size, int(np.searchsorted(self.x, right, side="right")) + 1)
        return first, last

    def _thinned(self, left: float, right: float) -> tuple[Doubles, Doubles]:
        first, last = self._part(left, right)
        if last - first <= BLOCKS:
            return self._x[first:last], self._y[first:last]
        start, width, extremes = self._extremes.between(self.y, first, last)
        stop = start + extremes.shape[1] * width
        x = np.repeat(self._x[start:stop:width], 2)
        tail = slice(stop, last)  # points that do not fill a block yet
        return (
            np.concatenate((x, self._x[tail])),
            np.concatenate((extremes.T.ravel(), self._y[tail])),
        )

    def at(self, x: float) -> tuple[float, float] | None:
        """The last point at or before ``x``; None before the first."""
        i = int(np.searchsorted(self.x, x, side="right")) - 1
        return None if i < 0 else (float(self._x[i]), float(self._y[i]))


_counted = np.arange(1.0, 1025.0)


def _counting(size: int) -> Doubles:
    """1, 2, 3, ... up to ``size``; one array for all curves."""
    global _counted
    if size > len(_counted):
        _counted = np.arange(1.0, len(reserved(_counted, 0, size)) + 1)
    return _counted[:size]


def moving_average(
    values: Doubles, keep: float, state: tuple[float, float] = (0.0, 0.0)
) -> tuple[Doubles, tuple[float, float]]:
    """The exponential moving average without initial bias, and the state to continue from.

    Each value has the weight ``keep`` to the power of its age. NaN has no weight and stays NaN. The
    state is that after the last whole block; pass the points after it again.
    """
    finite = np.isfinite(values)
    sums, total = _decaying_sum(np.where(finite, values, 0.0), keep, state[0])
    weights, weight = _decaying_sum(finite.astype(np.float64), keep, state[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        averages = np.where(finite, sums / weights, np.nan)
    return averages, (total, weight)


def _decaying_sum(values: Doubles, keep: float, carry: float) -> tuple[Doubles, float]:
    """s[i] = keep * s[i - 1] + values[i], computed by blocks; and s after the last whole block."""
    out = np.empty(len(values))
    powers: Any = keep ** np.arange(1, _BLOCK + 1)
    after = carry
    for start in range(0, len(values), _BLOCK):
        block = values[start : start + _BLOCK]
        power = powers[: len(block)]
        out[start : start + len(block)] = sums = power * (after + np.cumsum(block / power))
        after = float(sums[-1])
        carry = after if len(block) == _BLOCK else carry
    return out, carry
