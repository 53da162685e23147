"""Where the cursor goes: by an event, a phase or an iteration, forwards and back."""

from typing import Literal

from backprop_viz.recording.iteration import Cursor, Recording

StepSize = Literal["event", "phase", "iteration"]


def stops(recording: Recording, step_size: StepSize) -> list[int]:
    """The places of the cursor at the end of each event, phase, or of the iteration."""
    if step_size == "event":
        return list(range(1, len(recording.events) + 1))
    if step_size == "phase":
        return [span.stop for span in recording.spans]
    return [len(recording.events)]


def ahead(cursor: Cursor, step_size: StepSize) -> int | None:
    """The next stop within the recording; None past its end, and in a preview."""
    if cursor.recording.preview:
        return None
    return next((s for s in stops(cursor.recording, step_size) if s > cursor.position), None)


def behind(cursor: Cursor, step_size: StepSize) -> int | None:
    """The stop before, or the start; None at the start."""
    if cursor.position == 0:
        return None
    if step_size == "iteration":
        return 0
    return max((s for s in stops(cursor.recording, step_size) if s < cursor.position), default=0)
