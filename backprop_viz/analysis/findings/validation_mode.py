"""A model that was validated in training mode: ``eval()`` was forgotten."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.torch_error import said_place

_ACT_OTHERWISE = ("dropout", "batch_norm")  # in training mode, as dropout2d and others do


def find(recording: Recording) -> Iterator[Finding]:
    """``validated_in_training``: shown by the first operation that evaluates otherwise."""
    place = recording.modules[0].validated_in_training if recording.modules else None
    if place is None:
        return
    ran = (i for i, e in forward_events(recording) if any(n in e.op for n in _ACT_OTHERWISE))
    yield Finding("validated_in_training", "warning", (said_place(place),), event=next(ran, None))
