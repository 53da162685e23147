"""The series of a run: loss and accuracy of every iteration, and of the validation set."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.run.buffers import reserved

# Loss and accuracy of iterations in a row; iteration, loss and accuracy of evaluations. Not arrays:
# for the few numbers of one update, making and sending an array would take far longer.
Points = Sequence[tuple[float, float]]
ValidationPoints = Sequence[tuple[int, float, float]]


@dataclass(frozen=True, slots=True)
class Curves:
    """Series of a run so far. ``loss[i]`` and ``accuracy[i]`` belong to iteration i + 1."""

    loss: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    validation_iteration: NDArray[np.float64]
    validation_loss: NDArray[np.float64]
    validation_accuracy: NDArray[np.float64]

    @classmethod
    def of_losses(cls, losses: Sequence[float] | NDArray[np.float64]) -> Self:
        """Of a run of which nothing else is known."""
        loss, none = np.array(losses, np.float64), np.empty(0)
        return cls(loss, np.full(len(loss), np.nan), none, none, none)


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

    def extend(self, values: NDArray[np.float64]) -> None:
        """Add numbers (n,) at the end."""
        size = self._size + len(values)
        self._buffer = reserved(self._buffer, self._size, size)
        self._buffer[self._size : size] = values
        self._size = size

    def view(self) -> NDArray[np.float64]:
        """What was appended so far, read-only float64 of shape (n,)."""
        view = self._buffer[: self._size]
        view.flags.writeable = False
        return view


class History:
    """Loss and accuracy (0..1) of each iteration of a run, and of each evaluation."""

    def __init__(self) -> None:
        self._points = (Series(), Series())
        self._validation = (Series(), Series(), Series())

    @classmethod
    def beginning(cls, curves: Curves, iterations: int) -> Self:
        """A history that begins as these curves did, up to an iteration; empty for 0."""
        history = cls()
        if iterations:
            at = curves.validation_iteration
            evaluations = (at, curves.validation_loss, curves.validation_accuracy)
            history._append(
                np.stack([curves.loss, curves.accuracy], axis=1)[:iterations],
                np.stack(evaluations, axis=1)[at <= iterations],
            )
        return history

    @classmethod
    def of(cls, curves: Curves) -> Self:
        """A history that begins with all of these curves, which may be long: none is looked at."""
        history = cls()
        all_series = (*history._points, *history._validation)
        for series, field in zip(all_series, fields(curves), strict=True):
            series.extend(getattr(curves, field.name))
        return history

    def extend(self, points: Points, validation: ValidationPoints) -> None:
        """Add iterations and evaluations; NaN where there is no such number."""
        self._append(
            np.array(points, np.float64).reshape(-1, 2),
            np.array(validation, np.float64).reshape(-1, 3),
        )

    def _append(self, points: NDArray[np.float64], validation: NDArray[np.float64]) -> None:
        for columns, rows in ((self._points, points), (self._validation, validation)):
            for series, values in zip(columns, rows.T, strict=True):
                series.extend(values)

    def curves(self) -> Curves:
        """All series as they are now."""
        return Curves(*(series.view() for series in (*self._points, *self._validation)))
