"""Lost connections to scripts: what the user is told of them, and can do."""

import math
import time

from PySide6.QtCore import QObject, QTimer

from backprop_viz.desktop.clients.attached_client import CONNECTION_SUBJECT
from backprop_viz.desktop.clients.reconnecting import ConnectionLost, ConnectionTried
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.texts.message_texts import message_text
from backprop_viz.recording.notices.notice import Notice, notice_of
from backprop_viz.stream.messages import LeftOut

_AGAIN_MS = 500


class LostConnectionsController(QObject):
    """Counts down to the next attempt; several ranks' connections are lost and tried together.

    ``why_ended`` is what to say where a run has ended because its connection was not made again.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._window, self._session = context.window, context.session
        self._lost: dict[
            int, tuple[ConnectionLost, float]
        ] = {}  # by rank, with when it is tried again
        self._done = 0  # iterations, when the first connection was lost
        self._is_back = False  # and what has run meanwhile is not told yet
        self.why_ended: Notice | None = None
        self._session.answered.connect(self._answered)
        self._session.view_state_ready.connect(self._tell_back)
        self._window.connection_strip.now.connect(self._try_now)
        self._window.connection_strip.given_up.connect(self._give_up)
        self._count_down = QTimer(self, interval=_AGAIN_MS)
        self._count_down.timeout.connect(self._show)

    def _answered(self, answer: object) -> None:
        if isinstance(answer, ConnectionLost):
            if not self._lost:
                self._done = self._session.iteration
            self._lost[answer.rank] = answer, time.monotonic() + answer.again_in_s
            self._show()
        elif isinstance(answer, ConnectionTried):
            self._lost.pop(answer.rank, None)
            self._show()
            self._tell(answer)
        elif isinstance(answer, LeftOut):
            text = self.tr(
                "Recordings left out of iterations {0} to {1}: {2}. The window was too slow for "
                "them, or away."
            )
            text = text.format(f"{answer.first:,}", f"{answer.last:,}", f"{answer.count:,}")
            self._window.messages.tell(text, "info")

    def _show(self) -> None:
        strip = self._window.connection_strip
        if not self._lost:
            self._count_down.stop()
            strip.hide()
            return
        first, at = min(self._lost.values(), key=lambda known: known[1])
        if first.world_size > 1 and len(self._lost) > 1:
            ranks = ", ".join(map(str, sorted(self._lost)))
            what = self.tr("The connections to ranks {0} are lost.").format(ranks)
        elif first.world_size > 1:
            what = self.tr("The connection to rank {0} is lost.").format(first.rank)
        else:
            what = self.tr("The connection to {0} is lost.").format(first.address)
        left = max(math.ceil(at - time.monotonic()), 0)
        when = self.tr("Next attempt in {0} s.").format(left) if left else self.tr("Trying again…")
        why = "" if first.error is None else message_text(notice_of(first.error))
        strip.tell(f"{what} {when}", why)
        self._count_down.start()

    def _tell(self, tried: ConnectionTried) -> None:
        if tried.outcome == "back":
            self._is_back = not self._lost
        elif tried.outcome == "given_up":
            self.why_ended = Notice("connection_given_up", (tried.address,))
        elif tried.outcome == "other_run":
            self.why_ended = Notice("connection_to_other_run", (tried.address,))
        elif tried.outcome == "taken":
            self.why_ended = Notice("connection_taken_over", (tried.address,))

    def _tell_back(self) -> None:
        """Say how far the script has got, once it is known."""
        if self._is_back:
            self._is_back = False
            ran = max(self._session.iteration - self._done, 0)
            text = self.tr("The connection is there again. Iterations that ran meanwhile: {0}.")
            self._window.messages.withdraw(CONNECTION_SUBJECT)
            self._window.messages.tell(text.format(f"{ran:,}"), "info")

    def _try_now(self) -> None:
        for lost, _ in self._lost.values():
            lost.next_try.now()

    def _give_up(self) -> None:
        for lost, _ in self._lost.values():
            lost.next_try.give_up()
