"""The window's end of the connection to a script, which was there before the window."""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue

from backprop_viz.desktop.clients.reconnecting import ConnectionTried, NextTry, reconnected
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.stream.commands import Command, Iterate, Pause, SetBreakpoints, Step, Train
from backprop_viz.stream.flow_control import UPDATES_AHEAD
from backprop_viz.stream.messages import (
    InterruptScript,
    Leave,
    Resume,
    RunEnded,
    TakenOver,
    Update,
    UpdateWanted,
)
from backprop_viz.stream.rank_connections import RankConnection
from backprop_viz.stream.socket_connection import Ends
from backprop_viz.stream.wire import (
    MessageReader,
    MessageWriter,
    NumberedCommand,
    Received,
    Unreadable,
    send,
)

# The commands that a script understands.
UNDERSTOOD = (Step, Iterate, Train, Pause, SetBreakpoints)

# The subject of what is said while a connection is lost.
CONNECTION_SUBJECT = "connection"

_Sent = NumberedCommand | UpdateWanted | InterruptScript | Resume | Leave


class AttachedClient:
    """As a WorkerSupervisor, of a process that the window did not start and does not end.

    ``wake`` is called in a thread of its own when there is something to take, and ``look`` with
    each recording before it can be taken. ``connection``: both its ends. One that the window has
    attached by is made again when it is lost, until that is given up: ConnectionLost and
    ConnectionTried tell.
    """

    def __init__(
        self,
        connection: Ends | RankConnection,
        wake: Callable[[], None],
        look: Callable[[Recording], None] | None = None,
    ) -> None:
        self.submitted = 0
        self._attached = connection if isinstance(connection, RankConnection) else None
        self._incoming, outgoing = (
            connection.ends if isinstance(connection, RankConnection) else connection
        )
        self._wake, self._look = wake, look
        self.heard = time.time()  # when the script last said something
        self.is_closed = False  # whether the script has said that no more comes
        self.is_lost = False  # whether there is no connection just now, which is made again
        self._received: deque[Received] = deque()
        self._sending = (
            threading.Lock()
        )  # guards the outgoing end, which another connection replaces
        self._outgoing, self._writer = outgoing, MessageWriter()
        self._outbox: SimpleQueue[_Sent | None] = SimpleQueue()
        self._taken = UPDATES_AHEAD  # the first is answered at once: the script waits for that
        self._told_end = self._closing = self._taken_over = False
        self._next_try = NextTry()
        self._newest = 0  # the last iteration that came whole
        self._breakpoints = SetBreakpoints(())
        self._threads = [
            threading.Thread(target=work, name=f"backprop_viz {name}", daemon=True)
            for name, work in (("sender", self._send), ("reader", self._read))
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, command: Command, recording: Recording | None = None) -> bool:
        """Send the script a command; whether that can be sent. What it does not know is dropped."""
        if self.ended:
            return False
        if isinstance(command, SetBreakpoints):
            self._breakpoints = command  # told again to a connection that is made again
        if self.is_lost:
            if not isinstance(command, SetBreakpoints):
                self._tell(Notice("connection_is_lost", subject=CONNECTION_SUBJECT))
        elif isinstance(command, UNDERSTOOD):
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
        """Whether the connection is closed, and all that was said is taken."""
        return not self._threads[1].is_alive() and not self._received

    def close(self) -> None:
        """Leave the script alone: it goes on without a window."""
        self._closing = True
        self._next_try.give_up()
        self._outbox.put(Leave())
        self._outbox.put(None)
        self._threads[0].join(1.0)

    def _send(self) -> None:
        while (message := self._outbox.get()) is not None:
            self._put(message)
        with self._sending, suppress(OSError):
            self._outgoing.close()

    def _put(self, message: _Sent) -> None:
        """Send a message; what a connection does not take any more is lost with it."""
        with self._sending, suppress(OSError, ValueError):  # ValueError: it is closed
            send(self._outgoing, self._writer.pieces(message))

    def _read(self) -> None:
        reader = MessageReader(self._incoming)
        if self._attached is not None:
            reader = self._attached.reader
            self._put(Resume(0))
            self._tell(self._attached.told)
        while True:
            try:
                with self._incoming:
                    while True:
                        self._hear(*reader.read())
            except (EOFError, OSError):
                pass
            except ValueError as error:
                self._tell(Notice("not_understood", (str(error),)))
                break
            connection = self._again()
            if connection is None:
                break
            reader = connection.reader
        self.is_lost = False
        self.is_closed = self._told_end
        if not self._told_end:
            self._tell(RunEnded(-1))
        self._outbox.put(None)

    def _again(self) -> RankConnection | None:
        """Another connection to the script in place of one that has ended, if it was lost."""
        if self._attached is None or self._told_end or self._closing:
            return None
        if self._taken_over:
            origin = self._attached.origin
            self._tell(ConnectionTried(self._attached.address, origin.rank, "taken"))
            return None
        self.is_lost = True
        with self._sending, suppress(OSError):
            self._outgoing.close()
        connection = reconnected(self._attached, self._next_try, self._tell)
        if connection is None:
            return None
        self._attached = connection
        self._tell(connection.told)
        with self._sending:
            self._incoming, self._outgoing = connection.ends
            self._writer = MessageWriter()
        # The script counts commands from the connection's first on.
        self.submitted, self._taken, self.is_lost = 0, UPDATES_AHEAD, False
        self._put(Resume(self._newest))
        self.submit(self._breakpoints)
        return connection

    def _hear(self, message: object, recording: Recording | None) -> None:
        """Take in what the script says."""
        self.heard = time.time()
        if isinstance(message, Unreadable):
            message = Notice("not_understood", (message.reason,))
        if recording is not None and self._look is not None:
            self._look(recording)
        if isinstance(message, Update) and recording is not None:
            is_whole = recording.iteration <= message.iteration
            self._newest = recording.iteration if is_whole else self._newest
        self._told_end |= isinstance(message, RunEnded)
        self._taken_over |= isinstance(message, TakenOver)
        self._tell(message, recording)

    def _tell(self, message: object, recording: Recording | None = None) -> None:
        self._received.append((message, recording))
        with suppress(RuntimeError):  # a window that is destroyed meanwhile
            self._wake()
