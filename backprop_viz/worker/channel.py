"""The worker's end of the line to the window."""

import os
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue, SimpleQueue
from typing import IO

from backprop_viz.recording.notices import Notice
from backprop_viz.stream.flow_control import UPDATES_AHEAD
from backprop_viz.stream.frames import read_message, write_message
from backprop_viz.stream.messages import Answer, Command, Update


class WorkerChannel:
    """The worker's end. Sending never waits for the window."""

    def __init__(self, incoming: IO[bytes], outgoing: IO[bytes]) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._commands: SimpleQueue[Command] = SimpleQueue()
        self._outbox: Queue[Update | Notice | Answer] = Queue()
        self._line = threading.Lock()  # held by the one that writes
        self._painted = threading.Event()  # what was sent last is, or a command came since
        # How many updates were sent, a recording as if it were all that may be under way; and how
        # many of them when the window last said that it keeps up. Each is changed by one thread.
        self._sent, self._heard = 0, -UPDATES_AHEAD
        for name, work in (("reader", self._read), ("sender", self._send)):
            threading.Thread(target=work, name=f"backprop_viz {name}", daemon=True).start()

    def next_command(self) -> Command:
        """The next command; waits for one."""
        return self._commands.get()

    def has_command(self) -> bool:
        """Whether a command is waiting."""
        return not self._commands.empty()

    def update_wanted(self) -> bool:
        """Whether the window keeps up with what it is sent."""
        return self._sent - self._heard < UPDATES_AHEAD

    def publish(self, update: Update) -> None:
        """Send how things stand."""
        self._painted.clear()
        # The window that wants a frame has taken nearly all that was sent: the line has room for a
        # few numbers, and to wake the sender takes longer than to write them.
        at_once = self.update_wanted() and update.recording is None
        self._sent += 1 if update.recording is None else UPDATES_AHEAD
        if at_once and not self._outbox.unfinished_tasks and self._line.acquire(blocking=False):
            try:
                self._write(update)
            finally:
                self._line.release()
        else:
            self._outbox.put(update)

    def wait_painted(self, longest_s: float) -> None:
        """Wait until the window has painted what was published last, or wants something else."""
        if not self.has_command():
            self._painted.wait(longest_s)

    def tell(self, notice: Notice) -> None:
        """Have the user told."""
        self._outbox.put(notice)

    def answer(self, answer: Answer) -> None:
        """Send what the window asked for."""
        self._outbox.put(answer)

    def _read(self) -> None:
        with _or_end():
            while True:
                message = read_message(self._incoming)
                if isinstance(message, Command):
                    self._commands.put(message)
                if message == "frame":
                    self._heard = self._sent
                else:
                    self._painted.set()

    def _send(self) -> None:
        with _or_end():
            while True:
                message = self._outbox.get()
                with self._line:
                    self._write(message)
                del message  # not kept until there is another
                self._outbox.task_done()

    def _write(self, message: Update | Notice | Answer) -> None:
        with _or_end():
            write_message(self._outgoing, message)


@contextmanager
def _or_end() -> Iterator[None]:
    """End the process where the line to the window does, or where nothing more can go over it.

    The window is told then; of a thread that ended alone it would wait for ever to hear.
    """
    try:
        yield
    except (EOFError, OSError):
        os._exit(0)  # the window is gone, and with it whoever this was for
    except BaseException:
        traceback.print_exc()
        os._exit(1)
