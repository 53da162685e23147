"""The window's side of the worker: commands in, frames out, and the cursor over the events."""

import threading
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QObject, QTimer, Signal

from .core.records import PHASES, Array, Frame, Notice, Phase, Settings
from .mailbox import Mailbox

POLL_MS = 16
# A stepped phase is shown event by event, but never for longer than this.
PLAYBACK_MS = 900
PLAYBACK_EVENT_MS = 40
CLOSE_S = 1.8


class Session(QObject):
    """Hands commands to the worker, and its newest frame to the views, at most one a refresh.

    ``frame_ready`` carries a Frame, ``told`` a Notice; both come in the window's thread.
    """

    frame_ready = Signal(object)
    told = Signal(object)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mailbox = Mailbox()
        self._thread = threading.Thread(
            target=_work, args=(self._mailbox, settings), name="backprop_viz worker", daemon=True
        )
        self._shown = -1
        self._frame: Frame | None = None
        self._play_to = 0
        self._play_step = 1
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self._take)
        self._playback = QTimer(self, interval=PLAYBACK_EVENT_MS)
        self._playback.timeout.connect(self._play_on)
        # A window may be destroyed without having been closed.
        self.destroyed.connect(self._mailbox.close)
        self._thread.start()
        self._poll.start()

    # -- commands ----------------------------------------------------------------------------

    def step(self) -> None:
        """Run the phase that is due; if the cursor was taken back, go forward to a phase's end."""
        if self._frame is not None and not self._at_end():
            self.move_cursor(next(s for s in self._stops() if s > self._cursor()))
        else:
            self._submit("step")

    def step_back(self) -> None:
        """To the end of the phase before, as it was recorded."""
        if self._frame is not None:
            self.move_cursor(max((s for s in self._stops() if s < self._cursor()), default=0))

    def iterate(self) -> None:
        """Run to the end of the iteration."""
        self._submit("iterate")

    def train(self) -> None:
        """Train until ``pause``."""
        self._submit("train")

    def pause(self) -> None:
        """Stop training after the iteration that is being run."""
        self._submit("pause")

    def reset(self) -> None:
        """Begin again with a fresh network."""
        self._submit("reset")

    def configure(self, settings: Settings) -> None:
        """Take over settings; those that need a fresh network begin another run."""
        self._submit("configure", settings)

    def draw(self, image: Array | None) -> None:
        """Classify a drawing (2-D, 0..1) from now on; None for none."""
        self._submit("draw", image)

    def move_cursor(self, cursor: int) -> None:
        """Show the recorded iteration after its first ``cursor`` events."""
        self._playback.stop()
        if self._frame is not None and not self._frame.training:
            self._show(replace(self._frame, moment=self._frame.moment.recording.at(cursor)))

    def show_phase(self, phase: str) -> None:
        """Show the end of a phase, if it was recorded."""
        span = None if self._frame is None else self._frame.moment.recording.span(Phase(phase))
        if span is not None:
            self.move_cursor(span.stop)

    # -- state -------------------------------------------------------------------------------

    @property
    def iteration(self) -> int:
        """How many iterations of this run are finished, as the window shows it."""
        return 0 if self._frame is None else self._frame.iteration

    @property
    def frame(self) -> Frame | None:
        """What the window shows; None before torch is loaded."""
        return self._frame

    def wait_idle(self, timeout_s: float = 10.0) -> bool:
        """Run the event loop until every command is carried out and shown; whether it was so.

        Free training counts as carried out once it has begun.
        """
        deadline = QDeadlineTimer(int(timeout_s * 1000))
        loop = QEventLoop()
        tick = QTimer(interval=5)
        tick.timeout.connect(loop.quit)
        tick.start()
        while not self._idle() and not deadline.hasExpired():
            loop.exec()
        self._finish_playback()
        return self._idle()

    def close(self) -> None:
        """End the worker, whatever it is doing."""
        self._poll.stop()
        self._playback.stop()
        self._mailbox.close()
        self._thread.join(CLOSE_S)

    # -- frames ------------------------------------------------------------------------------

    def _submit(self, name: str, *arguments: Any) -> None:
        self._finish_playback()
        self._mailbox.submit(name, *arguments)

    def _idle(self) -> bool:
        return self._shown == self._mailbox.submitted or not self._thread.is_alive()

    def _take(self) -> None:
        published = self._mailbox.take_frame()
        while (notice := self._mailbox.take_notice()) is not None:
            self.told.emit(notice)
        if published is not None:
            self._receive(published.frame)
            self._shown = published.command

    def _receive(self, frame: Frame) -> None:
        """Show a frame; new events one after the other, a known recording where the cursor is."""
        before = self._frame
        recording = frame.moment.recording
        if before is not None and before.moment.recording is recording:
            frame = replace(frame, moment=recording.at(self._cursor()))
        elif frame.due in (Phase.LOSS, Phase.UPDATE) and not frame.training:
            self._play(frame, recording.spans[-1].start)
            return
        self._playback.stop()
        self._show(frame)

    def _show(self, frame: Frame) -> None:
        self._frame = frame
        self.frame_ready.emit(frame)

    def _play(self, frame: Frame, start: int) -> None:
        """Let the cursor run over the events of the phase just done."""
        self._play_to = len(frame.moment.recording.events)
        events = self._play_to - start
        self._play_step = max(1, round(events * PLAYBACK_EVENT_MS / PLAYBACK_MS))
        self._show(replace(frame, moment=frame.moment.recording.at(start + 1)))
        self._playback.start()

    def _play_on(self) -> None:
        assert self._frame is not None
        cursor = min(self._cursor() + self._play_step, self._play_to)
        self._show(replace(self._frame, moment=self._frame.moment.recording.at(cursor)))
        if cursor >= self._play_to:
            self._playback.stop()

    def _finish_playback(self) -> None:
        if self._playback.isActive():
            self.move_cursor(self._play_to)

    def _cursor(self) -> int:
        return 0 if self._frame is None else self._frame.moment.cursor

    def _at_end(self) -> bool:
        moment = None if self._frame is None else self._frame.moment
        return moment is None or moment.at_end or moment.recording.preview

    def _stops(self) -> list[int]:
        """The cursor's places at the end of each recorded phase."""
        assert self._frame is not None
        spans = self._frame.moment.recording.spans
        return [span.stop for phase in PHASES for span in spans if span.phase is phase]


def _work(mailbox: Mailbox, settings: Settings) -> None:
    """The worker's thread. torch is imported here: the window is up before it."""
    try:
        from .worker import Worker

        Worker(mailbox, settings).run()
    except Exception as error:
        mailbox.tell(Notice("worker_ended", (type(error).__name__, str(error))))
