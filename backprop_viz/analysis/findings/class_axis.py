"""A log_softmax over another axis than the one along which the loss reads the classes."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.analysis.provenance import forward_events, numbers_from, tracked
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.tensors import Array

_LOSSES = ("nll_loss", "cross_entropy")
# So near to 1 is a sum of probabilities in bfloat16.
_ROUNDING = 0.1


def find(recording: Recording) -> Iterator[Finding]:
    """``softmax_not_over_classes``: along dim 1 the probabilities that a loss reads have any sum.

    Told by the numbers, as axes are moved between the two. ``softmax_over_batch`` tells of those of
    (samples, classes).
    """
    if recording.samples is not None:
        return
    for i, event in forward_events(recording):
        read = event.inputs[0] if event.inputs else None
        if event.op not in _LOSSES or read is None or read.ndim < 2 or not tracked(event):
            continue
        made = _softmax_behind(recording, event.input_ids[0], i)
        if made is None or _adds_up(read):
            continue
        softmax = recording.events[made]
        own, call = softmax.outputs[0], softmax.call
        if own is None or call is None or own.ndim < 2:
            continue
        if own.ndim == 2 and len(own) == recording.recorded_samples:
            continue
        if read.shape[1] not in own.shape and read.size != own.size:
            continue  # some of the classes were left out on the way
        axis = call.argument("dim", 1)
        axis = (0 if own.ndim == 3 else 1) if axis is None else axis  # as torch guesses it
        shapes = ["×".join(map(str, array.shape)) for array in (own, read)]
        values = softmax.op, axis, *shapes, event.op
        yield Finding("softmax_not_over_classes", "warning", values, event=made)


def _softmax_behind(recording: Recording, tensor: int | None, before: int) -> int | None:
    """The log_softmax, or the softmax before a log, whose numbers a loss reads."""
    made = None if tensor is None else numbers_from(recording, tensor, before)
    if made is None or recording.events[made].op == "log_softmax":
        return made
    event = recording.events[made]
    source = event.input_ids[0] if event.op == "log" else None
    made = None if source is None else numbers_from(recording, source, made)
    return made if made is not None and recording.events[made].op == "softmax" else None


def _adds_up(log_probabilities: Array) -> bool:
    """Whether the probabilities of each sample's classes add up to 1; or there is nothing to add.

    What is no number tells nothing.
    """
    sums = np.exp(np.minimum(log_probabilities.astype(np.float64), 1.0)).sum(axis=1)
    if log_probabilities.shape[1] < 2 or np.isnan(sums).any():
        return True
    return bool((np.abs(sums - 1) < _ROUNDING).all())
