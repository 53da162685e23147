"""Reports each line of a function just before it runs."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from backprop_viz.capture.code import own_faults


class _InCode:
    """A tracer of a frame. A function that returns itself would keep alive what it knows."""

    __slots__ = ("_begins",)

    def __init__(self, begins: Callable[[int], None]) -> None:
        self._begins = begins

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            try:
                self._begins(frame.f_lineno)
            except Exception as fault:
                own_faults.note(fault)
        return self


class LineTracer:
    """What this thread is traced by meanwhile, and by nobody once that ``is_over``."""

    __slots__ = ("_code", "_in_code", "is_over")

    def __init__(self, code: CodeType, begins: Callable[[int], None]) -> None:
        self._code, self._in_code, self.is_over = code, _InCode(begins), False

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        """The tracer of a frame that begins."""
        return self._in_code if frame.f_code is self._code else None


@contextmanager
def lines_traced(code: CodeType | None, begins: Callable[[int], None]) -> Iterator[None]:
    """Call ``begins`` with the number of each line of ``code`` before this thread runs it.

    Meanwhile a debugger sees nothing of this thread: there can be only one tracer.
    """
    if code is None:
        yield
        return
    before = sys.gettrace()
    tracer = LineTracer(code, begins)
    sys.settrace(tracer)
    try:
        yield
    finally:
        tracer.is_over = True
        sys.settrace(before)
