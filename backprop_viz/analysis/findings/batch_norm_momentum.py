"""Batch norm with momentum 0, whose running statistics stay as they were made."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding


def find(recording: Recording) -> Iterator[Finding]:
    """``running_stats_stand_still``: after ``eval()`` it uses a mean of 0 and a variance of 1."""
    for i, event in forward_events(recording):
        if event.op != "batch_norm" or event.call is None:
            continue
        call = event.call
        if call.place("running_mean", 1) is None or call.argument("training", 5, False) is not True:
            continue
        if call.argument("momentum", 6, 0.1) == 0:
            yield Finding("running_stats_stand_still", "warning", (event.module or "",), event=i)
