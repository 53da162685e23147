"""A regression whose last activation cannot reach the targets: relu, where some are below 0."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.analysis.provenance import forward_events, numbers_from
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.events import Event

_LOSSES = {"mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"}
_INF = float("inf")
# The least and the greatest number that each can give.
_RANGES = {
    "relu": (0.0, _INF),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, _INF),
    "exp": (0.0, _INF),
    "sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
}
# A few targets a little beyond the range may be noise: a smaller share, or a smaller distance, is
# not told.
_LEAST_SHARE, _SLACK = 0.05, 0.01


def find(recording: Recording) -> Iterator[Finding]:
    """``targets_out_of_reach``: with the share of them, in percent, and the range."""
    for i, event in forward_events(recording):
        if event.op not in _LOSSES or len(event.input_ids) < 2 or event.input_ids[0] is None:
            continue
        made = numbers_from(recording, event.input_ids[0], i)
        target = event.inputs[1]
        if made is None or target is None or not target.size:
            continue
        limits = _limits(recording.events[made])
        if limits is None:
            continue
        low, high = limits
        outside = (target < low - _SLACK) | (target > high + _SLACK)
        share = float(np.mean(outside))
        if share >= _LEAST_SHARE:
            values = (recording.events[made].op, event.op, round(100 * share), low, high)
            yield Finding("targets_out_of_reach", "warning", values, event=made)


def _limits(event: Event) -> tuple[float, float] | None:
    if event.op not in ("clamp", "clip"):
        return _RANGES.get(event.op.rstrip("_"))
    if event.call is None:
        return None
    low, high = event.call.argument("min", 1), event.call.argument("max", 2)
    if not isinstance(low, int | float | None) or not isinstance(high, int | float | None):
        return None
    return (-_INF if low is None else low), (_INF if high is None else high)
