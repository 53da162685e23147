"""The window's end of the line to a script, which was there before the window."""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import IO

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices import Notice
from backprop_viz.stream.commands import Command, Iterate, Pause, SetBreakpoints, Step, Train
from backprop_viz.stream.flow_control import UPDATES_AHEAD
from backprop_viz.stream.messages import InterruptScript, RunEnded, Update, UpdateWanted
from backprop_viz.stream.wire import (
    MessageReader,
    MessageWriter,
    NumberedCommand,
    Received,
    Unreadable,
    send,
)

# What a script can be told; all else is the script's own affair.
UNDERSTOOD = (Step, Iterate, Train, Pause, SetBreakpoints)


class AttachedClient:
    """As a WorkerSupervisor, of a process that the window did not start and does not end.

    ``wake`` is called in a thread of its own when there is something to take, and ``look`` with
    each recording before it can be taken. ``begun``: the reader that has begun to read, and what
    it has read so far.
    """

    def __init__(
        self,
        incoming: IO[bytes],
        outgoing: IO[bytes],
        wake: Callable[[], None],
        look: Callable[[Recording], None] | None = None,
        begun: tuple[MessageReader, object] | None = None,
    ) -> None:
        self.submitted = 0
        self._begun = begun
        self._wake, self._look = wake, look
        self.heard = time.time()  # when the script last said something
        self.is_closed = False  # whether the script has said that no more comes
        self._incoming, self._outgoing = incoming, outgoing
        self._received: deque[Received] = deque()
        self._outbox: SimpleQueue[NumberedCommand | UpdateWanted | InterruptScript | None] = (
            SimpleQueue()
        )
        self._taken = UPDATES_AHEAD  # the first is answered at once: the script waits for that
        self._told_end = False
        self._threads = [
            threading.Thread(target=work, name=f"backprop_viz {name}", daemon=True)
            for name, work in (("sender", self._send), ("reader", self._read))
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, command: Command, recording: Recording | None = None) -> bool:
        """Tell the script; whether it hears. What no script understands is not sent."""
        if self.ended:
            return False
        if isinstance(command, UNDERSTOOD):
            self.submitted += 1
            self._outbox.put(NumberedCommand(self.submitted, command))
        return True

    def ask_for_update(self) -> None:
        """Tell the script, if it soon waits for it, that what was taken is shown."""
        if self._taken >= UPDATES_AHEAD // 2:
            self._taken = 0
            self._outbox.put(UpdateWanted())

    def tell_painted(self) -> None:
        """A script does not wait for what is painted."""

    def interrupt(self) -> None:
        """Interrupt the script, as Ctrl+C in its terminal would."""
        self._outbox.put(InterruptScript())

    def take(self) -> Received | None:
        """The oldest message that was not taken yet, and the recording that came with it."""
        if not self._received:
            return None
        message, recording = self._received.popleft()
        if isinstance(message, Update):
            self._taken += 1 if recording is None else UPDATES_AHEAD
        return message, recording

    @property
    def ended(self) -> bool:
        """Whether the line is closed, and all that was said is taken."""
        return not self._threads[1].is_alive() and not self._received

    def close(self) -> None:
        """Leave the script alone: it goes on without a window."""
        self._outbox.put(None)
        self._threads[0].join(1.0)

    def _send(self) -> None:
        writer = MessageWriter()
        with suppress(OSError):
            while (message := self._outbox.get()) is not None:
                send(self._outgoing, writer.pieces(message))
        with suppress(OSError):
            self._outgoing.close()

    def _read(self) -> None:
        reader, first = self._begun or (MessageReader(self._incoming), None)
        try:
            with self._incoming:
                if first is not None:
                    self._tell(first)
                while True:
                    self._tell(*reader.read())
        except (EOFError, OSError):
            pass
        except ValueError as error:
            self._tell(Notice("not_understood", (str(error),)))
        self.is_closed = self._told_end
        if not self._told_end:
            self._tell(RunEnded(-1))
        self._outbox.put(None)

    def _tell(self, message: object, recording: Recording | None = None) -> None:
        if isinstance(message, Unreadable):
            message = Notice("not_understood", (message.reason,))
        if recording is not None and self._look is not None:
            self._look(recording)
        self.heard = time.time()
        self._told_end |= isinstance(message, RunEnded)
        self._received.append((message, recording))
        with suppress(RuntimeError):  # a window that is destroyed meanwhile
            self._wake()
