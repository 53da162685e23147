"""The numbers that a loop has logged, for its windows."""

from typing import SupportsFloat

from backprop_viz.recording.run.scalar_curves import LoggedScalar


class ScalarPoints:
    """All that was logged, and that of which the window has not been told.

    A device may still have some of the numbers to send.
    """

    def __init__(self) -> None:
        self._all: list[LoggedScalar] = []  # for a window that attaches later
        self._coming: list[tuple[str, int, SupportsFloat]] = []
        self._untold = 0

    def add(self, name: str, iteration: int, number: SupportsFloat, told: bool) -> None:
        """One more number. ``told``: of which the window is to be told."""
        self._coming.append((name, iteration, number))
        if told:
            self._untold += 1

    def attach(self) -> None:
        """Another window is to be told of all."""
        self._come()
        self._untold = len(self._all)

    def take(self) -> tuple[LoggedScalar, ...]:
        """What the window has not been told."""
        self._come()
        untold, self._untold = self._untold, 0
        return tuple(self._all[len(self._all) - untold :])

    def _come(self) -> None:
        self._all += [(name, at, float(number)) for name, at, number in self._coming]
        self._coming.clear()
