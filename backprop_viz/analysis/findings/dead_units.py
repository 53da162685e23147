"""Units of a ReLU that are 0 for every sample of the batch: no gradient passes them."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.analysis.provenance import forward_events, layer_of, maker, tracked
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding

# In a batch of fewer samples a unit may be 0 by chance; but not so many numbers at once.
_SAMPLES, _UNITS = 8, 16
# Where nearly all units are dead, little is learnt. In one batch up to half of a healthy layer's
# units are 0: so it is with the recipes of the tests.
_NEARLY_ALL, _MOST = 0.9, 0.75


def find(recording: Recording) -> Iterator[Finding]:
    """``dead_layer``: nearly all units of a layer; ``dead_units``: most.

    What autograd does not follow gets no gradient anyway, as the steps of a solver that only looks
    for where to begin.
    """
    for i, event in forward_events(recording):
        if not event.op.startswith("relu") or not tracked(event):
            continue
        made = event.outputs[0] if event.outputs else None
        if made is None or made.ndim < 2:
            continue
        if len(made) < _SAMPLES and (made.any() or made.size < _UNITS):
            continue
        # A map's unit is its channel; elsewhere a unit is an element of the last axis.
        unit = 1 if made.ndim >= 4 or _is_map(recording, i) else made.ndim - 1
        others = tuple(axis for axis in range(made.ndim) if axis != unit)
        dead = ~made.any(axis=others)
        count, units = int(np.sum(dead)), made.shape[unit]
        if count <= _MOST * units:
            continue
        layer = layer_of(recording, i)
        # What the loop computes itself is of no layer.
        name = event.op if layer is None or event.module is None else layer.name
        if count >= _NEARLY_ALL * units:
            yield Finding("dead_layer", "warning", (name, count, units), event=i)
        else:
            yield Finding("dead_units", "hint", (name, count, units), event=i)


def _is_map(recording: Recording, index: int | None) -> bool:
    """Whether a convolution made what an operation reads, batch norm between or not."""
    while index is not None:
        event = recording.events[index]
        if event.op.startswith("conv"):
            return True
        if not event.op.startswith("relu") and event.op != "batch_norm":
            return False
        read = event.input_ids[0] if event.input_ids else None
        index = None if read is None else maker(recording, read, index)
    return False
