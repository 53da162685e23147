"""Reports each line of a function just before it runs."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any


@contextmanager
def lines_traced(code: CodeType | None, begins: Callable[[int], None]) -> Iterator[None]:
    """Call ``begins`` with the number of each line of ``code`` before this thread runs it.

    Meanwhile a debugger sees nothing of this thread: there can be only one tracer.
    """

    def in_code(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            begins(frame.f_lineno)
        return in_code

    def on_call(frame: FrameType, event: str, _: Any) -> Any:
        return in_code if frame.f_code is code else None

    if code is None:
        yield
        return
    before = sys.gettrace()
    sys.settrace(on_call)
    try:
        yield
    finally:
        sys.settrace(before)
