"""A watched loop that stands for a while, as between what is typed at a prompt."""

import sys
from collections.abc import Callable

from backprop_viz.capture.live.loss_points import LossPoints
from backprop_viz.capture.live.recording_pace import RecordingPace


class LoopAtRest:
    """Tells by ``publish`` what was not told of a loop that stands, and that it rests.

    A notebook says when a cell is over. Python's own prompt does not: there it is looked at.
    """

    def __init__(
        self, pace: RecordingPace, losses: LossPoints, publish: Callable[[], None]
    ) -> None:
        self._pace, self._losses, self._publish = pace, losses, publish

    def tell(self, thread: int, *, keeps_up: bool, runs_freely: bool) -> bool:
        """Whether nothing is left to tell of the loop in that thread.

        ``keeps_up``: whether the window takes what it is sent; ``runs_freely``: it is not held.
        """
        rests = _is_interactive() and _is_at_prompt(thread)
        if rests:
            self._pace.rests()
        if keeps_up and (rests or (runs_freely and self._losses.are_untold)):
            self._publish()
        told = keeps_up or not (self._losses.are_untold or rests)
        return told and (rests or not _is_interactive())


def _is_interactive() -> bool:
    """Whether there is a prompt of python's own, by now."""
    return hasattr(sys, "ps1")


def _is_at_prompt(thread: int) -> bool:
    """Whether nothing runs that was typed: each of that runs in the module ``__main__``."""
    frame = sys._current_frames().get(thread)
    while frame is not None:
        if frame.f_globals.get("__name__") == "__main__":
            return False
        frame = frame.f_back
    return True
