"""Dropout that is off while the model trains: eval() was called, and not train() again."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase


def find(recording: Recording) -> Iterator[Finding]:
    """``dropout_in_eval``: shown by the first one; may be meant, in fine-tuning."""
    if recording.span(Phase.UPDATE) is None:
        return
    for i, event in forward_events(recording):
        if event.op not in ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout"):
            continue
        if event.call is None or not event.tracked or not event.call.argument("p", 1, 0.5):
            continue
        if event.call.argument("training", 2, True) is False:
            yield Finding("dropout_in_eval", "hint", (), event=i)
            return
