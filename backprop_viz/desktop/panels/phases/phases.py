"""The state of each phase at the cursor, as plain data. No Qt here."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from backprop_viz.analysis.expected_runs import expected_runs
from backprop_viz.analysis.phase_runs import PhaseRun, is_repeated, phase_runs
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.trace.events import PhaseSpan
from backprop_viz.recording.trace.phases import PHASES, Phase


class PhaseProgress(Enum):
    """How far a phase has come at the cursor."""

    TO_COME = "to come"
    UNDER_WAY = "under way"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class PhaseState:
    """A phase at the cursor.

    ``total`` and ``seconds`` are None if it was not recorded. ``current``: the cursor is in it or
    at its end. ``due``: the next event is its first. ``raised``: it did not end, torch raised.
    ``left_out``: the loop does not call it.
    """

    phase: Phase
    state: PhaseProgress
    done: int
    total: int | None
    seconds: float | None
    current: bool
    due: bool
    raised: bool = False
    left_out: bool = False


def phase_states(view_state: ViewState) -> tuple[PhaseState, ...]:
    """The states of the five phases at the cursor, in order."""
    current, due = current_phase(view_state), due_phase(view_state)
    return tuple(
        _phase_state(view_state, phase, phase is current, phase is due) for phase in PHASES
    )


def _phase_state(view_state: ViewState, phase: Phase, current: bool, due: bool) -> PhaseState:
    recording = view_state.cursor.recording
    span = None if recording.preview else recording.span(phase)
    if span is None:
        # During unrecorded training every phase runs all the time.
        state = PhaseProgress.UNDER_WAY if running_free(view_state) else PhaseProgress.TO_COME
        return PhaseState(phase, state, 0, None, None, current, due)
    total = span.stop - span.start
    done = min(max(view_state.cursor.position - span.start, 0), total)
    state = PhaseProgress.UNDER_WAY if done else PhaseProgress.TO_COME
    if span.is_over(view_state.cursor.position):
        state = PhaseProgress.DONE
    raised = _has_raised(view_state, span)
    left_out = phase is Phase.ZERO_GRAD and not recording.cleared
    return PhaseState(phase, state, done, total, span.seconds, current, due, raised, left_out)


def _has_raised(view_state: ViewState, span: PhaseSpan) -> bool:
    """Whether the cursor is where the last span of a recording ended with an error."""
    cursor = view_state.cursor
    error, last = cursor.recording.error, cursor.recording.spans[-1]
    return error is not None and cursor.at_end and span == last and error.phase is span.phase


def repeated_runs(view_state: ViewState) -> tuple[PhaseRun, ...]:
    """What ran and is to come, if that is more than the five phases once each; else nothing."""
    runs = () if running_free(view_state) else known_runs(view_state)
    return runs if is_repeated(runs) else ()


def known_runs(view_state: ViewState) -> tuple[PhaseRun, ...]:
    """What ran in the iteration shown and, while it runs, what is to come as far as is known."""
    recording, before = view_state.cursor.recording, view_state.last_whole
    if recording.preview:
        return ()
    goes_on = recording.iteration > view_state.iteration and recording.error is None
    if goes_on and before is not None:
        return expected_runs(recording, before)
    return phase_runs(recording)


def expected_events(view_state: ViewState, run: PhaseRun) -> int | None:
    """How many events a run has, or will probably have; None of one under way if nobody knows."""
    ended = run.span.ended or view_state.cursor.recording.error is not None
    known = ended or run.events > run.span.stop - run.span.start
    return run.events if known else None


def nodes_among(view_state: ViewState, phase: Phase, events: int) -> int:
    """So many first events of a phase without those that run within a node of backward.

    Of more than there are yet the iteration before tells.
    """
    recording, before = view_state.cursor.recording, view_state.last_whole
    span = recording.span(phase)
    if before is not None and (span is None or events > span.stop - span.start):
        recording, span = before, before.span(phase)
    if span is None:
        return events
    some = recording.events[span.start : min(span.start + events, span.stop)]
    return events - sum(event.is_beside_nodes for event in some)


def run_state(view_state: ViewState, run: PhaseRun, runs: Sequence[PhaseRun]) -> PhaseState:
    """The state of a phase that ran or is to come, one of ``runs``, at the cursor."""
    position, span = view_state.cursor.position, run.span
    if run.to_come:
        next_one = next(other for other in runs if other.to_come)
        due = run == next_one and due_phase(view_state) is run.phase and view_state.cursor.at_end
        return PhaseState(run.phase, PhaseProgress.TO_COME, 0, None, None, False, due)
    runs = [other for other in runs if not other.to_come]
    total = span.stop - span.start
    done = min(max(position - span.start, 0), total)
    over = span.is_over(position) and (total > 0 or position > 0)
    ended = PhaseProgress.DONE if over else PhaseProgress.UNDER_WAY
    state = ended if done or over else PhaseProgress.TO_COME
    inside = [other for other in runs if other.holds(position)]
    current = run in inside
    first = next(
        (other for other in runs if other.span.start >= position and other not in inside), None
    )
    due = run == first and not any(other.span.stop > position for other in inside)
    raised = _has_raised(view_state, span)
    return PhaseState(run.phase, state, done, total, span.seconds, current, due, raised)


def running_free(view_state: ViewState) -> bool:
    """Whether training runs without a recorded iteration to show."""
    return view_state.training and (
        view_state.cursor.recording.preview or not view_state.cursor.recording.events
    )


def current_phase(view_state: ViewState) -> Phase | None:
    """The phase of the last event; None at the start and during training."""
    recording = view_state.cursor.recording
    if view_state.training or recording.preview:
        return None
    if view_state.cursor.at_end and recording.spans:
        return recording.spans[-1].phase  # a phase may have no event, for example without a loss
    event = view_state.cursor.event
    return None if event is None else event.phase


def due_phase(view_state: ViewState) -> Phase | None:
    """The phase that the next event starts; None within a phase and during training."""
    recording, position = view_state.cursor.recording, view_state.cursor.position
    if view_state.training:
        return None
    if recording.preview or view_state.cursor.at_end:
        idle = view_state.ended or recording.under_way is not None
        return None if idle else view_state.due
    run = due_run(view_state)
    if run is not None:
        return run.phase
    upcoming = recording.events[position].phase
    return None if upcoming is current_phase(view_state) else upcoming


def due_run(view_state: ViewState) -> PhaseRun | None:
    """Of what ran, that which the next event starts; it may be of the same phase as the last.

    None within one, where nothing is recorded after the cursor, and during training.
    """
    if view_state.training:
        return None
    position, runs = view_state.cursor.position, known_runs(view_state)
    ran = (run for run in runs if not run.to_come and run.span.stop > position)
    return next((run for run in ran if run.span.start == position), None)
