"""Which lines of a function run, told as each of them is about to."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any


@contextmanager
def lines_traced(code: CodeType | None, begins: Callable[[int], None]) -> Iterator[None]:
    """Tell ``begins`` the number of each line of ``code`` that this thread is about to run.

    A debugger that watches this thread waits meanwhile: there can be one tracer at a time.
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
