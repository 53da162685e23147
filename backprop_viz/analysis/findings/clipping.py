"""Clipping of gradients that are still scaled, or to next to nothing."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.recording.events import Array
from backprop_viz.recording.finding import Finding
from backprop_viz.recording.iteration import Recording

_CLIPS = ("clip_grad_norm_", "clip_grad_value_")
# Of the gradients' norm at least so much is left; a norm of 1000 clipped to 1 is no mistake.
_LEAST = 1e-5


def find(recording: Recording) -> Iterator[Finding]:
    """``clipped_scaled``: before ``unscale_``; ``clipped_away``: nearly nothing is left."""
    before = after = 0.0
    last: int | None = None
    scaled = recording.loss_scale is not None
    for i, event in enumerate(recording.events):
        if event.op == "unscale_":
            scaled = False
        if event.op not in _CLIPS or event.inputs[0] is None or event.outputs[0] is None:
            continue
        if scaled:
            values = (event.op, recording.loss_scale or 1.0)
            yield Finding("clipped_scaled", "warning", values, event=i)
            return
        before, after = before + _square(event.inputs[0]), after + _square(event.outputs[0])
        last = i
    if last is not None and 0 < before < np.inf and np.sqrt(after / before) < _LEAST:
        left = float(np.sqrt(after / before))
        yield Finding("clipped_away", "hint", (recording.events[last].op, left), event=last)


def _square(array: Array) -> float:
    return float(np.square(np.abs(array), dtype=np.float64).sum())
