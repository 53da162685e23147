"""Starts the worker's process. Imports next to nothing, so that it can be done first of all."""

import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from backprop_viz.stream.own_processes import AS_WORKER, part_command, with_ends

# What the worker's interpreter runs: it finds modules where this one does.
WORKER_START = (
    "import sys; sys.path[:] = {path!r}; from backprop_viz.worker.main import serve; serve()"
)

# glibc else gives each thread a heap of its own, and none gives another what it does not need. Nor
# are small pieces kept apart for each thread: they would come to lie all over the heap, and each
# keeps a whole page.
WORKER_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}


# Why the process ended, where neither a signal's name nor a line that it printed tells.
EXIT_STATUS = "exit status "
OUT_OF_MEMORY = "out of memory"
# How much is kept of the last that the process printed.
_MOST_PRINTED = 64 * 1024


class Printed:
    """Passes on what a process prints to this one's standard error, and keeps the end of it."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._last = b""
        self._thread = threading.Thread(target=self._read, name="backprop_viz prints", daemon=True)
        self._thread.start()

    def text(self, within_s: float) -> str:
        """The end of what was printed; the process, which has ended, has so long to be heard."""
        self._thread.join(within_s)
        return self._last.decode(errors="replace")

    def _read(self) -> None:
        with self._pipe:
            while chunk := os.read(self._pipe.fileno(), 8192):
                self._last = (self._last + chunk)[-_MOST_PRINTED:]
                with suppress(OSError):
                    os.write(2, chunk)


def traceback_in(printed: str) -> str:
    """The traceback at the end of what a process has printed, "" if there is none."""
    starts = [printed.rfind(word) for word in ("Traceback (most", "Fatal Python error")]
    return printed[max(starts) :].rstrip() if max(starts) >= 0 else ""


def kills_for_memory() -> int:
    """How many processes the system has killed for lack of memory, as far as it says."""
    with suppress(OSError, ValueError), open("/proc/vmstat", encoding="ascii") as file:
        return next((int(line.split()[1]) for line in file if line.startswith("oom_kill ")), 0)
    return 0


@dataclass(frozen=True, slots=True)
class WorkerProcess:
    """A process that waits for its settings, and its connection; it ends when ``outgoing`` does.

    The connection has descriptors of its own: what is printed in that process, by whatever is
    imported there before us or by a program that it starts, cannot get into it.
    """

    process: subprocess.Popen[bytes]
    outgoing: IO[bytes]
    incoming: IO[bytes]
    printed: Printed


_ahead: list[WorkerProcess] = []


def start_ahead() -> None:
    """Start a process now, so that torch loads while Qt does; the next ``take`` gets it."""
    with suppress(OSError):  # ``take`` tries again, and tells if it cannot be
        _ahead.append(_start())


def take() -> WorkerProcess:
    """A process that waits for its settings. Raises OSError if none can be started."""
    return _ahead.pop() if _ahead else _start()


def _start() -> WorkerProcess:
    occupy_standard_places()
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
    assert process.stdout is not None
    printed = Printed(process.stdout)
    return WorkerProcess(process, os.fdopen(ours_out, "wb"), os.fdopen(ours_in, "rb"), printed)


def _spawn(incoming: int, outgoing: int) -> subprocess.Popen[bytes]:
    """Start the process with these ends of the connection, and with no other file of this one's."""
    arguments, how = with_ends((incoming, outgoing), console=False)
    return subprocess.Popen(
        [*part_command(WORKER_START.format(path=sys.path), AS_WORKER), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
        env=WORKER_ENVIRONMENT | os.environ,
        **how,
    )


def occupy_standard_places() -> None:
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
