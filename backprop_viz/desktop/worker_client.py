"""The window's end of the line to the worker's process.

They are two processes, not two threads: a window that paints in Python holds the interpreter's
lock for most of the time, and training in the same process would wait for it at every torch call.
"""

import signal
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from queue import SimpleQueue
from traceback import format_exception
from typing import Any

from backprop_viz.desktop.worker_process import (
    EXIT_STATUS,
    OUT_OF_MEMORY,
    WorkerProcess,
    kills_for_memory,
    take,
    traceback_in,
)
from backprop_viz.recording.notices import Notice
from backprop_viz.recording.settings import Settings
from backprop_viz.stream.flow_control import SWITCH_S, UPDATES_AHEAD
from backprop_viz.stream.frames import read_message, write_message
from backprop_viz.stream.messages import Answer, Command, Update

# A process that has closed its line has so long to end.
ENDS_WITHIN_S = 2.0


class WorkerClient:
    """The window's end: starts the worker's process, sends commands, collects what it says.

    Two threads do the sending and the reading, so that the window's own neither waits nor
    unpickles.
    """

    def __init__(self, settings: Settings) -> None:
        self.submitted = 0
        self._received: deque[Update | Notice | Answer] = deque()
        # A command, "frame" for a frame wanted, "painted", or None to end.
        self._outbox: SimpleQueue[Command | str | None] = SimpleQueue()
        self._closing = False
        # What was taken since the worker was told that it is shown.
        self._taken = 0
        self._stopped = False  # the newest update taken is not of training
        self._threads = [
            threading.Thread(target=work, name=f"backprop_viz {name}", daemon=True)
            for name, work in (("sender", lambda: self._send(settings)), ("reader", self._read))
        ]
        sys.setswitchinterval(SWITCH_S)
        self._started = threading.Event()
        self._worker: WorkerProcess | None = None
        self._kills_before = kills_for_memory()
        for thread in self._threads:
            thread.start()

    def submit(self, name: str, *arguments: Any) -> None:
        """Have the worker call its method ``name`` after the commands before."""
        self.submitted += 1
        self._outbox.put(Command(self.submitted, name, arguments))

    def ask_for_update(self) -> None:
        """Tell the worker, if it waits for it or soon will, that what was taken is shown."""
        if self._taken >= UPDATES_AHEAD // 2:
            self._taken = 0
            self._outbox.put("frame")

    def tell_painted(self) -> None:
        """Tell the worker, which may wait for it, that what was taken before is painted."""
        if self._stopped:
            self._stopped = False
            self._outbox.put("painted")

    def take(self) -> Update | Notice | Answer | None:
        """The oldest message that was not taken yet."""
        message = self._received.popleft() if self._received else None
        if isinstance(message, Update):
            self._taken += 1 if message.recording is None else UPDATES_AHEAD
            self._stopped = not message.training
        return message

    @property
    def has_message(self) -> bool:
        """Whether there is a message to take."""
        return bool(self._received)

    @property
    def alive(self) -> bool:
        """Whether the worker may still say something."""
        return self._threads[1].is_alive()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The worker's process, which there is once it was started."""
        assert self._worker is not None
        return self._worker.process

    def close(self, timeout_s: float) -> None:
        """End the worker, whatever it is doing: it keeps nothing that is worth waiting for."""
        self._closing = True
        self._outbox.put(None)
        if self._worker is not None:
            self._worker.process.kill()  # it may not read any more what it is sent
        for thread in self._threads:
            thread.join(timeout_s)
        if self._worker is not None:
            self._worker.printed.text(timeout_s)

    def _send(self, settings: Settings) -> None:
        """Have a process, which may take its time to start, then send; always tells the reader."""
        try:
            self._worker = take()
        except OSError as error:
            self._ended(error.strerror or str(error))
            return
        finally:
            self._started.set()
        process, outgoing = self._worker.process, self._worker.outgoing
        try:
            # A broken pipe means that the worker is gone: the reader tells.
            with suppress(OSError):
                write_message(outgoing, settings)
                while (message := self._outbox.get()) is not None:
                    write_message(outgoing, message)
        finally:
            process.kill()
            process.wait()
            with suppress(OSError):
                outgoing.close()

    def _read(self) -> None:
        """Receive what the worker says, to the end; then say why it ended."""
        self._started.wait()
        if self._worker is None:
            return
        fault: Exception | None = None
        try:
            with self._worker.incoming as incoming:
                while True:
                    self._received.append(read_message(incoming))
        except (EOFError, OSError):
            pass
        except Exception as error:
            fault = error
        finally:
            if fault is None:
                self._ended(*self._how_ended(self._worker))
            else:
                said = f"{type(fault).__name__}: {fault}"
                self._ended(said, "".join(format_exception(fault)))
            self._outbox.put(None)  # the sender waits for something to send

    def _ended(self, reason: str, details: str = "") -> None:
        """Tell that there is no worker, and why, if that is not what was wanted."""
        if not self._closing:
            self._received.append(Notice("worker_ended", (reason,), details=details))

    def _how_ended(self, worker: WorkerProcess) -> tuple[str, str]:
        """Why a process ended that has closed its line, as far as is known; and its traceback."""
        try:
            status = worker.process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            return "it closed its line", ""
        details = traceback_in(worker.printed.text(ENDS_WITHIN_S))
        if status < 0:
            with suppress(ValueError):
                name = signal.Signals(-status).name
                if name == "SIGKILL" and kills_for_memory() > self._kills_before:
                    name = OUT_OF_MEMORY
                return name, details
        # What the exception is, which stands below the indented lines of where it arose.
        said = (line for line in details.splitlines()[1:] if line[:1].strip())
        return next(said, f"{EXIT_STATUS}{status}"), details
