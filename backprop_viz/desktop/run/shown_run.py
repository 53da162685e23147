"""What the window shows of the run: the cursor over its events, and how that moves."""

from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from backprop_viz.analysis.comparison import Baseline, Comparison, same_place
from backprop_viz.analysis.cursor.navigation import StepSize, ahead, behind
from backprop_viz.desktop.clients.file_client import IterationRead, IterationsStored
from backprop_viz.desktop.run.cursor_playback import PhasePlayback, Player
from backprop_viz.desktop.run.cursor_stops import CursorStops, is_held_anew
from backprop_viz.desktop.run.followed_run import FollowedRun
from backprop_viz.desktop.run.rank_runs import RankRuns
from backprop_viz.desktop.run.run_aside import StoredShow
from backprop_viz.desktop.run.stored_iterations import StoredIterations
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import Command, Iterate, Step
from backprop_viz.stream.messages import RunEnded


class RunSource(Protocol):
    """Who runs what the cursor moves in, and reads what is in a file."""

    @property
    def idle(self) -> bool:
        """Whether every command is carried out and shown."""

    def send(self, command: Command) -> None:
        """Carry out a command after those before."""

    def read_stored(self, iteration: int) -> None:
        """Read an iteration from the file; ``ShownRun.take_stored`` is called then."""


