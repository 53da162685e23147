"""Losses of pairs and triplets, and of a mean with a variance: one term for each sample."""

from collections.abc import Sequence

import numpy as np

from backprop_viz.analysis.operations.elementwise_losses import (
    loss_elements,
    loss_form,
    loss_part,
    reduction_of,
    share,
)
from backprop_viz.analysis.operations.operation_entry import OperationEntry
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    RecordedCall,
    RecordedTensor,
    constant,
    every_place,
    product,
)
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.events import Array

_COSINE_EPS = 1e-12  # what torch adds to each squared norm
_DISTANCE_EPS = 1e-6  # and to each difference of a distance


def _wide(tensor: RecordedTensor) -> Array:
    return np.asarray(tensor.array, np.float64)


def _samples(call: RecordedCall, losses: Array, index: Index) -> tuple[Part, ...]:
    """One term for each number of ``losses``, or the one that is at the index."""
    reduction = reduction_of(call)
    values = losses[index].reshape(1) if reduction == "none" else losses.reshape(-1)
    factors = FactorColumn("element_loss", values), *share(reduction, losses.shape, len(values))
    return (product("elements", *factors),)


def _distance(one: Array, other: Array, eps: float) -> Array:
    return np.asarray(np.sqrt(np.square(one - other + eps).sum(-1)))


