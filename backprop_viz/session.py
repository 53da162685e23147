"""The window's side of the worker: commands in, frames out, and the cursor over the events."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QObject, QTimer, Signal

from .core.history import History
from .core.records import PHASES, Array, Curves, Frame, Phase, Program, Recording, Settings
from .link import Link
from .messages import Update

POLL_MS = 16
# A stepped phase is shown event by event, but never for longer than this.
PLAYBACK_MS = 900
PLAYBACK_EVENT_MS = 40
CLOSE_S = 1.8
EARLIER_RUNS = 4


class Session(QObject):
    """Hands commands to the worker, and its newest frame to the views, at most one a refresh.

    ``frame_ready`` carries a Frame, ``told`` a Notice; both come in the window's thread.
    """

    frame_ready = Signal(object)
    told = Signal(object)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = Link(settings)
        self._shown = -1
        self._frame: Frame | None = None
        self._run = 0
        self._settings = settings
        self._recording: Recording
        self._program: Program
        self._history = History()
        self._earlier: tuple[tuple[str, Curves], ...] = ()
        self._play_to = 0
        self._play_step = 1
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self._take)
        self._playback = QTimer(self, interval=PLAYBACK_EVENT_MS)
        self._playback.timeout.connect(self._play_on)
        # A window may be destroyed without having been closed.
        link = self._link
        self.destroyed.connect(lambda: link.close(CLOSE_S))
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
        self._link.close(CLOSE_S)

    # -- frames ------------------------------------------------------------------------------

    def _submit(self, name: str, *arguments: Any) -> None:
        self._finish_playback()
        self._link.submit(name, *arguments)

    def _idle(self) -> bool:
        return self._shown == self._link.submitted or not self._link.alive

    def _take(self) -> None:
        """Take in all that the worker said, and show how things stand after it."""
        newest = None
        while (message := self._link.take()) is not None:
            if isinstance(message, Update):
                newest = self._absorb(message)
                self._shown = message.command
            else:
                self.told.emit(message)
        if newest is not None:
            self._receive(newest)
            self._link.ask_for_frame()

    def _absorb(self, update: Update) -> Frame:
        """The frame that an update makes; what it leaves out is as it was."""
        if update.run != self._run:
            self._keep_curves()
            self._run = update.run
        self._settings = update.settings
        self._history.extend(update.points, update.held_out)
        if update.recording is not None:
            self._recording = update.recording
        if update.program is not None:
            self._program = update.program
        recording = self._recording
        return Frame(
            settings=update.settings,
            moment=recording.at(0 if recording.preview else len(recording.events)),
            program=self._program,
            curves=self._history.curves(),
            iteration=update.iteration,
            due=update.due,
            training=update.training,
            rate=update.rate,
            prediction=update.prediction,
            earlier=self._earlier,
        )

    def _keep_curves(self) -> None:
        """The curves of a run that ends stay, to be seen beside those of the next."""
        curves = self._history.curves()
        if len(curves.loss):
            self._earlier = (*self._earlier, (_label(self._settings), curves))[-EARLIER_RUNS:]
        self._history = History()

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


def _label(settings: Settings) -> str:
    return f"{settings.optimizer}, lr {settings.lr:g}, seed {settings.seed}"
