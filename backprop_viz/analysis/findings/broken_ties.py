"""Weights that were tied and are no more: an embedding and a linear layer begin with one's copy."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.analysis.provenance import forward_events
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.tensors import Array


def find(recording: Recording) -> Iterator[Finding]:
    """``tie_broken``: the two parameters, at the linear layer's call.

    Told while their numbers are the same: in the first iteration. Layers that begin with copies of
    one another, as those of a transformer do, are meant.
    """
    weights = {p.value_id: p for p in recording.parameters if p.requires_grad}
    read: dict[str, dict[int, int]] = {"embedding": {}, "linear": {}}
    for i, event in forward_events(recording):
        for tensor in event.input_ids if event.op in read else ():
            if tensor in weights and weights[tensor].value.ndim == 2:
                read[event.op].setdefault(tensor, i)
    for tensor, event_index in read["linear"].items():
        for other in read["embedding"]:
            one, two = weights[other], weights[tensor]
            if other != tensor and _copied(one.value, two.value):
                values = (one.name, two.name)
                yield Finding("tie_broken", "warning", values, two.name, event_index)


def _copied(one: Array, other: Array) -> bool:
    """Whether numbers are the same, and no two layers would come to have them by themselves."""
    return one.shape == other.shape and np.array_equal(one, other) and bool((one != one[0]).any())
