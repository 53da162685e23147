"""Where an iteration stands: each phase's state at the cursor, as plain data. No Qt here."""

from dataclasses import dataclass
from enum import Enum

from backprop_viz.desktop.view_state import Frame
from backprop_viz.recording.phases import PHASES, Phase


class State(Enum):
    """What has become of a phase at the cursor."""

    TO_COME = "to come"
    UNDER_WAY = "under way"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Standing:
    """A phase at the cursor. ``total`` and ``seconds`` are None where it was not recorded.

    ``current``: the cursor stands in it or at its end. ``due``: the next event is its first.
    """

    phase: Phase
    state: State
    done: int
    total: int | None
    seconds: float | None
    current: bool
    due: bool


def standings(frame: Frame) -> tuple[Standing, ...]:
    """The five phases as they stand at the frame's cursor, in their order."""
    current, due = current_phase(frame), due_phase(frame)
    return tuple(_standing(frame, phase, phase is current, phase is due) for phase in PHASES)


def _standing(frame: Frame, phase: Phase, current: bool, due: bool) -> Standing:
    recording = frame.moment.recording
    span = None if recording.preview else recording.span(phase)
    if span is None:
        # While training runs free unrecorded, every phase goes by all the time.
        state = State.UNDER_WAY if running_free(frame) else State.TO_COME
        return Standing(phase, state, 0, None, None, current, due)
    total = span.stop - span.start
    done = min(max(frame.moment.cursor - span.start, 0), total)
    state = State.UNDER_WAY if done else State.TO_COME
    if frame.moment.cursor >= span.stop:
        state = State.DONE
    return Standing(phase, state, done, total, span.seconds, current, due)


def running_free(frame: Frame) -> bool:
    """Whether training runs and there is no recorded iteration to look at."""
    return frame.training and (frame.moment.recording.preview or not frame.moment.recording.events)


def current_phase(frame: Frame) -> Phase | None:
    """The phase of the event just done; None at the very start and while training runs."""
    recording = frame.moment.recording
    if frame.training or recording.preview:
        return None
    if frame.moment.at_end and recording.spans:
        return recording.spans[-1].phase  # it may have had no event, as a loss that is none
    event = frame.moment.event
    return None if event is None else event.phase


def due_phase(frame: Frame) -> Phase | None:
    """The phase that the next event begins; None within a phase and while training runs."""
    recording, cursor = frame.moment.recording, frame.moment.cursor
    if frame.training:
        return None
    if recording.preview or frame.moment.at_end:
        return frame.due
    upcoming = recording.events[cursor].phase
    return None if upcoming is current_phase(frame) else upcoming
