"""The window that follows a loop, over one connection after another."""

import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from backprop_viz.capture.live.backlog import Backlog
from backprop_viz.capture.live.connection import Heard, LiveConnection
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.notice import CELL_SUBJECT, Notice, notice_of
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.stream.messages import Resume, RunAttached, TakenOver, UpdateWanted
from backprop_viz.stream.socket_connection import Ends
from backprop_viz.stream.wire import NumberedCommand, Unreadable

# A window whose connection was lost is recorded for, and waited for, so long.
_AWAITED_S = 600.0


class FollowingWindow:
    """Sends a window what is recorded, as fast as it takes it.

    ``publish`` sends a recording with how things stand, ``commanded`` carries out a command, and
    ``gone`` is called when there is no window any more; all with ``state`` held, the latter two in
    threads of the connection. ``comes_back``: one whose connection was lost may attach again, and
    is then sent what it lacks.
    """

    def __init__(
        self,
        state: threading.Condition,
        publish: Callable[[Recording], None],
        commanded: Callable[[NumberedCommand], None],
        gone: Callable[[], None],
        *,
        comes_back: bool,
    ) -> None:
        self._state, self._publish = state, publish
        self._commanded, self._gone = commanded, gone
        self._comes_back = comes_back
        self._backlog = Backlog(keeps_sent=comes_back)
        self._process = os.getpid()
        self._channel: LiveConnection | None = None
        self._awaited_to = 0.0  # when one that was lost is awaited no longer
        self._missed = 0  # recordings that it was not sent
        self._over = False  # whether nothing more comes
        # What one that attaches is told too, and of how much of it the window has been told.
        self._notices: list[Notice] = []
        self._told = 0
        self._refused: set[str] = set()  # commands
        self._subject = ""  # of a notice that is shown until it is withdrawn

    def attach(self, ends: Ends) -> LiveConnection:
        """A connection to a window, in place of one that was there before. It has to be started."""
        connection = LiveConnection(
            *ends, lambda heard: self._heard(connection, heard), lambda: self._ended(connection)
        )
        before, self._channel = self._channel, connection
        if before is not None:
            before.send(TakenOver())  # or it would take the connection back
            before.close(0.0)
        return connection

    @property
    def open(self) -> bool:
        """Whether there is a window; none for a process that the loop has forked."""
        mine = os.getpid() == self._process
        return mine and self._channel is not None and self._channel.open

    @property
    def keeps_up(self) -> bool:
        """Whether the window takes what it is sent."""
        return self._channel is not None and self._channel.update_wanted()

    @property
    def awaited(self) -> bool:
        """Whether it is recorded for though it takes nothing: it opens yet, or was lost."""
        opens = self._channel is not None and self._channel.starts
        lost = time.monotonic() < self._awaited_to
        return (opens or lost) and os.getpid() == self._process

    def send(self, message: object, recording: Recording | None = None) -> None:
        """Send a message, and what is new of a recording; never waits."""
        if self._channel is not None:
            self._channel.send(message, recording)

    def told_origin(self, before: RunOrigin, **known: Any) -> RunOrigin:
        """Where the run comes from as it is known by now; told if that is something else."""
        now = replace(before, **known)
        if now != before:
            self.send(RunAttached(now))
        return now

    def tell(self, error: UserError) -> None:
        """Tell the window, and any that attaches later."""
        with self._state:
            if (notice := notice_of(error)) not in self._notices:
                self._notices.append(notice)
            if self.open:
                self._tell_rest()

    def show_notice(self, notice: Notice | None) -> None:
        """Show a notice in place of the one before; None takes that back, if there is one."""
        if notice is not None:
            self.send(notice)
        elif self._subject:
            self.send(Notice("withdrawn", subject=self._subject))
        self._subject = "" if notice is None else notice.subject

    def tell_next_cell(self, *, held: bool) -> None:
        """Tell whether the next cell that trains is held."""
        self.show_notice(Notice("next_cell_pauses", subject=CELL_SUBJECT) if held else None)

    def loop_goes_on(self) -> None:
        """What was told of the last cell is over: that the next has begun says nothing of it."""
        with self._state:
            self.show_notice(None)

    def refuse(self, command: str) -> None:
        """Say once that a script knows no such command."""
        if command not in self._refused:
            self._refused.add(command)
            text = QT_TRANSLATE_NOOP("errors", "A script's run has no {0}: the script decides.")
            self.send(notice_of(UserError(text, command)))

    def _tell_rest(self) -> None:
        for notice in self._notices[self._told :]:
            self.send(notice)
        self._told = len(self._notices)

    def add(self, recording: Recording) -> None:
        """Hold the recording of an iteration that is over, until it is sent."""
        with self._state:
            self._backlog.add(recording)

    def amend(self, recording: Recording) -> None:
        """There is more of the newest iteration that is over, which may be sent already."""
        with self._state:
            self._backlog.amend(recording)

    def send_waiting(self, *, until: Recording | Literal["slow"] | None = "slow") -> None:
        """Send what is held and was not sent, in order: as long as the window keeps up,
        or up to a recording, which is then to be sent; None: all.
        """
        with self._state:
            while self.open and (until != "slow" or self.keeps_up):
                if (left := self._backlog.left_out()) is not None:
                    self._missed += left.count
                    self.send(left)
                recording = self._backlog.next()
                if recording is None or recording is until:
                    return
                self._publish(recording)

    def end(self, message: object, within_s: float) -> None:
        """Send a last message, and close the connection once the window has taken all."""
        self._over = True
        self._tell_missed()
        self.send(message)
        if self._channel is not None:
            self._channel.close(within_s)

    def _heard(self, connection: LiveConnection, received: Heard) -> None:
        """Take in what the window says; not if another has taken its place."""
        with self._state:
            if connection is not self._channel:
                return
            match received:
                case NumberedCommand():
                    self._commanded(received)
                case Unreadable():
                    self.send(Notice("not_understood", (received.reason,)))
                case Resume():
                    self._resume(received.newest)
                case UpdateWanted():
                    self.send_waiting()

    def _resume(self, newest: int) -> None:
        """Send what the window lacks; of one that was lost and is back it is said."""
        follow = self._backlog.resume_after(newest)
        awaited, self._awaited_to = self._awaited_to, 0.0
        if awaited:
            _say(f"the window is back; recordings that it lacks and is sent: {follow}")
        self._told = self._told if newest else 0  # a window that has nothing has been told nothing
        self._tell_rest()
        self.send_waiting()

    def _ended(self, connection: LiveConnection) -> None:
        with self._state:
            if connection is not self._channel:
                return
            if self._comes_back and not connection.was_left and not self._over:
                self._awaited_to = time.monotonic() + _AWAITED_S
                _say("the connection to the window is lost; it is recorded on for when it is back")
            self._gone()
        self._tell_missed()

    def _tell_missed(self) -> None:
        missed, self._missed = self._missed, 0
        if missed:
            _say(f"recordings left out: {missed}; the window was too slow for them, or away")


def _say(text: str) -> None:
    print(f"backprop_viz: {text}", file=sys.stderr)
