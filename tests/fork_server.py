"""What the fork server runs: a process that has imported torch, and forks whenever it is asked to.

A test's worker is forked from it instead of importing torch again. ``tests.forked_process`` starts
the server and asks it.
"""

import atexit
import gc
import os
import select
import signal
import socket
import sys
import threading
import weakref
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import CodeType

# How many files a request brings at most.
_MOST_FILES = 16


@dataclass(frozen=True, slots=True)
class StartRequest:
    """How a process is to be started, as ``subprocess.Popen`` is told it.

    Its standard output and error are the first of the files that come with the request; ``files``
    are the numbers that the others shall have.
    """

    code: str
    arguments: Sequence[str]
    environment: dict[str, str]
    folder: str
    files: Sequence[int]
    new_session: bool


def wait_for_start(number: int, listening: int | None = None) -> CodeType:
    """Return in each forked process, with what it is to run; the server ends with its sockets.

    ``number`` is the descriptor of the socket by which requests come; by each that the socket
    ``listening`` accepts, requests come too.
    """
    if threading.active_count() != 1 or len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError("The fork server has several threads, so it must not fork.")
    gc.collect()
    gc.freeze()  # the pages of what is imported stay shared
    for finalizer in weakref.finalize._registry:  # type: ignore[attr-defined]
        finalizer.atexit = False  # of what is imported, which is left as it is
    listener = None if listening is None else socket.socket(fileno=listening)
    return _Server(socket.socket(fileno=number), listener).run()


def run_to_end(code: CodeType) -> None:
    """Run what ``wait_for_start`` returned as the interpreter runs a program, to the process's end.

    The modules are not taken apart at the end: with torch that takes a quarter of a second, and
    nobody sees it. A program that raises ends as the interpreter ends it.
    """
    status = 0
    try:
        exec(code, {"__name__": "__main__"})
    except SystemExit as ended:
        if not (ended.code is None or isinstance(ended.code, int)):
            raise
        status = ended.code or 0
    threading._shutdown()  # type: ignore[attr-defined]  # waits for the other threads
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status & 0xFF)


class _Server:
    """Forks at each request; tells of each process its id, then its exit status."""

    def __init__(self, requests: socket.socket, listener: socket.socket | None) -> None:
        self._requests = [requests]
        self._listener = listener
        self._running: dict[int, Connection] = {}
        self._ended, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # it writes to the pipe, and no more
        signal.set_wakeup_fd(self._wake)

    def run(self) -> CodeType:
        """What a forked process is to run; does not return in the server."""
        listeners = [self._listener] if self._listener else []
        while self._requests:
            ready, _, _ = select.select([*self._requests, *listeners, self._ended], [], [])
            if self._ended in ready:
                os.read(self._ended, 4096)
                self._tell_ended()
            for requests in [line for line in self._requests if line in ready]:
                data, files, _, _ = socket.recv_fds(requests, 1, _MOST_FILES)
                if not data:
                    requests.close()
                    self._requests.remove(requests)
                    continue
                code = self._fork(*files)
                if code is not None:
                    return code
            for listener in [each for each in listeners if each in ready]:
                self._requests.append(listener.accept()[0])
        sys.exit()

    def _tell_ended(self) -> None:
        while self._running:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                return
            with self._running.pop(process) as asker:
                _tell(asker, os.waitstatus_to_exitcode(status))

    def _fork(self, line: int, *files: int) -> CodeType | None:
        """What to run, in the forked process; None in the server."""
        asker = Connection(line)
        request: StartRequest = asker.recv()
        process = os.fork()
        if process == 0:
            asker.close()
            self._leave()
            return _become(request, files)
        for file in files:
            os.close(file)
        self._running[process] = asker
        _tell(asker, process)
        return None

    def _leave(self) -> None:
        """In the forked process: be no server any more."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for each in (*self._requests, *([self._listener] if self._listener else [])):
            each.close()
        os.close(self._ended)
        os.close(self._wake)
        for asker in self._running.values():
            asker.close()


def _tell(asker: Connection, number: int) -> None:
    with suppress(OSError):  # nobody wants to know
        asker.send(number)


def _become(request: StartRequest, files: Sequence[int]) -> CodeType:
    """Have what a process started with this request has; returns what it runs."""
    import fcntl  # not on Windows, where nothing is forked

    if request.new_session:
        os.setsid()
    # First out of the way, as one may lie where another shall.
    above = 1 + max((*files, *request.files))
    printed, *moved = [fcntl.fcntl(file, fcntl.F_DUPFD_CLOEXEC, above) for file in files]
    for file in files:
        os.close(file)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for file, place in ((nothing, 0), (printed, 1), (printed, 2)):
        os.dup2(file, place)
    os.close(nothing)
    os.close(printed)
    for file, place in zip(moved, request.files, strict=True):
        os.dup2(file, place)
        os.close(file)
    _seed_by_chance()
    os.chdir(request.folder)
    os.environ.clear()
    os.environ.update(request.environment)
    sys.argv[:] = ["-c", *request.arguments]
    return compile(request.code, "<string>", "exec")


def _seed_by_chance() -> None:
    """Seed what is seeded so as it is imported; Python's own ``random`` sees to itself."""
    for name, generator in (("torch", "default_generator"), ("numpy", "random")):
        if sys.modules.get(name) is not None:
            getattr(sys.modules[name], generator).seed()
