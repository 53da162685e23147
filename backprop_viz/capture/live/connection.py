"""A script's end of the connection to a window. The script outlives it."""

import _thread
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Queue
from typing import IO

from backprop_viz.capture.code.own_faults import OURS
from backprop_viz.recording.format.frames import Buffer
from backprop_viz.recording.iteration import Recording
from backprop_viz.stream.flow_control import UPDATES_AHEAD
from backprop_viz.stream.messages import InterruptScript, Leave, Resume, Update, UpdateWanted
from backprop_viz.stream.wire import (
    MessageReader,
    MessageWriter,
    NumberedCommand,
    Unreadable,
    send,
)

Heard = NumberedCommand | Unreadable | UpdateWanted | Resume


class LiveConnection:
    """Sends messages without waiting for the window, and hands what it says to ``heard``.

    ``ended`` is called once, when the window is gone. Both are called in threads of the connection.
    """

    def __init__(
        self,
        incoming: IO[bytes],
        outgoing: IO[bytes],
        heard: Callable[[Heard], None],
        ended: Callable[[], None],
    ) -> None:
        self._incoming, self._outgoing = incoming, outgoing
        self._reader = MessageReader(incoming)
        self._tell, self._ended = heard, ended
        self.was_left = False  # whether the window has said that it is closed
        self._writing = threading.Lock()
        self._writer = MessageWriter()
        self._outbox: Queue[list[Buffer] | None] = Queue()
        self._sent, self._heard = 0, -UPDATES_AHEAD
        self._gone = threading.Event()
        self._threads = [
            threading.Thread(target=work, name=f"backprop_viz {name}", daemon=True)
            for name, work in (("live sender", self._send), ("live reader", self._read))
        ]

    def start(self) -> None:
        """Begin to send and to read."""
        for thread in self._threads:
            thread.start()

    @property
    def open(self) -> bool:
        """Whether there is a window."""
        return not self._gone.is_set()

    def update_wanted(self) -> bool:
        """Whether the window keeps up with what it is sent."""
        return self.open and self._sent - self._heard < UPDATES_AHEAD

    @property
    def starts(self) -> bool:
        """Whether the window has taken nothing yet, as while it opens."""
        return self.open and self._heard < 0

    def send(self, message: object, recording: Recording | None = None) -> None:
        """Send a message, and what is new of a recording. Encoded at once; never waits."""
        if not self.open:
            return
        with self._writing:
            pieces = self._writer.pieces(message, recording)
            if isinstance(message, Update):
                self._sent += 1 if recording is None else UPDATES_AHEAD
            self._outbox.put(pieces)

    def close(self, within_s: float) -> None:
        """Send what is left, if the window takes it within this time, and close the connection."""
        self._outbox.put(None)
        self._threads[0].join(within_s)

    def _send(self) -> None:
        with OURS, suppress(OSError, ValueError):  # ValueError: closed by the interpreter's end
            while (pieces := self._outbox.get()) is not None:
                send(self._outgoing, pieces)
        with suppress(OSError, ValueError):
            self._outgoing.close()
        self._end()

    def _read(self) -> None:
        with OURS, suppress(EOFError, OSError, ValueError), self._incoming:
            while True:
                message, _ = self._reader.read()
                if isinstance(message, UpdateWanted):
                    self._heard = self._sent
                if isinstance(message, InterruptScript):
                    interrupt_script()
                elif isinstance(message, Leave):
                    self.was_left = True
                elif isinstance(message, Heard):
                    with OURS:
                        self._tell(message)
        self._end()

    def _end(self) -> None:
        with self._writing:
            first = not self._gone.is_set()
            self._gone.set()
        if first:
            self._ended()


def interrupt_script() -> None:
    """Raise KeyboardInterrupt in the script's thread, as Ctrl+C does."""
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:  # to that thread: what it waits for is then left off
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
