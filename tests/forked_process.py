"""Processes that are forked from one that has imported torch, for tests (see ``fork_server``)."""

import errno
import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing import connection

from tests.fork_server import StartRequest
from tests.nightly import NIGHTLY

# Whether tests fork what they need not start. On Linux alone: not every system's libraries can
# be used after a fork.
FORKS = sys.platform == "linux" and not NIGHTLY

_START = """
import sys
sys.path[:] = {path!r}
from tests.fork_server import run_to_end, wait_for_start
{imports}
run_to_end(wait_for_start({numbers}))
"""


class ForkServer:
    """Stands for the ``subprocess`` module where processes are to be forked.

    The server's process starts with the first that is asked for, and ends with ``close``.
    """

    DEVNULL, PIPE, STDOUT = subprocess.DEVNULL, subprocess.PIPE, subprocess.STDOUT

    def __init__(
        self, imports: str, environment: Mapping[str, str], *, for_all: bool = False
    ) -> None:
        """``imports`` are the statements by which the server imports what its processes have.

        They are to leave no thread: threads do not survive a fork. ``environment``: what the
        server has besides the environment of the process that asks. ``for_all``: it serves all
        of pytest-xdist's processes that want the same, and ends with the last of them.
        """
        self._imports = imports
        self._environment = environment
        self._address = _address_of(imports) if for_all else None
        self._lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self._requests, self._theirs = socket.socketpair()
        self._started = False

    @classmethod
    def shared(cls, number: int) -> "ForkServer":
        """The server of the process that has started this one with this file (see ``fileno``)."""
        server = cls("", {})
        server._requests.close()
        server._theirs.close()
        server._requests = socket.socket(fileno=number)
        server._started = True
        return server

    def fileno(self) -> int:
        """The number of a file by which other processes ask this server too, if they have it."""
        self._start()
        return self._requests.fileno()

    def Popen(  # noqa: N802
        self,
        args: Sequence[str],
        *,
        stdin: int,
        stdout: int,
        stderr: int,
        bufsize: int,
        env: Mapping[str, str],
        pass_fds: Sequence[int] = (),
        start_new_session: bool = False,
        cwd: str | None = None,
    ) -> "ForkedProcess":
        """As ``subprocess.Popen``, of a Python program that is given as text."""
        interpreter, option, code, *arguments = args
        how = interpreter, option, stdin, stdout, stderr, bufsize
        assert how == (sys.executable, "-c", self.DEVNULL, self.PIPE, self.STDOUT, 0)
        request = StartRequest(
            code, arguments, dict(env), cwd or os.getcwd(), pass_fds, start_new_session
        )
        self._start()
        return ForkedProcess(self._requests, request)

    def close(self) -> None:
        """End the server. What it has forked does not need it."""
        self._requests.close()
        self._theirs.close()
        if self.process is not None and self._address is None:
            self.process.wait(60)

    def _start(self) -> None:
        with self._lock:
            if self._started:
                return
            self._started = True
            if self._address is None:
                self._start_process()
            else:
                self._join(self._address)
            self._theirs.close()

    def _start_process(self, listener: socket.socket | None = None) -> None:
        sockets = [self._theirs, *([listener] if listener else [])]
        numbers = [each.fileno() for each in sockets]
        start = _START.format(
            path=sys.path, imports=self._imports, numbers=", ".join(map(str, numbers))
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", start],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            # OpenBLAS would start its threads as it is loaded.
            env={**os.environ, **self._environment, "OPENBLAS_NUM_THREADS": "1"},
            pass_fds=numbers,
            start_new_session=True,
        )

    def _join(self, address: bytes) -> None:
        """Ask the server that another process has started, or start it for all."""
        while True:
            with socket.socket(socket.AF_UNIX) as listener:
                if _bound(listener, address):
                    listener.listen()
                    self._start_process(listener)
                    return
            line = socket.socket(socket.AF_UNIX)
            try:
                line.connect(address)
            except ConnectionRefusedError:  # it is not listening yet, or has just ended
                line.close()
                continue
            self._requests.close()
            self._requests = line
            return


def _bound(listener: socket.socket, address: bytes) -> bool:
    """Whether the address could be had, which one process has at a time."""
    try:
        listener.bind(address)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return False
    return True


def _address_of(imports: str) -> bytes | None:
    """Where the server with these imports is found in this run of pytest-xdist; None: in none."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        return None
    # The first byte: it is no file, and gone with the server.
    return b"\0" + hashlib.sha256(f"{run} {imports}".encode()).hexdigest().encode()


class ForkedProcess:
    """As much of a ``subprocess.Popen`` as a worker's process is used for."""

    def __init__(self, requests: socket.socket, request: StartRequest) -> None:
        self.args = request.arguments
        self.returncode: int | None = None
        self._lock = threading.Lock()
        self._server, theirs = connection.Pipe()
        ours, printed = os.pipe()
        self.stdout = os.fdopen(ours, "rb", 0)
        try:
            files = [theirs.fileno(), printed, *request.files]
            socket.send_fds(requests, [b"."], files)
        finally:
            theirs.close()
            os.close(printed)
        self._server.send(request)
        self.pid = self._told()

    def poll(self) -> int | None:
        """The exit status, if the process has ended."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, once the process has ended."""
        # What the server says is followed by the line's end: others that wait see it too.
        if self.returncode is None and not connection.wait([self._server], timeout):
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        with self._lock:
            if self.returncode is None:
                self.returncode = self._told()
            return self.returncode

    def kill(self) -> None:
        """End the process, if it has not ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has ended, and we are about to be told
                os.kill(self.pid, signal.SIGKILL)

    def _told(self) -> int:
        try:
            number: int = self._server.recv()
        except EOFError:
            raise ChildProcessError("The fork server has ended.") from None
        return number
