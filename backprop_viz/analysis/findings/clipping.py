"""Gradients that are clipped or used while they are still scaled, or clipped to nothing."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.analysis.doubles import sum_of_squares
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase

_CLIPS = ("clip_grad_norm_", "clip_grad_value_")
# A clipping that leaves at least this share of the norm is no mistake, as of 1000 clipped to 1.
_LEAST = 1e-5


def find(recording: Recording) -> Iterator[Finding]:
    """``clipped_scaled``, ``stepped_scaled``: before ``unscale_``; ``clipped_away``: to nothing."""
    before = after = 0.0
    last: int | None = None
    scaled = recording.loss_scale is not None
    for i, event in enumerate(recording.events):
        if event.op == "unscale_":
            scaled = False
        # A fused optimizer is given the scale, and divides by it.
        if scaled and event.phase is Phase.UPDATE and not recording.options.get("fused"):
            scale = recording.loss_scale or 1.0
            if scale != 1.0 and event.inputs[-1] is not None:
                values = (event.op, scale)
                yield Finding("stepped_scaled", "warning", values, event.parameter, i)
            return
        if event.op not in _CLIPS or event.inputs[0] is None or event.outputs[0] is None:
            continue
        # What overflows is the same when it is divided.
        if scaled and np.any(event.inputs[0][np.isfinite(event.inputs[0])]):
            values = (event.op, recording.loss_scale or 1.0)
            yield Finding("clipped_scaled", "warning", values, event=i)
            return
        before += sum_of_squares(event.inputs[0])
        after += sum_of_squares(event.outputs[0])
        last = i
    if last is not None and 0 < before < np.inf and np.sqrt(after / before) < _LEAST:
        left = float(np.sqrt(after / before))
        yield Finding("clipped_away", "hint", (recording.events[last].op, left), event=last)
