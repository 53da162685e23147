"""The numbers that a loop has logged, for its windows."""

from backprop_viz.recording.run.scalar_curves import LoggedScalar


class ScalarPoints:
    """All that was logged, and that of which the window has not been told."""

    def __init__(self) -> None:
        self._all: list[LoggedScalar] = []  # for a window that attaches later
        self._untold: list[LoggedScalar] = []

    def add(self, logged: LoggedScalar, told: bool) -> None:
        """One more number. ``told``: of which the window is to be told."""
        self._all.append(logged)
        if told:
            self._untold.append(logged)

    def attach(self) -> None:
        """Another window is to be told of all."""
        self._untold = list(self._all)

    def take(self) -> tuple[LoggedScalar, ...]:
        """What the window has not been told."""
        untold, self._untold = tuple(self._untold), []
        return untold
