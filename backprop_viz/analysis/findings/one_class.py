"""A softmax or a cross-entropy with a single class, which is always right."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events, tracked
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding

_OPS = ("cross_entropy", "softmax", "log_softmax")


def find(recording: Recording) -> Iterator[Finding]:
    """``one_class``: the probability is 1 whatever the network says, and no gradient comes."""
    for i, event in forward_events(recording):
        read = event.inputs[0] if event.inputs else None
        if event.op not in _OPS or read is None or read.ndim != 2 or not tracked(event):
            continue
        axis = 1 if event.call is None else event.call.argument("dim", 1, 1)
        along = 1 if event.op == "cross_entropy" or axis in (1, -1) else 0
        if read.shape[along] == 1:
            yield Finding("one_class", "warning", (event.op,), event=i)
