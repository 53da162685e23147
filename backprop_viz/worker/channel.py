"""The worker's end of the connection to the window."""

import os
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue, SimpleQueue
from typing import IO

from backprop_viz.recording.format.frames import Buffer
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.stream.flow_control import UPDATES_AHEAD
from backprop_viz.stream.messages import Answer, Update, UpdateWanted
from backprop_viz.stream.wire import (
    MessageReader,
    MessageWriter,
    NumberedCommand,
    Unreadable,
    send,
)


class WorkerChannel:
    """The worker's end. Sending never waits for the window."""

    def __init__(self, reader: MessageReader, outgoing: IO[bytes]) -> None:
        self._reader = reader
        self._outgoing = outgoing
        self._commands: SimpleQueue[NumberedCommand | Unreadable] = SimpleQueue()
        # Encoded when they are published: what is recorded goes on changing meanwhile.
        self._writer = MessageWriter()
        self._outbox: Queue[list[Buffer]] = Queue()
        self._writing = threading.Lock()  # held by the thread that writes
        self._painted = threading.Event()  # what was sent last is, or a command came since
        # How many updates were sent, a recording as if it were all that may be under way; and how
        # many of them when the window last said that it keeps up. Each is changed by one thread.
        self._sent, self._heard = 0, -UPDATES_AHEAD
        for name, work in (("reader", self._read), ("sender", self._send)):
            threading.Thread(target=work, name=f"backprop_viz {name}", daemon=True).start()

    def next_command(self) -> NumberedCommand | Unreadable:
        """The next command, or one that could not be read; waits for one."""
        return self._commands.get()

    def has_command(self) -> bool:
        """Whether a command is waiting."""
        return not self._commands.empty()

    def update_wanted(self) -> bool:
        """Whether the window keeps up with what it is sent."""
        return self._sent - self._heard < UPDATES_AHEAD

    def publish(self, update: Update, recording: Recording | None = None) -> None:
        """Send how things stand, and the recording if it is new, or has grown."""
        pieces = self._writer.pieces(update, recording)
        self._painted.clear()
        # A window that wants an update has taken nearly all that was sent: the connection has room
        # for a few numbers, and to wake the sender takes longer than to write them.
        at_once = self.update_wanted() and recording is None
        self._sent += 1 if recording is None else UPDATES_AHEAD
        if at_once and not self._outbox.unfinished_tasks and self._writing.acquire(blocking=False):
            try:
                self._write(pieces)
            finally:
                self._writing.release()
        else:
            self._outbox.put(pieces)

    def wait_painted(self, longest_s: float) -> None:
        """Wait until the window has painted what was published last, or wants something else."""
        if not self.has_command():
            self._painted.wait(longest_s)

    def tell(self, notice: Notice) -> None:
        """Send the user a message."""
        self._outbox.put(self._writer.pieces(notice))

    def answer(self, answer: Answer, recording: Recording | None = None) -> None:
        """Send what the window asked for, with the recording that belongs to it."""
        self._outbox.put(self._writer.pieces(answer, recording))

    def _read(self) -> None:
        with _or_end():
            while True:
                message, _ = self._reader.read()
                if isinstance(message, NumberedCommand | Unreadable):
                    self._commands.put(message)
                if isinstance(message, UpdateWanted):
                    self._heard = self._sent
                else:
                    self._painted.set()

    def _send(self) -> None:
        with _or_end():
            while True:
                pieces = self._outbox.get()
                with self._writing:
                    self._write(pieces)
                del pieces  # not kept until there are others
                self._outbox.task_done()

    def _write(self, pieces: list[Buffer]) -> None:
        with _or_end():
            send(self._outgoing, pieces)


@contextmanager
def _or_end() -> Iterator[None]:
    """End the process where the connection does, or where nothing more can go over it.

    The window is told then; of a thread that ended alone it would wait for ever to hear.
    """
    try:
        yield
    except (EOFError, OSError):
        os._exit(0)  # the window is gone, and with it whoever this was for
    except BaseException:
        traceback.print_exc()
        os._exit(1)
