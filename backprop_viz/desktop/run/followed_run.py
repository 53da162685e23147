"""The worker's run as the window knows it, from the updates that have come."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import fields, replace

from backprop_viz.analysis.cursor.breakpoints import by_key
from backprop_viz.analysis.health_series import HealthSeries
from backprop_viz.analysis.phase_runs import phases_in_order
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.recording_cache import KeptIterations, RecordingCache
from backprop_viz.recording.run.history import Curves, History
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.run.scalar_curves import ScalarCurves
from backprop_viz.recording.run.window_part import EarlierRuns, StoredWindow
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.phases import PHASES, Phase
from backprop_viz.stream.messages import Filed, Rerecorded, RunEnded, Update

# How many earlier runs have their curves kept.
EARLIER_RUNS = 4
_RATES_NAMED = 2  # of one run; more are told as from … to


class FollowedRun:
    """Settings, curves, recordings and program of the run, and the curves of those before it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.recording = Recording(0, ())
        self.program = Program(())
        self._moves: list[
            Program
        ] = []  # the script, then other files and cells, in the loop's order
        self.origin: RunOrigin | None = None
        self.cache = RecordingCache(KeptIterations().budget)
        # The iterations that can be read from a file, in ascending order.
        self.stored: tuple[int, ...] = ()
        # What the file tells of the tensors of iterations of which nothing else was kept.
        self.health: tuple[HealthSeries, ...] = ()
        self.earlier: EarlierRuns = ()
        # How many iterations of a run that was opened are still to be recorded again.
        self.rerecorded_left = 0
        # The newest iteration as it was before an experiment ran it again.
        self._unaltered: Recording | None = None
        self._history = History()
        self._ran: tuple[Settings, ...] = ()  # the settings that iterations of it ran with
        self._scalars = ScalarCurves()
        self._number = 0
        self._order = PHASES
        self._last_whole: Recording | None = None

    def next_to(self, iteration: int, step: int) -> int | None:
        """The iteration after (step 1) or before (step -1) one, that is kept or stored."""
        kept = self.cache.next_to(iteration, step)
        near = [] if kept is None else [kept.iteration]
        place = bisect_left(self.stored, iteration) - 1
        if step > 0:
            place = bisect_right(self.stored, iteration)
        if 0 <= place < len(self.stored):
            near.append(self.stored[place])
        return min(near, key=lambda other: abs(other - iteration), default=None)

    def kept_iterations(self, shown: int) -> KeptIterations:
        """What can be looked at: the iterations in memory, and those that a file has."""
        kept = self.cache.kept_iterations(shown)
        if not self.stored:
            return kept
        return replace(kept, iterations=tuple(sorted({*kept.iterations, *self.stored})))

    def begin_again(self) -> None:
        """Another worker takes over: its first update is that of another run.

        A network of the user's own with which the last worker did not even begin is left out.
        """
        if not self._number:
            self.settings = replace(self.settings, network=None)
        self._number = self.rerecorded_left = 0

    def program_of(self, iteration: int) -> Program:
        """The program that an iteration ran in; before the first the one that the loop is in."""
        if not iteration and self._moves:
            return self._moves[-1]
        ran = (moved for moved in reversed(self._moves) if moved.since <= iteration)
        return next(ran, self.program)

    def _follow_move(self, program: Program) -> None:
        """Keep the script and where its loop has gone on; only in the newest can it be held."""
        if not program.path:
            self._moves.clear()
        elif self._moves:
            lines = tuple(replace(line, runs="") for line in self._moves[-1].lines)
            self._moves[-1] = replace(self._moves[-1], lines=lines)
        self._moves.append(program)

    def continue_as(self, number: int) -> None:
        """The worker goes on with this run under another number."""
        self._number = number

    @property
    def losses(self) -> Array:
        """The losses of all iterations, (n,) float64."""
        return self._history.curves().loss

    def is_new(self, update: Update) -> bool:
        """Whether an update begins another run."""
        return update.run != self._number

    def take(self, update: Update, recording: Recording | None, opened: Filed | None) -> ViewState:
        """Take in an update; what it leaves out has not changed.

        ``opened`` is the file that the run is from, if this update is the first of one.
        """
        self._keep_unaltered(recording)
        if self.is_new(update):
            self._branch(update.kept)
            self._number = update.run
            self.rerecorded_left = 0 if opened is None else opened.rerecorded
            if opened is not None and opened.part is not None:
                self.earlier = opened.part.earlier
        self.settings = update.settings or self.settings
        if update.opened is not None or self.is_new(update):
            self._scalars = ScalarCurves()
        self._scalars.extend(update.scalars)
        if update.opened is not None:
            self._history = History.of(update.opened)
        self._history.extend(update.points, update.validation)
        if len(update.points) and self.settings not in self._ran[-1:]:
            self._ran = (*self._ran, self.settings)
        if recording is not None:
            self.recording = recording
            if not recording.preview:
                self.cache.keep(recording)
                self._order = phases_in_order(recording, self._order)
                if recording.iteration <= update.iteration:
                    self._last_whole = recording
        if update.program is not None:
            self.program = update.program
            self._follow_move(update.program)
        newest = self.recording
        return ViewState(
            settings=self.settings,
            cursor=newest.at(0 if newest.preview else len(newest.events)),
            program=self.program,
            curves=self._history.curves(),
            iteration=update.iteration,
            due=update.due,
            training=update.training,
            rate=update.rate,
            prediction=update.prediction,
            drawing_training=update.drawing_training,
            earlier=self.earlier,
            origin=self.origin,
            line=update.line,
            before_line=update.before_line,
            gradients_off=update.gradients_off,
            between_cells=update.between_cells,
            unrecorded=update.unrecorded,
            scalars=self._scalars.curves(),
            order=self._order,
            last_whole=self._last_whole,
            device="cpu" if self.origin is None else self.origin.device,
            health=self.health,
            ended=self.origin is not None and self.origin.kind == "file",
        )

    def at_its_end(self, told: RunEnded, live: ViewState) -> ViewState:
        """How things stand once a script has ended; what it began last may be no iteration.

        A net that is asked once more after the loop was shown as the next while that was open.
        """
        live = replace(live, ended=True)
        follows = self.origin is not None and self.origin.kind in ("script", "watch")
        whole = self.recording.iteration <= live.iteration
        if not follows or whole or told.recorded or told.error or told.status < 0:
            return live
        self.cache.forget_after(live.iteration)
        self.recording = self._last_whole or Recording(0, ())
        end = self.recording.at(len(self.recording.events))
        return replace(live, cursor=end, due=Phase.ZERO_GRAD)

    def _keep_unaltered(self, recording: Recording | None) -> None:
        """Keep the newest recording if the next is an experiment with the same iteration."""
        before = self.recording
        if recording is None or before.preview or _is_altered(before):
            return
        if _is_altered(recording) and recording.iteration == before.iteration:
            self._unaltered = before

    def before_experiment(self, recording: Recording) -> Recording | None:
        """The iteration of an experiment as it was before; None for what is no experiment."""
        same = self._unaltered is not None and self._unaltered.iteration == recording.iteration
        return self._unaltered if same and _is_altered(recording) else None

    def recall(self, rerecorded: Rerecorded, recording: Recording | None) -> bool:
        """Keep an iteration that was recorded again; whether there was one.

        In place of another recording it is only kept if its loss is the same.
        """
        if rerecorded.run != self._number:
            return False
        self.rerecorded_left = rerecorded.left
        if recording is None:
            return False
        known = self.cache.get(recording.iteration)
        # As texts, for which NaN is NaN.
        if known is not None and str(known.loss) != str(recording.loss):
            return False
        self.cache.keep(recording)
        return True

    def put_in_place(self, recording: Recording) -> None:
        """Keep a recording that tells more of an iteration, in place of the one that is kept."""
        self.cache.keep(recording)
        mine = self.recording
        if (mine.iteration, len(mine.events)) == (recording.iteration, len(recording.events)):
            self.recording = recording

    def kept(self, cursor: Cursor) -> Cursor:
        """The same cursor in the recording that is kept of its iteration, if it is as long."""
        known = self.cache.get(cursor.recording.iteration)
        if known is None or len(known.events) != len(cursor.recording.events):
            return cursor
        return known.at(cursor.position)

    def with_keys(self, opened: Filed) -> Filed:
        """The same; breakpoints at nodes are by key, where an older file has them by number."""
        if opened.part is None or "breakpoints" not in opened.part.window:
            return opened
        kept = by_key(opened.part.window["breakpoints"], self.recording.graph)
        window: StoredWindow = {**opened.part.window, "breakpoints": kept}
        return replace(opened, part=replace(opened.part, window=window))

    def _branch(self, kept: int) -> None:
        """Begin another run with the first ``kept`` iterations of this one, whose curves stay."""
        curves = self._history.curves()
        # A single iteration, as where a step on a drawing is taken back, is no curve to compare.
        if len(curves.loss) > kept + 1:
            # Copied: the series have room for more, which these no longer need.
            own = Curves(*(getattr(curves, f.name).copy() for f in fields(curves)))
            label = _label(self._ran or (self.settings,))
            self.earlier = (*self.earlier, (label, own))[-EARLIER_RUNS:]
        if not kept:
            self._ran, self._order, self._last_whole = (), PHASES, None
        self._history = History.beginning(curves, kept)
        self.cache.forget_after(kept)
        if kept:
            self.recording = self.cache.get(kept) or self.recording


def _is_altered(recording: Recording) -> bool:
    return recording.intervention is not None or recording.backwards > 1


def _label(ran: Sequence[Settings]) -> str:
    """The settings that a run's iterations ran with, with each learning rate that it had."""
    last = ran[-1]
    rates = [f"{settings.lr:g}" for settings in ran]
    rates = [one for one, before in zip(rates, ["", *rates], strict=False) if one != before]
    if len(rates) > _RATES_NAMED:
        rates[1:-1] = ["…"]
    falls = "" if last.schedule == "none" else f" {last.schedule}"
    return f"{last.optimizer}, lr {' → '.join(rates)}{falls}, seed {last.seed}"
