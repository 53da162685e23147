"""Which file a loop's lines are of: the main script's, another of the user's, a notebook's cell."""

import linecache
import sys
from collections.abc import Iterator
from functools import cache
from types import FrameType

from backprop_viz.capture.code.user_lines import is_written_by_user


def loop_source(before: str | None) -> str | None:
    """The file that this thread's loop runs in.

    That is the main script. Where it runs no backward itself, as one that calls a trainer in
    another module does, it is the innermost of the user's files that has one and runs now. In a
    notebook it is the innermost cell that runs. The file ``before`` stays as long as it runs.
    """
    main = sys.modules["__main__"]
    path = getattr(main, "__file__", None)
    if path is not None and _has_backward(str(path)):
        return str(path)
    found: str | None = None
    for frame in _running():
        name = frame.f_code.co_filename
        # What runs in a main module that has no file is a cell, or was typed in.
        of_loop = _is_loop_of_module(name) if path else frame.f_globals is main.__dict__
        if of_loop and name == before:
            return before
        if of_loop and found is None and linecache.getlines(name):
            found = name
    return found or before or path


def _running() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_loop_of_module(name: str) -> bool:
    return is_written_by_user(name) and _has_backward(name)


@cache
def _has_backward(path: str) -> bool:
    """Whether a file calls a backward anywhere: a loop's file does."""
    return any("backward(" in line for line in linecache.getlines(path))
