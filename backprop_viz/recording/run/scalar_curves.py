"""Numbers that a loop has logged, as curves by their names."""

import re
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.run.history import Series

# A name, the iteration, and the number.
LoggedScalar = tuple[str, int, float]
# The iterations (n,) and the numbers (n,), both float64.
ScalarCurve = tuple[NDArray[np.float64], NDArray[np.float64]]

_OF_LINE = re.compile(r"(loss|sum of losses), line (\d+)( \(\d+\))?")


def loss_name(line: int, summed: bool, nr: int = 1) -> str:
    """The name of what a line's backward starts from; ``summed``: several times before a step.

    ``nr`` counts the files that have a line of this number.
    """
    of_file = "" if nr == 1 else f" ({nr})"
    return f"{'sum of losses' if summed else 'loss'}, line {line}{of_file}"


def line_of_loss(name: str) -> tuple[int, bool] | None:
    """The line of such a name, and whether it is of a sum; None for another name."""
    found = _OF_LINE.fullmatch(name)
    return None if found is None else (int(found[2]), found[1] != "loss")


class ScalarCurves:
    """Grows by what is logged; a curve's points come in the order in which they were logged."""

    def __init__(self) -> None:
        self._series: dict[str, tuple[Series, Series]] = {}

    def extend(self, logged: Iterable[LoggedScalar]) -> None:
        """Add what was logged since."""
        new: dict[str, list[tuple[int, float]]] = {}
        for name, iteration, number in logged:
            new.setdefault(name, []).append((iteration, number))
        for name, points in new.items():
            columns = self._series.setdefault(name, (Series(), Series()))
            for column, values in zip(columns, np.array(points, np.float64).T, strict=True):
                column.extend(values)

    def curves(self) -> Mapping[str, ScalarCurve]:
        """All curves as they are now, by name."""
        return {name: (at.view(), y.view()) for name, (at, y) in self._series.items()}
