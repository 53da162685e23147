"""Connectionist temporal classification: one term for each sample.

Source: Graves et al., "Connectionist Temporal Classification" (2006), section 4.1.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from backprop_viz.analysis.operations.elementwise_losses import reduction_of
from backprop_viz.analysis.operations.operation_entry import OperationEntry
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    RecordedCall,
    RecordedTensor,
    product,
)
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.events import Array


def _lengths(given: Any) -> list[int]:
    """Those of the samples, given as a tensor or as numbers."""
    if isinstance(given, RecordedTensor):
        return [int(each) for each in given.array.reshape(-1)]
    if isinstance(given, list | tuple) and all(isinstance(each, int) for each in given):
        return list(given)
    raise NotRecorded


def _loss(log_p: Array, target: Sequence[int], blank: int) -> float:
    """Minus the logarithm of the probability of a target, over all ways to write it.

    ``log_p`` (T, C): the logarithms of the probabilities at each step.
    """
    written = [blank]
    for each in target:
        written += [each, blank]
    places = np.array(written)
    skips = np.zeros(len(places), bool)
    skips[2:] = (places[2:] != blank) & (places[2:] != places[:-2])
    alpha = np.full(len(places), -np.inf)
    alpha[:2] = log_p[0, places[:2]]
    for step in log_p[1:]:
        before = np.concatenate([[-np.inf, -np.inf], alpha])
        two = np.where(skips, before[: len(alpha)], -np.inf)
        alpha = np.logaddexp(np.logaddexp(alpha, before[1:-1]), two) + step[places]
    return -float(np.logaddexp.reduce(alpha[-2:]))


def _parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    reduction, blank = reduction_of(call), int(call.option("blank", 4, 0))
    log_p = np.asarray(call.tensor("log_probs", 0).array, np.float64)
    log_p = log_p[:, None] if log_p.ndim == 2 else log_p
    targets = call.tensor("targets", 1).array
    steps = _lengths(call.operand("input_lengths", 2))
    sizes = _lengths(call.operand("target_lengths", 3))
    if 0 in steps:
        raise NotRecorded
    starts = np.concatenate([[0], np.cumsum(sizes)])
    losses = []
    for n, (step, size) in enumerate(zip(steps, sizes, strict=True)):
        target = targets[n, :size] if targets.ndim == 2 else targets[starts[n] : starts[n + 1]]
        losses.append(_loss(log_p[:step, n], target.tolist(), blank))
    values = np.array(losses)
    if call.option("zero_infinity", 6, False):
        values = np.where(np.isinf(values), 0.0, values)
    if reduction == "none":
        return (product("elements", FactorColumn("element_loss", values[index].reshape(1))),)
    factors = [FactorColumn("element_loss", values)]
    if reduction == "mean":
        factors.append(FactorColumn("share", 1 / (len(sizes) * np.maximum(sizes, 1.0))))
    return (product("elements", *factors),)


OPERATIONS = (
    OperationEntry(
        functions=("ctc_loss",), roles=("log_probability", "target"), forward=_parts, composite=True
    ),
)