class ShownRun(QObject):
    """A run with a cursor in it. ``view_state_ready`` carries a ViewState, all that is shown.

    Past what is recorded, the cursor goes on by a command to the ``source``.
    """

    view_state_ready = Signal(object)

    def __init__(self, settings: Settings, source: RunSource, parent: QObject) -> None:
        super().__init__(parent)
        self._source = source
        # How the worker stands, with the cursor at the end; and what the window shows of it.
        self.live: ViewState | None = None
        self._view_state: ViewState | None = None
        self.run = FollowedRun(settings)
        self.ranks: RankRuns | None = None  # where several are followed: one of them is shown
        self._by_event, self._sample = False, 0
        self._full_precision = False
        self._baseline: Baseline | None = None
        self._stored = StoredIterations(source.read_stored)
        self.phase_playback = PhasePlayback(self._show, self)
        self._player = Player(self._play_next, self)
        self.stops = CursorStops(self._player.halt)

    @property
    def iteration(self) -> int:
        """How many iterations of this run are finished."""
        return 0 if self.live is None else self.live.iteration

    @property
    def view_state(self) -> ViewState | None:
        """What the window shows; None before torch is loaded."""
        return self._view_state

    @property
    def newest_recording(self) -> Recording:
        """What was recorded last, wherever the cursor is."""
        return self.run.recording

    @property
    def playing(self) -> bool:
        """Whether the cursor moves by itself."""
        return self._player.playing

    # -- navigation --------------------------------------------------------------------------

    def go(self, step_size: StepSize) -> None:
        """Forward by an event, a phase or to an iteration's end; past what is recorded, run."""
        if self._view_state is None or self._view_state.training:
            if step_size == "iteration":  # where training ends
                self._source.send(Iterate())
            return
        if step_size != "event":
            self.finish_playback()
        cursor = self._view_state.cursor
        newest = cursor.recording == self.run.recording
        under_way = newest and self._view_state.iteration < cursor.recording.iteration
        to = None if step_size == "iteration" and under_way else ahead(cursor, step_size)
        later = None if newest else self.run.next_to(cursor.recording.iteration, 1)
        if to is not None:
            self._move_on(cursor, to)
        elif later is not None:
            self._stored.show(
                self.run, later, lambda it: self._move_on(it.at(0), ahead(it.at(0), step_size) or 0)
            )
        elif step_size != "iteration" or not self.stop_ahead():
            self._by_event = step_size == "event"
            self._source.send(Iterate() if step_size == "iteration" else Step(self._by_event))

    def go_back(self, step_size: StepSize) -> None:
        """Back by an event, a phase or an iteration, as far as is kept."""
        if self._view_state is None or self._view_state.training:
            return
        cursor = self._view_state.cursor
        to = behind(cursor, step_size)
        if to is not None:
            self.move_cursor(to)
        elif (sooner := self.run.next_to(cursor.recording.iteration, -1)) is not None:
            whole = step_size == "iteration"
            self._stored.show(
                self.run, sooner, lambda it: self.show_cursor(it.at(0 if whole else len(it.events)))
            )

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
        self.show_cursor(self._view_state.cursor.recording.at(position))

    def show_iteration(self, iteration: int) -> None:
        """Show an iteration that is kept, at its end."""
        if self._view_state is not None and not self._view_state.training:
            self._stored.show(
                self.run, iteration, lambda it: self.show_cursor(it.at(len(it.events)))
            )

    def take_stored(
        self, message: IterationsStored | IterationRead, recording: Recording | None
    ) -> None:
        """Take in what a file has, or the recording of an iteration of it; None: it is damaged."""
        if isinstance(message, IterationsStored):
            self.run.stored, self.run.health = message.iterations, message.health
        elif not self._stored.take(self.run, message.iteration, recording) and self._view_state:
            self._show(self._view_state.cursor)  # it may be what is compared with

    def recording_of(self, iteration: int) -> Recording | None:
        """The recording of an iteration; None if it is not kept, or while it is read."""
        return self._stored.recording_of(self.run, iteration)

    @property
    def reading(self) -> bool:
        """Whether a file is being read."""
        return self._stored.reading

    def follow_ranks(self, client: object) -> None:
        """Show the rank that a client of several shows; nothing changes if it is of one run."""
        if isinstance(client, RankRuns):
            self.ranks = client
            self.run = client.runs[client.shown].run

    def show_rank(self, place: int) -> None:
        """Show another rank in every panel, at the same place of the same iteration."""
        ranks, shown = self.ranks, self._view_state
        if ranks is None or place == ranks.shown or not 0 <= place < len(ranks.runs):
            return
        other = ranks.runs[place]
        if other.live is None or shown is None or self.live is None:
            return
        self.halt()
        ranks.runs[ranks.shown].live = self.live
        ranks.shown, self.run, self.live = place, other.run, other.live
        self._stored.forget_read()
        iteration = shown.cursor.recording.iteration
        if self._stored.recording_of(self.run, iteration) is None:
            self.show_cursor(other.live.cursor)
        self._stored.show(
            self.run, iteration, lambda it: self.show_cursor(same_place(shown.cursor, it))
        )

    def join_ranks(self, newest: ViewState | None) -> ViewState | None:
        """Put into what has come what other ranks tell of it; show at once what is new of them."""
        if self.ranks is None:
            return newest
        others_changed = self.ranks.join()
        if newest is not None:
            return replace(newest, cursor=self.run.kept(newest.cursor))
        if self._view_state is not None:
            joined = self.run.kept(shown := self._view_state.cursor)
            if others_changed or joined.recording.serial != shown.recording.serial:
                self._show(joined)
        return None

    def show_phase(self, phase: str) -> None:
        """Show the end of a phase, if it was recorded."""
        if self._view_state is not None:
            span = self._view_state.cursor.recording.span(Phase(phase))
            if span is not None:
                self.move_cursor(span.stop)

    def play(self) -> None:
        """Let the cursor move on by itself, through phases that are run when it comes to them."""
        if self._view_state is not None and not self._view_state.training:
            self._player.play()
            self.show_cursor(self._view_state.cursor)

    def stop_playing(self) -> None:
        """Leave the cursor where it is."""
        if self._player.playing and self._view_state is not None:
            self._player.halt()
            self.show_cursor(self._view_state.cursor)

    def set_speed(self, events_per_second: float) -> None:
        """How fast ``play`` goes."""
        self._player.set_speed(events_per_second)

    def set_budget(self, budget: int) -> None:
        """How many bytes the iterations kept in memory may take."""
        self.run.cache.budget = budget
        if self._view_state is not None:
            self.show_cursor(self._view_state.cursor)

    @property
    def sample(self) -> int:
        """The place in the batch of the sample that the user chose."""
        return self._sample

    def choose_sample(self, sample: int) -> None:
        """Show another sample of the batch in every panel, as far as it is recorded."""
        self.keep_sample(sample)
        if self._view_state is not None:
            self._show(self._view_state.cursor)

    def keep_sample(self, sample: int) -> None:
        """Show another sample from the next view state on."""
        self._sample = max(sample, 0)

    def show_full_precision(self, wanted: bool) -> None:
        """Write numbers with every digit, or as short as they can be read."""
        self._full_precision = wanted
        if self._view_state is not None:
            self._show(self._view_state.cursor)

    def compare_with(self, baseline: Baseline | None) -> None:
        """Show beside the numbers what they were in another recording; None: no longer."""
        self._baseline = baseline
        if self._view_state is not None:
            self._show(self._view_state.cursor)

    def _comparison(self, cursor: Cursor) -> Comparison | None:
        if self._baseline is None or self.live is None or self.live.training:
            return None
        other = self._stored.compared_with(self.run, cursor.recording, self._baseline)
        return Comparison(self._baseline, None if other is None else same_place(cursor, other))

    # -- what is shown -----------------------------------------------------------------------

    def receive(self, live: ViewState) -> None:
        """Show how things stand: what is new from its first event on, the rest where it was."""
        before, self.live = self.live, live
        recording = live.cursor.recording
        same = before is not None and before.cursor.recording == recording
        same = same and not is_held_anew(before, live)
        is_file = live.origin is not None and live.origin.kind == "file"
        shown = None if self._view_state is None else self._view_state.cursor
        looking_back = is_file and not (
            before is None or shown is None or (shown.at_end and shown == before.cursor)
        )
        if (same or looking_back) and shown is not None:
            # What is playing plays on; what is written to a file takes nobody from what they see.
            self._show(shown)
            return
        start = 0 if before is None else _known(before.cursor.recording, recording)
        stop = self.stops.stop_in_new(live, start)
        by_event, self._by_event = self._by_event, False
        if by_event and not live.training:
            self.show_cursor(recording.at(min(start + 1, stop)))
        elif recording.spans and live.due in (Phase.LOSS, Phase.UPDATE, None) and not live.training:
            first = max(recording.spans[-1].start, start)
            self.show_cursor(recording.at(min(first + 1, stop)))
            self.phase_playback.begin(recording.at(min(first + 1, stop)), stop)
        else:
            self.show_cursor(recording.at(stop))

    def _move_on(self, cursor: Cursor, to: int) -> None:
        """Go on in what is recorded, to the first breakpoint on the way."""
        if self.live is not None:
            to = self.stops.stop_on_the_way(cursor, to, self._due(cursor), self.live.program.lines)
        self.show_cursor(cursor.recording.at(to))

    def _due(self, cursor: Cursor) -> Phase | None:
        """The phase that comes after what is recorded of the cursor's iteration."""
        newest = self.live is not None and cursor.recording == self.run.recording
        return self.live.due if newest and self.live is not None else Phase.ZERO_GRAD

    def stop_ahead(self) -> bool:
        """Show the next breakpoint in what has run of the newest iteration; whether there is one.

        What has run goes farther than what is shown where one has stopped the cursor.
        """
        if self._view_state is None or self._view_state.training:
            return False
        cursor, lines = self._view_state.cursor, self._view_state.program.lines
        newest = cursor.recording == self.run.recording and not cursor.recording.preview
        if not newest or cursor.at_end:
            return False
        if self.stops.next_in_recorded(cursor, self._due(cursor), lines) is None:
            return False
        self.finish_playback()
        self._move_on(cursor, len(cursor.recording.events))
        return True

    def show_cursor(self, cursor: Cursor) -> None:
        """Show a cursor, whatever the cursor was doing."""
        self.phase_playback.halt()
        self._stored.show_nothing()
        self._show(cursor)

    def _show(self, cursor: Cursor) -> None:
        assert self.live is not None
        ranks = None if self.ranks is None else self.ranks.state(cursor.recording.iteration)
        self._view_state = replace(
            self.live,
            cursor=cursor,
            program=self.run.program_of(cursor.recording.iteration),
            kept_iterations=self.run.kept_iterations(cursor.recording.iteration),
            breakpoints=self.stops.breakpoints,
            hit=self.stops.hit_at(cursor),
            playing=self._player.playing,
            comparison=self._comparison(cursor),
            full_precision=self._full_precision,
            sample=min(self._sample, cursor.recording.recorded_samples - 1),
            ranks=ranks,
        )
        self.view_state_ready.emit(self._view_state)

    def show_whole(self) -> None:
        """Show the same iteration with all of its batch, if it was recorded so since."""
        if self._view_state is None:
            return
        cursor = self._view_state.cursor
        kept = self.run.cache.get(cursor.recording.iteration)
        lacks = cursor.recording.samples is not None and not cursor.recording.preview
        if lacks and kept is not None and kept.samples is None:
            cursor = kept.at(cursor.position)
        self._show(cursor)  # with more to go back to

    def stand_still(self, ended: RunEnded | None = None) -> None:
        """Nothing runs while there is no worker, or when a script has ``ended``."""
        if self.live is not None and self._view_state is not None:
            still = replace(self.live, training=False, rate=0.0, between_cells=False)
            self.live = still if ended is None else self.run.at_its_end(ended, still)
            was_none = self._view_state.cursor.recording == still.cursor.recording
            gone = was_none and self.live.cursor != still.cursor
            self.show_cursor(self.live.cursor if gone else self._view_state.cursor)

    def halt(self) -> None:
        """Leave the cursor where it is, whatever moves it."""
        self.phase_playback.halt()
        self._player.halt()

    # -- another run in place of the user's own ----------------------------------------------

    def put_aside(self) -> StoredShow:
        """What is shown of the user's own run; what is shown next compares nothing."""
        view_state = self._view_state
        cursor = None if view_state is None or view_state.training else view_state.cursor
        stored = StoredShow(cursor, self.stops.breakpoints, self._sample, self._baseline)
        self._baseline, self._sample = None, 0
        return stored

    def show_as_before(self, stored: StoredShow) -> None:
        """Show the user's own run where it was looked at."""
        self._baseline, self._sample = stored.baseline, stored.sample
        if stored.cursor is not None and not stored.cursor.recording.preview:
            self.show_cursor(stored.cursor)

    def _play_next(self) -> None:
        if self._source.idle and not self.phase_playback.active:
            self.go("event")

    def finish_playback(self) -> None:
        """Let the cursor come at once to where the playback of a phase takes it."""
        if self.phase_playback.active:
            self.move_cursor(self.phase_playback.stop_at)


def _known(before: Recording, recording: Recording) -> int:
    """How many events of a recording were there already."""
    same = before.iteration == recording.iteration and before.samples == recording.samples
    return len(before.events) if same and not before.preview else 0
