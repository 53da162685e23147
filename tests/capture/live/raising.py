"""Has a function of the package raise, wherever it runs in a loop; no list of them is kept."""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import backprop_viz as bv

PACKAGE = str(Path(bv.__file__).parent) + os.sep
# What tells of faults, and what the user asks for outside the loop: a file, the built-in example.
_NOT_IN_A_LOOP = tuple(PACKAGE + room + os.sep for room in ("recording", "digits", "training"))
_TELLS = tuple(PACKAGE + f"capture/code/own_{what}.py" for what in ("faults", "frames"))
# What makes a call of the script's, or guards itself there: before its first line nothing can
# catch what it raises.
_MAKES_CALLS = frozenset(
    {
        *("__torch_function__", "__torch_dispatch__", "hearing", "telling", "telling_of_several"),
        *("_backward_hands_on", "_grad_hands_on", "_hands_on", "_begun"),
    }
)
# What the user calls, by its qualified name, and what that does first.
_STARTS = frozenset({"record", "__getattr__"})
_ENDS = frozenset(
    {
        *("WatchedLoop.close", "WatchedLoop._end", "Watch.close", "_recorded", "BareForward.close"),
        *("FileFollower.ended", "FileFollower._finish"),
        *("_Background.do", "_Background.finish", "_Background._run"),
    }
)


class RaisedError(Exception):
    """What a function raises."""


class Faults:
    """How often each function has ``run``, and whether the one that was asked for has raised."""

    def __init__(self) -> None:
        self.run: Counter[str] = Counter()
        self.raised = False


@contextmanager
def raising(name: str = "", nth: int = 1) -> Iterator[Faults]:
    """A function of ours raises in here when ours call it the nth time, in this thread."""
    faults = Faults()

    def called(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and (found := _inside(frame)) is not None:
            faults.run[found] += 1
            if found == name and faults.run[found] == nth:
                faults.raised = True
                raise RaisedError(f"{name}, call {nth}")

    sys.setprofile(called)
    try:
        yield faults
    finally:
        sys.setprofile(None)


def _inside(frame: FrameType) -> str | None:
    """The name of a function that ours have called in a loop, or go on with after a ``yield``."""
    code, caller = frame.f_code, _caller(frame)
    if caller is None or not _is_ours(frame) or not _is_ours(caller):
        return None
    if code.co_name in _MAKES_CALLS or code.co_name.startswith("<") or code.co_qualname in _ENDS:
        return None  # "<listcomp>" is called by nobody
    while caller is not None:
        if caller.f_code.co_qualname in _STARTS and caller.f_code.co_filename.startswith(PACKAGE):
            return None
        caller = caller.f_back
    return f"{code.co_filename.removeprefix(PACKAGE)}:{code.co_qualname}"


def _caller(frame: FrameType) -> FrameType | None:
    """What has called, but for what Python has between a ``with`` and its function."""
    caller = frame.f_back
    while caller is not None and "contextlib" in caller.f_code.co_filename:
        caller = caller.f_back
    return caller


def _is_ours(frame: FrameType) -> bool:
    file = frame.f_code.co_filename
    return file.startswith(PACKAGE) and not file.startswith((*_NOT_IN_A_LOOP, *_TELLS))
