"""Batch norm with momentum 0, whose running statistics stay as they were made."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding


def find(recording: Recording) -> Iterator[Finding]:
    """``running_stats_stand_still``: after ``eval()`` it uses a mean of 0 and a variance of 1.

    Statistics that have moved before are meant to stand still, as in the second forward of a step
    that looks for the sharpest point near the weights.
    """
    for i, event in forward_events(recording):
        if event.op != "batch_norm" or event.call is None:
            continue
        call = event.call
        mean = call.place("running_mean", 1)
        if mean is None or call.argument("training", 5, False) is not True:
            continue
        known = event.inputs[mean]
        if call.argument("momentum", 6, 0.1) == 0 and (known is None or not known.any()):
            yield Finding("running_stats_stand_still", "warning", (event.module or "",), event=i)
