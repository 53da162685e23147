"""Holds a script before lines of its own: Python reports each line while some are wanted."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FrameType
from typing import Any

import torch

from backprop_viz.capture.code.loop_source import loop_source
from backprop_viz.capture.code.own_faults import OURS
from backprop_viz.recording.run.breakpoint import Breakpoint


@dataclass(frozen=True, slots=True)
class HeldPlace:
    """Where a loop is held: its line, None for nowhere; ``before_line``: by a breakpoint there.

    ``gradients_off``: autograd follows nothing of what runs there, as in a validation.
    """

    line: int | None = None
    before_line: bool = False
    gradients_off: bool = False


class LineHolds:
    """Calls ``reached`` with the number of a wanted line before the calling thread runs it."""

    def __init__(self, path: str, reached: Callable[[int], None]) -> None:
        self.path, self._reached = path, reached
        self._wanted: frozenset[int] = frozenset()

    def moved(self) -> bool:
        """Whether this thread's loop runs in another file or cell now, whose lines count."""
        path = loop_source(self.path)
        if path is None or path == self.path:
            return False
        self.want(())  # those were lines of the file before
        self.path = path
        return True

    def place(self, line: int | None, loop: int, *, before_line: bool) -> HeldPlace:
        """Where this thread is held: at a line that is given, or at the one that it runs.

        ``loop`` is the thread of the loop, which waits where this is another.
        """
        at = line or line_that_runs(self.path, loop)
        return HeldPlace(at, before_line, before_line and not torch.is_grad_enabled())

    def want(self, breakpoints: Iterable[Breakpoint]) -> None:
        """Hold before the lines of these, in this thread, from now on; none costs nothing."""
        keys = (each.key for each in breakpoints if each.kind == "line")
        self._wanted = lines = frozenset(key for key in keys if isinstance(key, int))
        # Asked of Python: whoever traces meanwhile may have ended ours.
        if bool(lines) == (sys.gettrace() == self._call):
            return
        sys.settrace(self._call if lines else None)
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename == self.path:
                frame.f_trace = self._line if lines else None
            frame = frame.f_back

    def forward_line_runs(self, line: int) -> None:
        """Hold before a line of a model's forward, where the recorder traces in place of this."""
        if line in self._wanted:
            self._reached(line)

    def _call(self, frame: FrameType, event: str, _: Any) -> Any:
        return self._line if frame.f_code.co_filename == self.path else None

    def _line(self, frame: FrameType, event: str, _: Any) -> Any:
        if event == "line" and frame.f_lineno in self._wanted:
            with OURS:
                self._reached(frame.f_lineno)
        return self._line


def line_that_runs(path: str, loop: int) -> int | None:
    """The line of a file that this thread runs, or the loop's, which waits; None outside it."""
    for frame in (sys._getframe(1), sys._current_frames().get(loop)):
        while frame is not None:
            if frame.f_code.co_filename == path:
                return frame.f_lineno
            frame = frame.f_back
    return None
