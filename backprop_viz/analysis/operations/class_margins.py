"""Margin losses of classes: each other class's score is to stay below that of the label."""

from collections.abc import Iterator, Sequence

import numpy as np

from backprop_viz.analysis.operations.elementwise_losses import reduction_of
from backprop_viz.analysis.operations.index_forms import number_text
from backprop_viz.analysis.operations.operation_entry import OperationEntry
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    RecordedCall,
    RecordedTensor,
    constant,
    product,
)
from backprop_viz.recording.explanations.number_explanation import Part
from backprop_viz.recording.trace.events import Array


def _samples(call: RecordedCall, index: Index) -> Iterator[tuple[Index, Array, Array]]:
    """Of each sample: its place, its scores (C,) and its labels; of one where none are summed."""
    x, target = call.tensor("input", 0), call.tensor("target", 1)
    if x.array.ndim < 2:
        yield (), np.asarray(x.array, np.float64).reshape(-1), target.array.reshape(-1)
        return
    rows = [index[0]] if reduction_of(call) == "none" else range(len(x.array))
    for n in rows:
        yield (n,), np.asarray(x.array[n], np.float64), target.array[n].reshape(-1)


def _parts(
    call: RecordedCall,
    symbol: str,
    terms: Sequence[tuple[Index, float, int]],
    weight: RecordedTensor | None = None,
) -> tuple[Part, ...]:
    """A term for each score: its place, by how much it comes too near, and its sample's label."""
    x = call.tensor("input", 0)
    samples = len(x.array) if x.array.ndim > 1 and reduction_of(call) == "mean" else 1
    share = 1 / (samples * (x.shape[-1] if x.shape else 1))
    places = np.array([place for place, _, _ in terms], np.int64).reshape(-1, x.array.ndim)
    factors = [x.function("element_loss", symbol, [loss for _, loss, _ in terms], places)]
    if weight is not None:
        labels = np.array([label for _, _, label in terms], np.int64).reshape(-1, 1)
        factors.append(weight.column("class_weight", labels))
    return (product("elements", *factors, constant("share", share, len(terms))),)


def _multi_margin(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    power, margin = int(call.option("p", 2, 1)), float(call.option("margin", 3, 1.0))
    terms = [
        ((*place, i), max(0.0, margin - scores[label] + scores[i]) ** power, int(label))
        for place, scores, (label,) in _samples(call, index)
        for i in range(len(scores))
        if i != label
    ]
    symbol = f"max(0, {number_text(margin)} − x[t] + x)"
    weight = call.tensor_or_none("weight", 4)
    return _parts(call, symbol if power == 1 else f"{symbol}²", terms, weight)


def _multilabel_margin(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    """Each label of a sample with each class that is none; the labels end with the first -1."""
    terms = []
    for place, scores, given in _samples(call, index):
        ends = np.flatnonzero(given < 0)
        labels = given[: ends[0]] if len(ends) else given
        terms += [
            ((*place, i), max(0.0, 1 - scores[label] + scores[i]), int(label))
            for label in labels
            for i in range(len(scores))
            if i not in labels
        ]
    return _parts(call, "max(0, 1 − x[t] + x)", terms)


OPERATIONS = (
    OperationEntry(
        functions=("multi_margin_loss",),
        roles=("output", "target", "class_weight"),
        forward=_multi_margin,
    ),
    OperationEntry(
        functions=("multilabel_margin_loss",),
        roles=("output", "target"),
        forward=_multilabel_margin,
    ),
)
