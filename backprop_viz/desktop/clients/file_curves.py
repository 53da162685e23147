"""The curves of a file that is followed: only what is new is passed on."""

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.files.file_notes import FileNews, Losses
from backprop_viz.recording.run.buffers import reserved
from backprop_viz.recording.run.history import Curves, Points

# This many losses are shown at most: a curve has a place for each iteration, also of those between.
MOST_LOSSES = 10_000_000


class FileLosses:
    """The loss of each iteration, NaN where it is not known.

    The losses that come with recordings are taken in with a delay of one look: those that a writer
    gathers for a second come before them, and the curve grows at its end.
    """

    def __init__(self) -> None:
        self._buffer = np.full(256, np.nan)
        self._size = 0
        self._own: Losses | None = None  # of the recordings that came last

    def take(self, news: FileNews) -> tuple[Points, Curves | None]:
        """What is new: points at the end, or where others have changed, all curves."""
        if news.anew:
            self._size, self._own = 0, None
        before = self._size
        late, self._own = self._own, news.own_losses
        known = [news.losses, *([late] if late is not None else [])]
        if news.anew:
            known.append(news.own_losses)
        grown = [self._put(*losses, before) for losses in known]
        if news.anew or not all(grown):
            return (), self._curves()
        return [(loss, np.nan) for loss in self._buffer[before : self._size].tolist()], None

    @property
    def newest(self) -> int:
        """The last iteration whose loss has a place."""
        return self._size

    @property
    def waits(self) -> bool:
        """Whether there are losses that another look takes in."""
        return self._own is not None and len(self._own[0]) > 0

    def _put(self, iterations: NDArray[np.int64], losses: NDArray[np.float64], before: int) -> bool:
        """Put losses in their places, if none are there; whether all are behind the first
        ``before``.
        """
        inside = (iterations > 0) & (iterations <= MOST_LOSSES)
        iterations, first = np.unique(iterations[inside], return_index=True)
        losses = losses[inside][first]
        size = max(self._size, int(iterations.max(initial=0)))
        self._buffer = reserved(self._buffer, self._size, size)
        self._buffer[self._size : size] = np.nan
        self._size = size
        new = np.isnan(self._buffer[iterations - 1]) & ~np.isnan(losses)
        self._buffer[iterations[new] - 1] = losses[new]
        return not (iterations[new] <= before).any()

    def _curves(self) -> Curves:
        return Curves.of_losses(self._buffer[: self._size])
