"""Where the cursor goes: by an event, a phase or an iteration, forwards and back."""

from typing import Literal

from backprop_viz.recording.iteration import Moment, Recording

Stride = Literal["event", "phase", "iteration"]


def stops(recording: Recording, stride: Stride) -> list[int]:
    """The places of the cursor at the end of each event, phase, or of the iteration."""
    if stride == "event":
        return list(range(1, len(recording.events) + 1))
    if stride == "phase":
        return [span.stop for span in recording.spans]
    return [len(recording.events)]


def ahead(moment: Moment, stride: Stride) -> int | None:
    """The next stop within the recording; None past its end, and in a preview."""
    if moment.recording.preview:
        return None
    return next((s for s in stops(moment.recording, stride) if s > moment.cursor), None)


def behind(moment: Moment, stride: Stride) -> int | None:
    """The stop before, or the start; None at the start."""
    if moment.cursor == 0:
        return None
    if stride == "iteration":
        return 0
    return max((s for s in stops(moment.recording, stride) if s < moment.cursor), default=0)
