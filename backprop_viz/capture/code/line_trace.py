"""Reports each line of a function just before it runs."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from types import CodeType, FrameType
from typing import Any

_Heard = Callable[..., Any]


class _InCode:
    """A tracer of a frame. A function that returns itself would keep alive what it knows."""

    __slots__ = ("_begins",)

    def __init__(self, begins: Callable[[int], None]) -> None:
        self._begins = begins

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            self._begins(frame.f_lineno)
        return self


class LineTracer:
    """What this thread is traced by meanwhile."""

    __slots__ = ("_code", "_in_code")

    def __init__(self, code: CodeType, begins: Callable[[int], None]) -> None:
        self._code, self._in_code = code, _InCode(begins)

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
    sys.settrace(LineTracer(code, begins))
    try:
        yield
    finally:
        sys.settrace(before)


def untraced(heard: _Heard) -> _Heard:
    """The ``__torch_function__`` of a mode, in which no line runs that ``lines_traced`` tells of.

    Python is half as fast while it is traced.
    """

    @wraps(heard)
    def __torch_function__(  # noqa: N807 - a traced frame costs as much as a small operation
        self: Any,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        tracer = sys.gettrace()
        if type(tracer) is not LineTracer:
            return heard(self, func, types, args, kwargs)
        sys.settrace(None)
        try:
            return heard(self, func, types, args, kwargs)
        finally:
            if sys.gettrace() is None:  # no other one was set while the loop was held in here
                sys.settrace(tracer)

    return __torch_function__
