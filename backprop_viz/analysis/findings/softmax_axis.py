"""A softmax over the samples of the batch in place of the classes."""

from collections import defaultdict
from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events, tracked
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding

_OPS = ("softmax", "log_softmax")


def find(recording: Recording) -> Iterator[Finding]:
    """``softmax_over_batch``: each class's numbers add up to 1, not each sample's.

    Nothing is said of a single column, whose weights are those of a mean over the samples, nor
    where the same numbers are taken over both axes, as between images and their texts.
    """
    over = _axes(recording)
    for i, event in forward_events(recording):
        made = event.outputs[0] if event.outputs else None
        if event.op not in _OPS or event.call is None or made is None or not tracked(event):
            continue
        if made.ndim != 2 or min(made.shape) < 2 or len(made) != recording.recorded_samples:
            continue
        if over[event.input_ids[0]] == {0}:
            yield Finding("softmax_over_batch", "warning", (event.op, *made.shape), event=i)


def _axes(recording: Recording) -> dict[int | None, set[int]]:
    """Over which axes of a matrix a softmax is taken, by the matrix's tensor id."""
    found = defaultdict[int | None, set[int]](set)
    for _, event in forward_events(recording):
        if event.op in _OPS and event.call is not None and event.input_ids:
            dim = event.call.argument("dim", 1)
            found[event.input_ids[0]].add(dim % 2 if isinstance(dim, int) else 1)
    return found
