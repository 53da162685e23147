"""Which line of somebody's own code is running: neither torch's, nor the library's, nor ours."""

import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from types import CodeType, FrameType

import torch

from backprop_viz.capture.code.installed_files import is_installed
from backprop_viz.recording.trace.torch_error import CodePlace

# A line of a forward, and of the user's code.
Lines = tuple[int | None, CodePlace | None]

_OURS = Path(__file__).parents[2]
# The built-in network is code that is looked at.
_NOT_USERS = (
    str(Path(torch.__file__).parent),
    *(str(_OURS / folder) for folder in ("capture", "training", "worker", "recording", "stream")),
    "<frozen ",
    "<string>",  # no file that anybody could look into, such as what starts our worker
)
_LIBRARY, _PACKAGES = sysconfig.get_path("stdlib"), ("site-packages", "dist-packages")
_known: dict[str, bool] = {}


class _AskedFrom(threading.local):
    line: CodePlace | None = None  # of another thread, which waits for this one


_asked_from = _AskedFrom()


def user_line() -> CodePlace | None:
    """The innermost line of the user's code that is running in this thread, or waits for it."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if _known[name] if name in _known else _is_users(name):
            return name, frame.f_lineno
        if frame.f_back is None:
            return _asked_from.line
        frame = frame.f_back
    return None


def own_line() -> CodePlace | None:
    """The innermost line that runs in this thread of a file that the user has written."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if is_written_by_user(name):
            return name, frame.f_lineno
        frame = frame.f_back
    return None


@contextmanager
def line_asked_from(thread: threading.Thread) -> Iterator[None]:
    """In here this thread runs what another one waits for, whose line it is."""
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None and not _is_users(frame.f_code.co_filename):
        frame = frame.f_back
    before = _asked_from.line
    _asked_from.line = None if frame is None else (frame.f_code.co_filename, frame.f_lineno)
    try:
        yield
    finally:
        _asked_from.line = before


def line_of_file(name: str) -> int | None:
    """The innermost line of a file that is running in this thread."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename != name:
        frame = frame.f_back
    return None if frame is None else frame.f_lineno


def lines_running(code: CodeType | None, frame: FrameType | None, known: dict[int, Lines]) -> Lines:
    """The line of ``code`` that is running from this frame on outwards, if it is, and the user's.

    That is ``user_line``, but that another thread which waits for this one is not looked at.
    ``known`` is ``lines_known`` of the code.
    """
    place: CodePlace | None = None
    while frame is not None:
        running = frame.f_code
        if place is None:
            if running is code and (found := known.get(frame.f_lasti)) is not None:
                return found
            users = _known.get(running.co_filename)
            if users or (users is None and _is_users(running.co_filename)):
                place = running.co_filename, frame.f_lineno
                if code is None:
                    break
                if running is code:
                    found = known[frame.f_lasti] = place[1], place
                    return found
        elif running is code:
            return frame.f_lineno, place
        frame = frame.f_back
    return None, place


def lines_known(code: CodeType | None) -> dict[int, Lines]:
    """The lines of somebody's own code by the instructions that ``lines_running`` has found."""
    return {} if code is None else _lines_known(code, code.co_filename)


@lru_cache(maxsize=64)
def _lines_known(code: CodeType, file: str) -> dict[int, Lines]:
    return {}  # codes that are alike in two files are equal, too


def raising_line(error: BaseException) -> CodePlace | None:
    """The innermost line of the user's code that an exception came through."""
    found, trace = None, error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if _is_users(name):
            found = name, trace.tb_lineno
        trace = trace.tb_next
    return found


def users_files(error: BaseException) -> Iterator[str]:
    """The files that the user has written of the lines that an exception came through."""
    trace = error.__traceback__
    while trace is not None:
        if is_written_by_user(trace.tb_frame.f_code.co_filename):
            yield trace.tb_frame.f_code.co_filename
        trace = trace.tb_next


@cache
def is_written_by_user(name: str) -> bool:
    """Whether a file is the user's own, and not of a package that was installed."""
    return _is_users(name) and not is_of_a_package(name)


def is_of_a_package(name: str) -> bool:
    """Whether a file is of a package that was installed; torch and this one count as none."""
    if not _is_users(name):
        return False
    return any(part in name for part in _PACKAGES) or is_installed(name)


def is_of_the_library(name: str) -> bool:
    """Whether a file is of Python's own library."""
    return name.startswith(_LIBRARY) and not any(part in name for part in _PACKAGES)


def _is_users(name: str) -> bool:
    if name not in _known:
        _known[name] = not is_of_the_library(name) and not name.startswith(_NOT_USERS)
    return _known[name]
