"""Holds a script before lines of its own: Python reports each line while some are wanted."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


class LineHolds:
    """Calls ``reached`` with the number of a wanted line before the calling thread runs it."""

    def __init__(self, path: str, reached: Callable[[int], None]) -> None:
        self._path, self._reached = path, reached
        self._wanted: frozenset[int] = frozenset()

    def want(self, lines: frozenset[int]) -> None:
        """Hold before these lines, in this thread, from now on; none costs nothing."""
        self._wanted = lines
        # Asked of Python: whoever traces meanwhile may have ended ours.
        if bool(lines) == (sys.gettrace() == self._call):
            return
        sys.settrace(self._call if lines else None)
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename == self._path:
                frame.f_trace = self._line if lines else None
            frame = frame.f_back

    def _call(self, frame: FrameType, event: str, _: Any) -> Any:
        return self._line if frame.f_code.co_filename == self._path else None

    def _line(self, frame: FrameType, event: str, _: Any) -> Any:
        if event == "line" and frame.f_lineno in self._wanted:
            self._reached(frame.f_lineno)
        return self._line


def running_line(path: str, frame: FrameType | None) -> int | None:
    """The line of a file that a frame, or one of those that called it, runs; None outside it."""
    while frame is not None:
        if frame.f_code.co_filename == path:
            return frame.f_lineno
        frame = frame.f_back
    return None
