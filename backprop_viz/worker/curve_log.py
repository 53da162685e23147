"""The curves of the run, as the window has them: what a session file keeps."""

from backprop_viz.recording.run.history import Curves, History, Points, ValidationPoints

# How many iterations are noted one by one.
NOTED = 256


class CurveLog:
    """Takes in what the window is sent of the curves."""

    def __init__(self) -> None:
        self._history = History()
        # What is not in the history yet: appending costs more than noting.
        self._points: list[tuple[float, float]] = []
        self._validation: list[tuple[int, float, float]] = []
        self._branch = 0

    def note(
        self,
        branch: int,
        kept: int,
        points: Points,
        validation: ValidationPoints,
        opened: Curves | None,
    ) -> None:
        """Take in what is new; the arguments are those of an ``Update``."""
        if branch != self._branch:
            self._history = History.beginning(self.curves(), kept)
            self._branch = branch
        if opened is not None:
            self._history = History.of(opened)
        self._points += points
        self._validation += validation
        if len(self._points) >= NOTED:
            self.curves()

    def curves(self) -> Curves:
        """All that was noted."""
        self._history.extend(self._points, self._validation)
        self._points.clear()
        self._validation.clear()
        return self._history.curves()
