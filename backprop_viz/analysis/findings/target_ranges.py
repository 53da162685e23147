"""Targets that a loss takes without a word, though it is not made for them."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.analysis.provenance import forward_events
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.events import Array, Event

_LOSSES = ("binary_cross_entropy_with_logits", "cross_entropy", "kl_div")
# The probabilities of a sample add up to 1, but for rounding.
_LEAST, _MOST = 0.8, 1.25


def find(recording: Recording) -> Iterator[Finding]:
    """``targets_not_yes_or_no``, ``targets_no_probabilities``, ``probabilities_in_kl_div``."""
    for i, event in forward_events(recording):
        if event.op not in _LOSSES or len(event.inputs) < 2:
            continue
        read, target = event.inputs[0], event.inputs[1]
        if read is None or target is None:
            continue
        if target.size and "c" not in (read.dtype.kind, target.dtype.kind):
            yield from _of_loss(i, event, read, target)


def _of_loss(index: int, event: Event, read: Array, target: Array) -> Iterator[Finding]:
    low, high = float(target.min()), float(target.max())
    if event.op == "binary_cross_entropy_with_logits" and (low < 0 or high > 1):
        yield Finding("targets_not_yes_or_no", "warning", (event.op, low, high), event=index)
    elif event.op == "cross_entropy" and target.dtype.kind == "f" and target.ndim == read.ndim > 1:
        sums = target.astype(np.float64).sum(axis=1)
        middle = float(np.median(sums))
        if not _LEAST <= middle <= _MOST or low < 0:
            yield Finding("targets_no_probabilities", "warning", (middle,), event=index)
    elif event.op == "kl_div" and float(read.max()) > 1e-3:
        yield Finding("probabilities_in_kl_div", "warning", (float(read.max()),), event=index)
