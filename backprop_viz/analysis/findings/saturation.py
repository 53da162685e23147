"""Sigmoids and tanhs that are at their ends, where they are flat: no gradient passes."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.analysis.provenance import forward_events, layer_of
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase

# Beyond these outputs the slope is below a hundredth of the largest. This share has to lie there,
# of at least so many numbers.
_FLAT = {"sigmoid": (0.0025, 0.9975), "tanh": (-0.995, 0.995)}
_NEARLY_ALL, _SAMPLES = 0.75, 8


def find(recording: Recording) -> Iterator[Finding]:
    """``saturated``: with the layer, and how many in a hundred are flat.

    What the loss reads may be as sure as that: only what other layers read counts.
    """
    events = list(forward_events(recording))
    read = {t for _, e in events if e.phase is Phase.FORWARD for t in e.input_ids}
    for i, event in events:
        op = event.op.rstrip("_")
        made = event.outputs[0] if event.outputs else None
        if op not in _FLAT or made is None or not event.tracked or made.size < _SAMPLES:
            continue
        if event.output_ids[0] not in read:
            continue
        low, high = _FLAT[op]
        flat = float(np.mean((made < low) | (made > high)))
        if flat >= _NEARLY_ALL:
            layer = layer_of(recording, i)
            name = op if layer is None else layer.name
            yield Finding("saturated", "hint", (name, round(100 * flat)), event=i)
