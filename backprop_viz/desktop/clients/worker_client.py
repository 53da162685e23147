"""The window's end of the connection to the worker's process.

They are two processes, not two threads: a window that paints in Python holds the interpreter's
lock for most of the time, and training in the same process would wait for it at every torch call.
"""

import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from queue import SimpleQueue
from traceback import format_exception

from backprop_viz.desktop.clients.draw_image import DrawImage
from backprop_viz.desktop.clients.worker_process import (
    EXIT_STATUS,
    OUT_OF_MEMORY,
    WorkerProcess,
    kills_for_memory,
    take,
    traceback_in,
)
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.notice import Notice, notice_of
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.stream.commands import Command, Draw
from backprop_viz.stream.flow_control import SWITCH_S, UPDATES_AHEAD
from backprop_viz.stream.messages import Begin, Filed, Painted, Update, UpdateWanted
from backprop_viz.stream.wire import (
    MessageReader,
    MessageWriter,
    NumberedCommand,
    Received,
    Unreadable,
    send,
)
from backprop_viz.training.session_files.window_part_file import read_window_part

# How long a process that has closed its connection may take to end.
ENDS_WITHIN_S = 2.0


class WorkerClient:
    """The window's end: starts the worker's process, sends commands, collects what it says.

    Two threads do the sending and the reading, so that the window's own neither waits nor decodes.
    ``wake`` is called in the reading one when there is something to take.
    """

    def __init__(self, settings: Settings, wake: Callable[[], None]) -> None:
        self.submitted = 0
        self._wake = wake
        self._received: deque[Received] = deque()
        # None to end.
        self._outbox: SimpleQueue[NumberedCommand | UpdateWanted | Painted | None] = SimpleQueue()
        self._last_is_drawing = False
        self._passed_over: set[int] = set()  # numbers of commands that need not be sent any more
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

    def submit(self, command: Command, recording: Recording | None = None) -> None:
        """Have the worker carry out a command after those before, and give it a recording."""
        # Of drawings that follow one another only the last is worth sending.
        if isinstance(command, DrawImage) and self._last_is_drawing:
            self._passed_over.add(self.submitted)
        self._last_is_drawing = isinstance(command, DrawImage)
        self.submitted += 1
        self._outbox.put(NumberedCommand(self.submitted, command, recording))

    def ask_for_update(self) -> None:
        """Tell the worker, if it waits for it or soon will, that what was taken is shown."""
        if self._taken >= UPDATES_AHEAD // 2:
            self._taken = 0
            self._outbox.put(UpdateWanted())

    def tell_painted(self) -> None:
        """Tell the worker, which may wait for it, that what was taken before is painted."""
        if self._stopped:
            self._stopped = False
            self._outbox.put(Painted())

    def take(self) -> Received | None:
        """The oldest message that was not taken yet, and the recording that came with it."""
        if not self._received:
            return None
        message, recording = self._received.popleft()
        if isinstance(message, Update):
            self._taken += 1 if recording is None else UPDATES_AHEAD
            self._stopped = not message.training
        return message, recording

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
        """The worker's process; waits until it has started, which is soon: torch takes longer."""
        self._started.wait()
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
                writer = MessageWriter()
                send(outgoing, writer.pieces(Begin(settings)))
                while (message := self._outbox.get()) is not None:
                    if isinstance(message, NumberedCommand):
                        if message.number in self._passed_over:
                            self._passed_over.discard(message.number)
                            continue
                        message = self._prepared(message)
                    send(outgoing, writer.pieces(message))
        finally:
            process.kill()
            process.wait()
            with suppress(OSError):
                outgoing.close()

    def _prepared(self, numbered: NumberedCommand) -> NumberedCommand:
        """The command as it is sent; in place of what is no drawing, which is told, none."""
        command = numbered.command
        if not isinstance(command, DrawImage):
            return numbered
        try:
            return NumberedCommand(numbered.number, command.prepared())
        except ArgumentError as error:
            self._tell(replace(notice_of(error), subject=Draw.__name__))
            return NumberedCommand(numbered.number, Draw(None))

    def _read(self) -> None:
        """Receive what the worker says, to the end; then say why it ended."""
        self._started.wait()
        if self._worker is None:
            return
        fault: Exception | None = None
        try:
            with self._worker.incoming as incoming:
                reader = MessageReader(incoming)
                while True:
                    self._tell(*reader.read())
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

    def _tell(self, message: object, recording: Recording | None = None) -> None:
        """Leave a message for the window, and wake it."""
        if isinstance(message, Unreadable):
            message = Notice("not_understood", (message.reason,))
        elif isinstance(message, Filed) and message.what == "opened" and message.refusal is None:
            message = replace(message, part=read_window_part(message.path, message.stamp))
        self._received.append((message, recording))
        with suppress(RuntimeError):  # a window that is destroyed meanwhile
            self._wake()

    def _ended(self, reason: str, details: str = "") -> None:
        """Tell that there is no worker, and why, if that is not what was wanted."""
        if not self._closing:
            self._tell(Notice("worker_ended", (reason,), details=details))

    def _how_ended(self, worker: WorkerProcess) -> tuple[str, str]:
        """Why a process that closed its connection has ended, as far as is known; its traceback."""
        try:
            status = worker.process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            return "it closed its connection", ""
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
