"""Starts the worker's process. Imports next to nothing, so that it can be done first of all."""

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

# What the worker's interpreter runs: it finds modules where this one does.
_START = "import sys; sys.path[:] = {path!r}; from backprop_viz.worker.main import serve; serve()"

# glibc else gives each thread a heap of its own, and none gives another what it does not need. Nor
# are small pieces kept apart for each thread: they would come to lie all over the heap, and each
# keeps a whole page.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}


@dataclass(frozen=True, slots=True)
class WorkerProcess:
    """A process that waits for its settings, and the line to it; it ends when ``outgoing`` does.

    The line has descriptors of its own: what is printed in that process, by whatever is imported
    there before us or by a program that it starts, cannot get into it.
    """

    process: subprocess.Popen[bytes]
    outgoing: IO[bytes]
    incoming: IO[bytes]


_ahead: list[WorkerProcess] = []


def start_ahead() -> None:
    """Start a process now, so that torch loads while Qt does; the next ``take`` gets it."""
    with suppress(OSError):  # ``take`` tries again, and tells if it cannot be
        _ahead.append(_start())


def take() -> WorkerProcess:
    """A process that waits for its settings. Raises OSError if none can be started."""
    return _ahead.pop() if _ahead else _start()


def _start() -> WorkerProcess:
    _occupy_standard_places()
    theirs_in, ours_out = os.pipe()
    try:
        ours_in, theirs_out = os.pipe()
    except OSError:
        _close(theirs_in, ours_out)
        raise
    try:
        process = _spawn(theirs_in, theirs_out)
    except BaseException:
        _close(ours_in, ours_out)
        raise
    finally:
        _close(theirs_in, theirs_out)
    return WorkerProcess(process, os.fdopen(ours_out, "wb"), os.fdopen(ours_in, "rb"))


def _spawn(incoming: int, outgoing: int) -> subprocess.Popen[bytes]:
    """Start the process with these ends of the line, and with no other file of this one's."""
    how: dict[str, Any]
    if sys.platform == "win32":
        import msvcrt

        ends = [msvcrt.get_osfhandle(end) for end in (incoming, outgoing)]
        for end in ends:
            os.set_handle_inheritable(end, True)
        startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": ends})
        how = {"startupinfo": startup, "creationflags": subprocess.CREATE_NO_WINDOW}
    else:
        ends = [incoming, outgoing]
        # In a session of its own: what a terminal sends to all that runs in it, as at Ctrl+C or
        # when it is closed, is for the window's process to answer.
        how = {"pass_fds": ends, "start_new_session": True}
    return subprocess.Popen(
        [sys.executable, "-c", _START.format(path=sys.path), *map(str, ends)],
        stdin=subprocess.DEVNULL,
        stdout=_where_errors_go(),
        env=_ENVIRONMENT | os.environ,
        **how,
    )


def _where_errors_go() -> int:
    """Where the process prints to: where its errors go, if there is such a place."""
    try:
        os.fstat(2)
    except OSError:
        return subprocess.DEVNULL
    return 2


def _occupy_standard_places() -> None:
    """Open what a launcher has closed of 0, 1 and 2: a pipe that came to lie there would be lost.

    On Windows a process has them apart from its files.
    """
    if sys.platform != "win32":
        while (place := os.open(os.devnull, os.O_RDWR)) < 3:
            os.set_inheritable(place, True)
        os.close(place)


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
