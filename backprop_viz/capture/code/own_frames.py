"""Tracebacks without the frames of backprop_viz."""

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

from torch.overrides import handle_torch_function

# Our functions that call what the script has called: what raises there is its own.
_PASS_ON = (
    *("__torch_function__", "_hears", "_reported", "run_plain", "_outside", "_call"),
    *("_backward", "backward", "heard_backward", "asking", "telling", "zero_grad"),
)
# Where our own code is; Ctrl+C may come while it waits in ``threading``.
_PACKAGE = str(Path(__file__).parents[2]) + os.sep
_OURS = (_PACKAGE, threading.__file__)
# What a script may call, and the built-in example: a network, and a loop that is recorded.
_THEIRS = tuple(f"{_PACKAGE}{room}{os.sep}" for room in ("digits", "training"))


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
    if frames and not (_arose_in_ours(frames[-1]) and not isinstance(error, KeyboardInterrupt)):
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
