"""Binary cross-entropy, of probabilities or of logits: one or the other, for each element."""

import numpy as np

from backprop_viz.analysis.operations.elementwise_losses import (
    element_facts,
    loss_elements,
    loss_form,
    loss_gradient_form,
    loss_part,
    reduction_of,
    share,
)
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.pointwise import sigmoid
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall, product
from backprop_viz.recording.events import Array, Event
from backprop_viz.recording.number_explanation import Fact, Part

# torch's lower bound for the logarithm of a probability.
_LOWEST = -100.0


def _log(x: Array) -> Array:
    return np.maximum(np.log(x), _LOWEST)


def _of_probabilities(x: Array, t: Array) -> Array:
    return np.asarray((t - 1) * np.maximum(np.log1p(-x), _LOWEST) - t * _log(x))


def _parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    return loss_part(
        call,
        index,
        "element_loss",
        "−(t·ln(x) + (1 − t)·ln(1 − x))",
        _of_probabilities,
        call.tensor_or_none("weight", 2),
    )


def _with_logits(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    x, target = call.tensor("input", 0), call.tensor("target", 1)
    weight, positive = call.tensor_or_none("weight", 2), call.tensor_or_none("pos_weight", 6)
    reduction = reduction_of(call)
    every = [each for each in (x, target, weight, positive) if each is not None]
    found = loss_elements(every, reduction, index)
    logits, t = found.values(x), found.values(target)
    below = np.log1p(np.exp(-np.abs(logits))) + np.maximum(-logits, 0)  # −ln σ(x)
    above = below + logits  # −ln(1 − σ(x))
    scale = 1.0 if positive is None else found.values(positive)
    values = t * scale * below + (1 - t) * above
    symbol = "−(t·ln(σ(x)) + (1 − t)·ln(1 − σ(x)))"
    if positive is not None:
        symbol = "−(w₁·t·ln(σ(x)) + (1 − t)·ln(1 − σ(x)))"
    factors = [x.function("element_loss", symbol, values, found.of(x))]
    if weight is not None:
        factors.append(weight.column("weight", found.of(weight)))
    return (product("elements", *factors, *share(reduction, found.shape, len(values))),)


def _node_facts(event: Event, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    x, place, value, target = element_facts(call, index)
    return (Fact("probability_and_target", (value, target), (x.number(place),)),)


def _logit_facts(event: Event, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    x, place, value, target = element_facts(call, index)
    return (Fact("probability_and_target", (sigmoid(value), target), (x.number(place),)),)


def _is_weighted(call: RecordedCall) -> bool:
    weights = (call.tensor_or_none("weight", 2), call.tensor_or_none("pos_weight", 6))
    return any(weight is not None for weight in weights)


def _form(call: RecordedCall) -> str:
    if _is_weighted(call):
        return ""
    return loss_form(call, "(−t[…]·ln(x[…]) − (1 − t[…])·ln(1 − x[…]))")


def _sent(call: RecordedCall) -> str:
    if _is_weighted(call):
        return ""
    return loss_gradient_form(call, "(x[…] − t[…]) / (x[…]·(1 − x[…]))")


def _logit_form(call: RecordedCall) -> str:
    if _is_weighted(call):
        return ""
    return loss_form(call, "(−t[…]·ln(σ(x[…])) − (1 − t[…])·ln(σ(−x[…])))")


def _logit_sent(call: RecordedCall) -> str:
    return "" if _is_weighted(call) else loss_gradient_form(call, "(σ(x[…]) − t[…])")


OPERATIONS = (
    OperationEntry(
        functions=("binary_cross_entropy",),
        roles=("probability", "target", "weight"),
        derivative="bce′",
        form=_form,
        forward=_parts,
        nodes=(
            OperationNode(
                "BinaryCrossEntropyBackward0", (SentGradient("local", _sent),), _node_facts
            ),
        ),
    ),
    OperationEntry(
        functions=("binary_cross_entropy_with_logits",),
        roles=("logit", "target", "weight"),
        derivative="bce′",
        form=_logit_form,
        forward=_with_logits,
        nodes=(
            OperationNode(
                "BinaryCrossEntropyWithLogitsBackward0",
                (SentGradient("local", _logit_sent),),
                _logit_facts,
            ),
        ),
    ),
)
