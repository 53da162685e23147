"""The frames of backprop_viz in tracebacks: whose fault it was, and tracebacks without them."""

import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Final, NoReturn

from torch.overrides import handle_torch_function

from backprop_viz.capture.code.resized_memory import may_be_resized_now

# Our functions that call what the script has called: what raises there is its own.
_PASS_ON = (
    *(
        "__torch_function__",
        "__torch_dispatch__",
        "_hears",
        "_reported",
        "run_plain",
        "run_outside",
        "run_in_step",
    ),
    *("_noted", "_call", "_backward", "backward", "hearing", "telling", "checking"),
    *("telling_of_several", "run_theirs", "zero_grad"),
)
# Where our own code is; Ctrl+C may come while it waits in ``threading``.
_PACKAGE = str(Path(__file__).parents[2]) + os.sep
_OURS = (_PACKAGE, threading.__file__)
# What a script may call, and the built-in example: a network, and a loop that is recorded.
_THEIRS = tuple(f"{_PACKAGE}{room}{os.sep}" for room in ("digits", "training"))
# What a call has given that has not been made.
NOT_RUN: Final = object()


def run_theirs(func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Make a call of the script's: what raises in here is none of our faults."""
    try:
        return func(*args, **kwargs)
    except RuntimeError as error:
        if not may_be_resized_now(error, func, args, kwargs):
            raise
    return func(*args, **kwargs)


def passes(error: BaseException) -> NoReturn:
    """Raise what a call of the script's has raised, where our own code had it made."""
    raise error


def is_theirs(error: BaseException) -> bool:
    """Whether a call of the script's has raised it, and not our own code around that.

    Such a call is made by ``run_theirs``, or what it raises is handed to ``passes``. What is no
    Exception, as Ctrl+C, is for the script wherever it comes.
    """
    return not isinstance(error, Exception) or has_passed(error)


def has_passed(error: BaseException) -> bool:
    """Whether a call of the script's has raised it that our own code had made."""
    marks = run_theirs.__code__, passes.__code__
    return any(frame.tb_frame.f_code in marks for frame in _frames_of(error))


def result_of(fault: BaseException) -> Any:
    """What the script's call has given before our own code raised; ``NOT_RUN`` if it has not run.

    A function of ours that makes such a call has that as its ``result``.
    """
    for frame in (one.tb_frame for one in _frames_of(fault)):
        if frame.f_code.co_name in _PASS_ON and frame.f_code.co_filename.startswith(_PACKAGE):
            found = frame.f_locals.get("result", NOT_RUN)
            if found is not NOT_RUN:
                return found
    return NOT_RUN


def are_asked() -> bool:
    """Whether torch asks a mode of ours about what runs here: it is aside meanwhile."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if code.co_name == "__torch_function__" and code.co_filename.startswith(_PACKAGE):
            return True
        frame = frame.f_back
    return False


def without_our_frames(error: BaseException | None) -> None:
    """Take our own frames out of the traceback of an exception, and of those that led to it.

    One that arose in a frame of ours keeps them, for the fault is ours; but for Ctrl+C.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = list(_frames_of(error))
        theirs = _theirs(frames)
        own_fault = len(frames) > 1 and theirs and _arose_in_ours(frames[-1])
        if not own_fault or isinstance(error, KeyboardInterrupt):
            _have_frames(error, theirs)
        error = error.__cause__ or error.__context__


def pass_on(error: BaseException) -> None:
    """Take our own frames out of the traceback as far as it goes, as the script may print it.

    To be called where an exception passes through a function of ours, which then raises it by a
    plain ``raise``: that adds no frame. One that arose in a frame of ours keeps them.
    """
    frames = list(_frames_of(error))
    if frames and (is_theirs(error) or not _arose_in_ours(frames[-1])):
        _have_frames(error, _theirs(frames))


def _have_frames(error: BaseException, frames: Sequence[TracebackType]) -> None:
    for frame, after in zip(frames, [*frames[1:], None], strict=False):
        frame.tb_next = after
    error.__traceback__ = frames[0] if frames else None


def _arose_in_ours(last: TracebackType) -> bool:
    """Whether the last frame of a traceback is one of ours that has called nothing."""
    return _is_ours(last) and last.tb_frame.f_code.co_name not in _PASS_ON


def _theirs(frames: Sequence[TracebackType]) -> list[TracebackType]:
    """The frames without ours, and without those in which torch hands a call to ours.

    A function of torch's that is written in Python is called once to hand it over, and once by us.
    """
    theirs: list[TracebackType] = []
    for frame in frames:
        code = frame.tb_frame.f_code
        if code is handle_torch_function.__code__:
            theirs = theirs[:-1]
        elif not _is_ours(frame):
            theirs.append(frame)
    return theirs


def _frames_of(error: BaseException) -> Iterator[TracebackType]:
    trace = error.__traceback__
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _is_ours(trace: TracebackType) -> bool:
    file = trace.tb_frame.f_code.co_filename
    return file.startswith(_OURS) and not file.startswith(_THEIRS)