def _triplet(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    if call.option("p", 4, 2) != 2 or call.option("swap", 6, False):
        raise NotRecorded
    margin, eps = float(call.option("margin", 3, 1.0)), float(call.option("eps", 5, 1e-6))
    names = ("anchor", "positive", "negative")
    anchor, positive, negative = (_wide(call.tensor(name, i)) for i, name in enumerate(names))
    near, far = _distance(anchor, positive, eps), _distance(anchor, negative, eps)
    return _samples(call, np.maximum(near - far + margin, 0), index)


def _triplet_with_distance(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    """With torch's own distance: of another the operations are recorded one by one."""
    if call.option("distance_function", 99) is not None:
        raise NotRecorded
    margin, swap = float(call.option("margin", 99, 1.0)), bool(call.option("swap", 99, False))
    names = ("anchor", "positive", "negative")
    anchor, positive, negative = (_wide(call.tensor(name, i)) for i, name in enumerate(names))
    near, far = (_distance(anchor, other, _DISTANCE_EPS) for other in (positive, negative))
    if swap:
        far = np.minimum(far, _distance(positive, negative, _DISTANCE_EPS))
    return _samples(call, np.maximum(near - far + margin, 0), index)


def _cosine(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    margin = float(call.option("margin", 3, 0.0))
    names = ("input1", "input2", "target")
    one, other, target = (_wide(call.tensor(name, i)) for i, name in enumerate(names))
    sizes = (np.square(one).sum(-1) + _COSINE_EPS) * (np.square(other).sum(-1) + _COSINE_EPS)
    cosine = (one * other).sum(-1) / np.sqrt(sizes)
    apart = np.where(target == -1, np.maximum(cosine - margin, 0), 0.0)
    return _samples(call, np.where(target == 1, 1 - cosine, apart), index)


def _elements(
    call: RecordedCall, tensors: Sequence[RecordedTensor], index: Index, symbol: str, losses: Array
) -> tuple[Part, ...]:
    """One term for each element, a function of that of the first tensor."""
    reduction = reduction_of(call)
    found = loss_elements(tensors, reduction, index)
    values = losses[tuple(found.places.T)]
    column = tensors[0].function("element_loss", symbol, values, found.of(tensors[0]))
    return (product("elements", column, *share(reduction, found.shape, len(values))),)


def _ranking(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    margin = float(call.option("margin", 3, 0.0))
    tensors = [call.tensor(name, i) for i, name in enumerate(("input1", "input2", "target"))]
    one, other, target = map(_wide, tensors)
    losses = np.maximum(-target * (one - other) + margin, 0)
    return _elements(call, tensors, index, "max(0, m − t·(x − x₂))", losses)


def _gaussian(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    tensors = [call.tensor(name, i) for i, name in enumerate(("input", "target", "var"))]
    mean, target, variance = map(_wide, tensors)
    if mean.shape != target.shape or mean.shape != variance.shape:
        raise NotRecorded
    least = float(call.option("eps", 4, 1e-6))
    variance = np.maximum(variance, least)
    losses = (np.log(variance) + np.square(mean - target) / variance) / 2
    if call.option("full", 3, False):
        losses = losses + np.log(2 * np.pi) / 2
    return _elements(call, tensors, index, "(ln v + (x − t)²/v)/2", losses)


def _soft_margin(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    def loss(x: Array, target: Array) -> Array:
        return np.asarray(np.logaddexp(0, -target * x))

    return loss_part(call, index, "element_loss", "ln(1 + exp(−t·x))", loss)


def _hinge(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    margin = float(call.option("margin", 2, 1.0))

    def loss(x: Array, target: Array) -> Array:
        apart = np.where(target != 1, np.maximum(0, margin - x), 0.0)
        return np.asarray(np.where(target != -1, x, 0.0) + apart)

    return loss_part(call, index, "element_loss", "x where t = 1, else max(0, m − x)", loss)


def _poisson(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    of_log, full = bool(call.option("log_input", 2, True)), bool(call.option("full", 3, False))
    eps = float(call.option("eps", 5, 1e-8))

    def loss(x: Array, target: Array) -> Array:
        found = np.exp(x) - target * x if of_log else x - target * np.log(x + eps)
        if full:  # Stirling's approximation of ln t!
            many = np.where(target > 1, target, 1.0)
            stirling = many * np.log(many) - many + np.log(2 * np.pi * many) / 2
            found = found + np.where(target > 1, stirling, 0.0)
        return np.asarray(found)

    symbol = "exp(x) − t·x" if of_log else "x − t·ln(x)"
    return loss_part(call, index, "element_loss", f"{symbol} + ln t!" if full else symbol, loss)


def _multilabel(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    """The mean over the classes of each one's binary cross-entropy, then over the samples."""
    x, target = call.tensor("input", 0), call.tensor("target", 1)
    if x.shape != target.shape or not x.shape:
        raise NotRecorded
    reduction = reduction_of(call)
    places = every_place(x.shape)
    if reduction == "none":
        places = places[(places[:, :-1] == np.array(index, np.int64)).all(1)]
    scores, wanted = (np.asarray(each.array[tuple(places.T)], np.float64) for each in (x, target))
    losses = np.logaddexp(0, scores) - wanted * scores
    count = x.shape[-1] if reduction != "mean" else x.array.size
    factors = [x.function("element_loss", "ln(1 + exp(x)) − t·x", losses, places)]
    weight = call.tensor_or_none("weight", 2)
    if weight is not None:
        factors.append(weight.column("class_weight", places[:, -1:]))
    return (product("elements", *factors, constant("share", 1 / count, len(losses))),)


_PAIR = ("input", "input", "target")
OPERATIONS = (
    OperationEntry(
        functions=("triplet_margin_loss",),
        forward=_triplet,
        composite=True,
    ),
    OperationEntry(
        functions=("triplet_margin_with_distance_loss",),
        forward=_triplet_with_distance,
        composite=True,
    ),
    OperationEntry(
        functions=("hinge_embedding_loss",),
        roles=("output", "target"),
        forward=_hinge,
        composite=True,
    ),
    OperationEntry(
        functions=("poisson_nll_loss",),
        roles=("output", "target"),
        forward=_poisson,
        composite=True,
    ),
    OperationEntry(
        functions=("cosine_embedding_loss",),
        roles=_PAIR,
        forward=_cosine,
        composite=True,
    ),
    OperationEntry(
        functions=("margin_ranking_loss",),
        roles=_PAIR,
        forward=_ranking,
        composite=True,
    ),
    OperationEntry(
        functions=("gaussian_nll_loss",),
        roles=("output", "target", "input"),
        forward=_gaussian,
        composite=True,
    ),
    OperationEntry(
        functions=("multilabel_soft_margin_loss",),
        roles=("output", "target", "class_weight"),
        forward=_multilabel,
        composite=True,
    ),
    OperationEntry(
        functions=("soft_margin_loss",),
        roles=("output", "target"),
        form=lambda call: loss_form(call, "ln(1 + exp(−t[…]·x[…]))"),
        forward=_soft_margin,
        composite=True,
    ),
)
