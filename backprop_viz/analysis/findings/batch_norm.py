"""Batch norm with nothing to take a mean of, or with old statistics while the net trains."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase

_TRAINING = 5  # its place among the arguments of torch.nn.functional.batch_norm


def find(recording: Recording) -> Iterator[Finding]:
    """``one_sample_batch_norm``, ``batch_norm_in_eval``."""
    trains = recording.span(Phase.UPDATE) is not None
    for i, event in forward_events(recording):
        read = event.inputs[0] if event.inputs else None
        if event.op != "batch_norm" or event.call is None or read is None:
            continue
        if event.call.argument("training", _TRAINING, False):
            if len(read) == 1:
                yield Finding("one_sample_batch_norm", "warning", (), event=i)
        elif trains and event.tracked:
            yield Finding("batch_norm_in_eval", "hint", (), event=i)
