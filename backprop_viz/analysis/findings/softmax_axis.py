"""A softmax over the samples of the batch in place of the classes."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events, tracked
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding

_OPS = ("softmax", "log_softmax")


def find(recording: Recording) -> Iterator[Finding]:
    """``softmax_over_batch``: each class's numbers add up to 1, not each sample's."""
    for i, event in forward_events(recording):
        made = event.outputs[0] if event.outputs else None
        if event.op not in _OPS or event.call is None or made is None or not tracked(event):
            continue
        if made.ndim != 2 or len(made) < 2 or len(made) != recording.recorded_samples:
            continue
        if event.call.argument("dim", 1) in (0, -2):
            yield Finding("softmax_over_batch", "warning", (event.op, *made.shape), event=i)
