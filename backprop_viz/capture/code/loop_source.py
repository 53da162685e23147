"""Which file a loop's lines are of: the main script's, another of the user's, a notebook's cell."""

import linecache
import sys
from collections.abc import Iterator
from functools import cache
from types import FrameType

from torch import nn

from backprop_viz.capture.code.user_lines import is_of_a_package, is_written_by_user

_MODULE_CALLED = nn.Module._call_impl.__code__


def loop_source(before: str | None) -> str | None:
    """The file that this thread's loop runs in.

    That is the main script. Where it runs no backward itself, as one that calls a trainer in
    another module does, it is the innermost of the user's files that has one and runs now. Where
    none has, the loop is that of an installed package: then it is the file of what the package
    calls for each batch, as of a training_step. In a notebook it is the innermost cell that runs.
    The file ``before`` stays as long as it runs, or where nothing tells of another.
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
    if path and found is None:
        found = _called_by_a_package()
    return found or before or path


def _called_by_a_package() -> str | None:
    """The file of what an installed package's loop calls, if that calls a module now.

    Where the package itself calls the model, it is no part of the loop.
    """
    source: str | None = None
    calls, found = False, None  # whether a module is called here; by which file of the user's
    for frame in _running():
        name = frame.f_code.co_filename
        if frame.f_code is _MODULE_CALLED:
            calls, found = True, None
        elif calls and is_of_a_package(name):
            source, calls = found or source, False
        elif calls and is_written_by_user(name):
            found = name
    return source


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
