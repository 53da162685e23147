"""Clipping before backward: of gradients that are not there yet, or are old."""

from collections.abc import Iterator

from backprop_viz.analysis.phase_runs import CLIPS
from backprop_viz.recording.finding import Finding
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.phases import Phase


def find(recording: Recording) -> Iterator[Finding]:
    """``clipped_before_backward``: after a forward, and not again after its backward."""
    forward, backward = recording.span(Phase.FORWARD), list(recording.ran_at.values())
    clips = [i for i, event in enumerate(recording.events) if event.op in CLIPS]
    if not clips or forward is None or not backward:
        return
    first = clips[0]
    if forward.stop <= first and clips[-1] < min(backward):
        event = recording.events[first]
        yield Finding("clipped_before_backward", "warning", (event.op,), event.parameter, first)
