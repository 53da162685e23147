"""The window's side of the worker: commands in, frames out, and the cursor over the events."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QObject, QTimer, Signal

from backprop_viz.analysis.breakpoints import first_stop
from backprop_viz.analysis.navigation import StepSize, ahead, behind
from backprop_viz.desktop.garbage_collector import Collector
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.worker_supervisor import STANDING, Restarts, WorkerSupervisor
from backprop_viz.recording.breakpoint import Breakpoint
from backprop_viz.recording.events import Array, GradientIntervention
from backprop_viz.recording.history import Curves, History
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.notices import Notice
from backprop_viz.recording.phases import Phase
from backprop_viz.recording.pictures import Pictures
from backprop_viz.recording.program import Program
from backprop_viz.recording.recording_cache import KeptIterations, RecordingCache
from backprop_viz.recording.settings import Settings
from backprop_viz.stream.messages import Filed, FromWindow, Rerecorded, Scripted, Update

POLL_MS = 4
# A stepped phase is shown event by event, but never for longer than this.
PLAYBACK_MS = 900
PLAYBACK_EVENT_MS = 40
EVENTS_PER_SECOND = 8.0
EARLIER_RUNS = 4
# What the worker answers to each of its commands on files.
WHAT = {
    "files.save": "saved",
    "files.autosave": "autosaved",
    "files.open": "opened",
    "files.save_weights": "weights_saved",
    "files.load_weights": "weights_loaded",
}


class Session(QObject):
    """Hands commands to the worker, and view states to the panels, at most one a refresh.

    ``view_state_ready`` carries a ViewState, ``told`` a Notice, ``answered`` a Sheet, Page or
    Progress of the samples, ``filed`` a Filed; all come in the window's thread.
    """

    view_state_ready = Signal(object)
    told = Signal(object)
    answered = Signal(object)
    filed = Signal(object)
    scripted = Signal(object)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        Collector(self)
        self._client = WorkerSupervisor(settings)
        self._shown = -1
        # How the worker stands, with the cursor at the end; and what the window shows of it.
        self._live: ViewState | None = None
        self._view_state: ViewState | None = None
        # The breakpoint that held last, and where.
        self._hit: tuple[Cursor, Breakpoint] | None = None
        self._breakpoints: tuple[Breakpoint, ...] = ()
        self._by_event = False
        self._run = 0
        self._settings = settings
        self._recording = Recording(0, ())
        self._program = Program(())
        self._history = History()
        self._earlier: tuple[tuple[str, Curves], ...] = ()
        # The file whose run the next frame shows.
        self._opened: Filed | None = None
        # So many iterations of it are being recorded again.
        self._rerecorded_left = 0
        # What files were asked for, and not answered.
        self._filing: list[Filed] = []
        self._restarts = Restarts()
        self._cache = RecordingCache(KeptIterations().budget)
        self._play_to = 0
        self._play_step = 1
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self._take)
        self._playback = QTimer(self, interval=PLAYBACK_EVENT_MS)
        self._playback.timeout.connect(self._play_on)
        self._player = QTimer(self, interval=round(1000 / EVENTS_PER_SECOND))
        self._player.timeout.connect(self._play_next)
        # A window may be destroyed without having been closed.
        self.destroyed.connect(self._client.close)
        self._poll.start()

    # -- running -----------------------------------------------------------------------------

    def iterate(self) -> None:
        """Run to the end of the iteration, or show a breakpoint in what has run of it."""
        if not self._stop_ahead():
            self._submit("iterate")

    def train(self) -> None:
        """Train until ``pause``, or until a breakpoint holds."""
        if not self._stop_ahead():
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

    def teach(self, name: str, *arguments: Any) -> None:
        """Call a command of the worker's ``DrawingTraining``."""
        self._submit(f"drawing_training.{name}", *arguments)

    def save(
        self,
        path: str,
        window: Mapping[str, Any],
        about: Mapping[str, str] | None = None,
        *,
        auto: bool = False,
    ) -> None:
        """Write the session to a file, with what the window adds of its own; ``filed`` tells."""
        # Past _submit: what is playing is not hurried to its end by an autosave.
        name = "files.autosave" if auto else "files.save"
        added = FromWindow(self._earlier, self._cache.made(), window, about or {})
        self._submit_file(name, path, added)

    def use_file(self, name: str, path: str) -> None:
        """Call another command on files; ``filed`` tells what became of it."""
        self._finish_playback()
        self._submit_file(f"files.{name}", path)

    def copy_script(self) -> None:
        """Have the run so far as a script; ``scripted`` carries it."""
        self._submit("scripts.copy")

    def save_script(self, path: str) -> None:
        """Write the run so far as a script to a file; ``scripted`` tells of it."""
        self._submit("scripts.save", path)

    def hold_pictures(self, pictures: Pictures) -> None:
        """Give the worker a folder of images that was read, before ``configure`` names it."""
        self._submit("hold_pictures", pictures)

    def watch(self, breakpoints: Sequence[Breakpoint]) -> None:
        """Stop at these from now on."""
        self._breakpoints = tuple(breakpoints)
        self._submit("watch", self._breakpoints)

    def set_budget(self, budget: int) -> None:
        """How many bytes the iterations kept in memory may take."""
        self._cache.budget = budget
        if self._view_state is not None:
            self._show_cursor(self._view_state.cursor)

    def continue_from_here(self) -> None:
        """Take the run up again as it was after the iteration that is shown."""
        if self._view_state is not None and not self._view_state.cursor.recording.preview:
            self._submit("continue_from", self._view_state.cursor.recording.iteration)

    def alter(self, intervention: GradientIntervention | None) -> None:
        """Run the newest iteration's backward again, a gradient altered; None: the truth."""
        self._submit("experiments.alter", intervention)

    def backward_twice(self, retain_graph: bool) -> None:
        """Run the newest iteration's backward twice; without the graph retained torch refuses."""
        self._submit("experiments.backward_twice", retain_graph)

    def ask_samples(self, name: str, *arguments: Any) -> None:
        """Ask what the worker knows of its samples, by a method's name; ``answered`` answers."""
        self._submit(f"samples.{name}", *arguments)

    # -- travelling --------------------------------------------------------------------------

    def go(self, step_size: StepSize) -> None:
        """Forward by an event, a phase or an iteration; past what is recorded, run the next."""
        if self._view_state is None or self._view_state.training:
            return
        cursor = self._view_state.cursor
        newest = cursor.recording == self._recording
        under_way = newest and self._view_state.due is not Phase.ZERO_GRAD
        to = None if step_size == "iteration" and under_way else ahead(cursor, step_size)
        later = None if newest else self._cache.next_to(cursor.recording.iteration, 1)
        if to is not None:
            self._move_on(cursor, to)
        elif later is not None:
            self._move_on(later.at(0), ahead(later.at(0), step_size) or 0)
        else:
            self._by_event = step_size == "event"
            self._submit("iterate" if step_size == "iteration" else "step")

    def go_back(self, step_size: StepSize) -> None:
        """Back by an event, a phase or an iteration, as far as is kept."""
        if self._view_state is None or self._view_state.training:
            return
        cursor = self._view_state.cursor
        to = behind(cursor, step_size)
        if to is not None:
            self.move_cursor(to)
        elif (sooner := self._cache.next_to(cursor.recording.iteration, -1)) is not None:
            self._show_cursor(sooner.at(0 if step_size == "iteration" else len(sooner.events)))

    def step(self) -> None:
        """Forward by a phase."""
        self.go("phase")

    def step_back(self) -> None:
        """Back by a phase."""
        self.go_back("phase")

    def move_cursor(self, position: int) -> None:
        """Show the iteration after its first ``position`` events; a preview has none to show."""
        if (
            self._view_state is None
            or self._view_state.training
            or self._view_state.cursor.recording.preview
        ):
            return
        self._show_cursor(self._view_state.cursor.recording.at(position))

    def show_iteration(self, iteration: int) -> None:
        """Show an iteration that is kept, at its end."""
        recording = self._cache.get(iteration)
        if recording is not None and self._view_state is not None and not self._view_state.training:
            self._show_cursor(recording.at(len(recording.events)))

    def show_phase(self, phase: str) -> None:
        """Show the end of a phase, if it was recorded."""
        span = (
            None
            if self._view_state is None
            else self._view_state.cursor.recording.span(Phase(phase))
        )
        if span is not None:
            self.move_cursor(span.stop)

    def play(self) -> None:
        """Let the cursor move on by itself, through phases that are run when it comes to them."""
        if self._view_state is not None and not self._view_state.training:
            self._player.start()
            self._show_cursor(self._view_state.cursor)

    def stop_playing(self) -> None:
        """Leave the cursor where it is."""
        if self._player.isActive() and self._view_state is not None:
            self._player.stop()
            self._show_cursor(self._view_state.cursor)

    def set_speed(self, events_per_second: float) -> None:
        """How fast ``play`` goes."""
        self._player.setInterval(round(1000 / events_per_second))

    # -- state -------------------------------------------------------------------------------

    @property
    def iteration(self) -> int:
        """How many iterations of this run are finished."""
        return 0 if self._live is None else self._live.iteration

    @property
    def breakpoints(self) -> tuple[Breakpoint, ...]:
        """Where training stops from the next command on."""
        return self._breakpoints

    @property
    def view_state(self) -> ViewState | None:
        """What the window shows; None before torch is loaded."""
        return self._view_state

    @property
    def playing(self) -> bool:
        """Whether the cursor moves by itself."""
        return self._player.isActive()

    def wait_idle(self, timeout_s: float = 10.0) -> bool:
        """Run the event loop until every command is carried out and shown; whether it was so.

        Free training counts as carried out once it has begun.
        """
        self.wait_until(self._idle, timeout_s)
        self._finish_playback()
        return self._idle()

    def wait_until(self, holds: Callable[[], bool], timeout_s: float) -> bool:
        """Run the event loop until something holds, which may take so long; whether it does."""
        deadline = QDeadlineTimer(int(timeout_s * 1000))
        loop = QEventLoop()
        tick = QTimer(interval=5)
        tick.timeout.connect(loop.quit)
        tick.start()
        while not holds() and not deadline.hasExpired():
            loop.exec()
        return holds()

    @property
    def has_worker(self) -> bool:
        """Whether there is a worker, if only one that is about to begin."""
        return not self._client.ended

    @property
    def worker_pid(self) -> int:
        """The process id of the worker, which there is once it was started."""
        return self._client.worker_pid

    def start_again(self) -> None:
        """Have another worker, whatever became of this one; ``told`` what is lost with it."""
        self._lose_files()
        self.told.emit(self._begin_again("started_again"))

    def close(self) -> None:
        """End the worker, whatever it is doing."""
        self._poll.stop()
        self._playback.stop()
        self._player.stop()
        self._client.close()

    # -- frames ------------------------------------------------------------------------------

    def _submit(self, name: str, *arguments: Any) -> None:
        self._finish_playback()
        if not self._client.submit(name, *arguments) and name not in STANDING:
            self.told.emit(Notice("no_worker"))

    def _submit_file(self, name: str, path: str, *arguments: Any) -> None:
        """As ``_submit``; one that is lost with the worker is told as such."""
        self._filing.append(Filed(WHAT[name], path, refusal="", lost=True))
        if not self._client.submit(name, path, *arguments):
            self._lose_files()
            self.told.emit(Notice("no_worker"))

    def _lose_files(self) -> None:
        lost, self._filing = self._filing, []
        for filed in lost:
            self.filed.emit(filed)

    def _idle(self) -> bool:
        training = self._live is not None and self._live.training
        done = self._shown == self._client.submitted and (training or not self._rerecorded_left)
        return done or self._client.ended

    def _take(self) -> None:
        """Take in all that the worker said, and show how things stand after it."""
        self._client.tell_painted()
        newest, rerecorded = None, False
        while (message := self._client.take()) is not None:
            if isinstance(message, Update):
                newest = self._absorb(message)
                self._shown = message.command
            elif isinstance(message, Scripted):
                self.scripted.emit(message)
            elif isinstance(message, Filed):
                self._file(message)
            elif isinstance(message, Rerecorded):
                rerecorded |= self._recall(message)
            elif isinstance(message, Notice):
                self._tell(message)
            else:
                self.answered.emit(message)
        if newest is not None:
            self._receive(newest)
            self._client.ask_for_update()
        elif rerecorded and self._view_state is not None:
            self._show(self._view_state.cursor)  # with more to go back to

    def _tell(self, notice: Notice) -> None:
        if notice.code == "worker_ended":
            self._lose_files()
            # One that could not even begin is not started for ever.
            if self._shown >= 0 and self._restarts.one_more():
                again = self._begin_again("worker_restarted", *notice.values)
                notice = replace(again, details=notice.details)
            else:
                began = "worker_ended" if self._shown >= 0 else "worker_not_started"
                notice = replace(notice, code=began)
                self._stand_still()
        self.told.emit(notice)

    def _begin_again(self, code: str, *values: str) -> Notice:
        """Have another worker in place of one that has ended; what to say of it."""
        self._shown, self._run, self._rerecorded_left = -1, 0, 0  # its first update: another run
        self._client.begin_again(self._settings)
        self._stand_still()
        return Notice(code, values)

    def _stand_still(self) -> None:
        """Nothing runs while there is no worker."""
        if self._live is not None and self._view_state is not None:
            self._live = replace(self._live, training=False, rate=0.0)
            self._show_cursor(self._view_state.cursor)

    def _recall(self, rerecorded: Rerecorded) -> bool:
        """Keep an iteration that was recorded again; whether there was one."""
        if rerecorded.run != self._run:
            return False
        self._rerecorded_left = rerecorded.left
        if rerecorded.recording is not None:
            self._cache.keep(rerecorded.recording)
        return rerecorded.recording is not None

    def _file(self, filed: Filed) -> None:
        asked = [f for f in self._filing if (f.what, f.path) == (filed.what, filed.path)]
        if asked:
            self._filing.remove(asked[0])
        self._opened = filed if filed.what == "opened" and filed.refusal is None else self._opened
        self.filed.emit(filed)

    def _absorb(self, update: Update) -> ViewState:
        """How things stand after an update; what it leaves out is as it was."""
        if update.run != self._run:
            self._branch(update.kept)
            self._run = update.run
            self._rerecorded_left = 0
            if self._opened is not None:
                self._rerecorded_left = self._opened.rerecorded
                self._earlier, self._opened = self._opened.earlier, None
        self._settings = update.settings or self._settings
        if update.opened is not None:
            self._history = History.of(update.opened)
        self._history.extend(update.points, update.validation)
        if update.recording is not None:
            self._recording = update.recording
            if not update.recording.preview:
                self._cache.keep(update.recording)
        if update.program is not None:
            self._program = update.program
        recording = self._recording
        return ViewState(
            settings=self._settings,
            cursor=recording.at(0 if recording.preview else len(recording.events)),
            program=self._program,
            curves=self._history.curves(),
            iteration=update.iteration,
            due=update.due,
            training=update.training,
            rate=update.rate,
            prediction=update.prediction,
            drawing_training=update.drawing_training,
            earlier=self._earlier,
        )

    def _branch(self, kept: int) -> None:
        """Begin another run with the first ``kept`` iterations of this one, whose curves stay."""
        curves = self._history.curves()
        # A single iteration, as where a step on a drawing is taken back, is no curve to compare.
        if len(curves.loss) > kept + 1:
            # Copied: the series have room for more, which these no longer need.
            own = Curves(*(getattr(curves, f.name).copy() for f in fields(curves)))
            self._earlier = (*self._earlier, (_label(self._settings), own))[-EARLIER_RUNS:]
        self._history = History.beginning(curves, kept)
        self._cache.forget_after(kept)
        if kept:
            self._recording = self._cache.get(kept) or self._recording

    def _receive(self, live: ViewState) -> None:
        """Show how things stand: what is new from its first event on, the rest where it was."""
        before, self._live = self._live, live
        recording = live.cursor.recording
        if (
            before is not None
            and before.cursor.recording == recording
            and self._view_state is not None
        ):
            # What is playing plays on.
            self._show(self._view_state.cursor)
            return
        start = 0 if before is None else _known(before.cursor.recording, recording)
        stop = self._stop(live, start)
        by_event, self._by_event = self._by_event, False
        if by_event and not live.training:
            self._show_cursor(recording.at(min(start + 1, stop)))
        elif live.due in (Phase.LOSS, Phase.UPDATE) and not live.training:
            self._play(recording, recording.spans[-1].start, stop)
        else:
            self._show_cursor(recording.at(stop))

    def _stop(self, live: ViewState, start: int) -> int:
        """Where the cursor comes to rest in what is new: its end, or a breakpoint before."""
        recording = live.cursor.recording
        self._hit = None
        if live.training or recording.preview:
            return live.cursor.position
        breakpoints = self._breakpoints
        if recording.loss is not None and not math.isfinite(recording.loss):
            breakpoints = (*breakpoints, Breakpoint("not_finite"))
        lines = self._program.lines
        found = first_stop(recording, breakpoints, lines, start, live.due) if breakpoints else None
        if found is None:
            return live.cursor.position
        self._stop_at(recording, *found)
        return found[0]

    def _stop_at(self, recording: Recording, position: int, breakpoint_: Breakpoint) -> None:
        self._player.stop()
        self._hit = (recording.at(position), breakpoint_)

    def _move_on(self, cursor: Cursor, to: int) -> None:
        """Go on in what is recorded, to the first breakpoint on the way."""
        found = self._next_stop(cursor)
        self._hit = None
        if found is not None and found[0] <= to:
            self._stop_at(cursor.recording, *found)
            to = found[0]
        self._show_cursor(cursor.recording.at(to))

    def _next_stop(self, cursor: Cursor) -> tuple[int, Breakpoint] | None:
        """The next breakpoint in what is recorded, and the cursor there."""
        recording, breakpoints = cursor.recording, self._breakpoints
        if not breakpoints or self._live is None:
            return None
        due = self._live.due if recording == self._recording else Phase.ZERO_GRAD
        lines = self._program.lines
        return first_stop(recording, breakpoints, lines, cursor.position, due, ran=False)

    def _stop_ahead(self) -> bool:
        """Show the next breakpoint in what has run of the newest iteration; whether there is one.

        What has run goes farther than what is shown where one has stopped the cursor.
        """
        if self._view_state is None or self._view_state.training:
            return False
        cursor = self._view_state.cursor
        newest = cursor.recording == self._recording and not cursor.recording.preview
        if not newest or cursor.at_end or self._next_stop(cursor) is None:
            return False
        self._finish_playback()
        self._move_on(cursor, len(cursor.recording.events))
        return True

    def _show_cursor(self, cursor: Cursor) -> None:
        """Show a moment, whatever the cursor was doing."""
        self._playback.stop()
        self._show(cursor)

    def _show(self, cursor: Cursor) -> None:
        assert self._live is not None
        self._view_state = replace(
            self._live,
            cursor=cursor,
            kept_iterations=self._cache.kept_iterations(cursor.recording.iteration),
            breakpoints=self._breakpoints,
            hit=self._hit[1] if self._hit is not None and self._hit[0] == cursor else None,
            playing=self._player.isActive(),
        )
        self.view_state_ready.emit(self._view_state)

    def _play(self, recording: Recording, start: int, stop: int) -> None:
        """Let the cursor run over the events of the phase just done."""
        self._play_to = stop
        self._play_step = max(1, round((stop - start) * PLAYBACK_EVENT_MS / PLAYBACK_MS))
        self._show_cursor(recording.at(min(start + 1, stop)))
        self._playback.start()

    def _play_on(self) -> None:
        assert self._view_state is not None
        cursor = self._view_state.cursor
        position = min(cursor.position + self._play_step, self._play_to)
        self._show(cursor.recording.at(position))
        if position >= self._play_to:
            self._playback.stop()

    def _play_next(self) -> None:
        if self._idle() and not self._playback.isActive():
            self.go("event")

    def _finish_playback(self) -> None:
        if self._playback.isActive():
            self.move_cursor(self._play_to)


def _known(before: Recording, recording: Recording) -> int:
    """How many events of a recording were there already."""
    same = before.iteration == recording.iteration and before.samples == recording.samples
    return len(before.events) if same and not before.preview else 0


def _label(settings: Settings) -> str:
    falls = "" if settings.schedule == "none" else f" {settings.schedule}"
    return f"{settings.optimizer}, lr {settings.lr:g}{falls}, seed {settings.seed}"
