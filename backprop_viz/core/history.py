"""The series of a run: loss and accuracy of every iteration, and of the held-out part."""

import numpy as np
from numpy.typing import NDArray

from .records import Curves


class Series:
    """Numbers that are only ever appended.

    ``view`` costs nothing and stays as it is while more is appended: a full buffer is replaced
    by a larger one, never changed where it has been read.
    """

    def __init__(self) -> None:
        self._buffer = np.empty(1024, dtype=np.float64)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def append(self, value: float) -> None:
        """Add one number at the end."""
        if self._size == len(self._buffer):
            larger = np.empty(2 * len(self._buffer), dtype=np.float64)
            larger[: self._size] = self._buffer
            self._buffer = larger
        self._buffer[self._size] = value
        self._size += 1

    def view(self) -> NDArray[np.float64]:
        """What was appended so far, read-only float64 of shape (n,)."""
        view = self._buffer[: self._size]
        view.flags.writeable = False
        return view


class History:
    """Loss and accuracy (0..1) of each iteration of a run, and of each evaluation."""

    def __init__(self) -> None:
        self._loss = Series()
        self._accuracy = Series()
        self._held_out = (Series(), Series(), Series())

    def add(self, loss: float, accuracy: float) -> None:
        """Note an iteration; NaN where there is no such number."""
        self._loss.append(loss)
        self._accuracy.append(accuracy)

    def add_held_out(self, iteration: int, loss: float, accuracy: float) -> None:
        """Note an evaluation on the held-out part, done after ``iteration`` iterations."""
        for series, value in zip(self._held_out, (iteration, loss, accuracy), strict=True):
            series.append(value)

    def curves(self) -> Curves:
        """All series as they are now."""
        return Curves(
            self._loss.view(), self._accuracy.view(), *(series.view() for series in self._held_out)
        )
