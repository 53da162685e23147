"""Binary cross-entropy, of probabilities or of logits: one or the other, for each element."""

import numpy as np

from backprop_viz.analysis.operations.axes import default_axes
from backprop_viz.analysis.operations.elementwise_losses import (
    element_facts,
    loss_elements,
    loss_form,
    loss_gradient_form,
    loss_part,
    reduction_of,
    share,
)
from backprop_viz.analysis.operations.index_forms import bracket, place_letters
from backprop_viz.analysis.operations.operation_entry import (
    Intermediate,
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.pointwise import sigmoid, softplus
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    RecordedCall,
    RecordedTensor,
    plain,
    product,
)
from backprop_viz.recording.explanations.number_explanation import Fact, Part
from backprop_viz.recording.trace.events import Array, Event

# torch's lower bound for the logarithm of a probability.
_LOWEST = -100.0


def _log(x: Array) -> Array:
    return np.maximum(np.log(x), _LOWEST)


def _of_probabilities(x: Array, t: Array) -> Array:
    return np.asarray((t - 1) * np.maximum(np.log1p(-x), _LOWEST) - t * _log(x))


def _parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    weight = call.tensor_or_none("weight", 2)
    return loss_part(call, index, "element_loss", "", _of_probabilities, weight, of=_ELEMENT_LOSS)


def _element_parts(call: RecordedCall, index: Index) -> tuple[Part, ...]:
    """−t·ln(x) and −(1 − t)·ln(1 − x)."""
    x, target = call.tensor("input", 0), call.tensor("target", 1)
    place, own = x.broadcast(index), target.broadcast(index)
    p, t = np.float64(x.at(place)), target.at(own)
    logs = max(np.log(p), _LOWEST), max(np.log1p(-p), _LOWEST)
    return (
        product(
            "class_1",
            plain("sign", -1.0),
            target.one("target", own),
            x.function("log_probability", "ln(x)", [logs[0]], [place]),
        ),
        product(
            "class_0",
            plain("sign", -1.0),
            target.function("target", "1 − x", [1 - t], [own]),
            x.function("log_probability", "ln(1 − x)", [logs[1]], [place]),
        ),
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
    factors = [x.intermediate(_ELEMENT_LOSS, "element_loss", values, found.places)]
    if weight is not None:
        factors.append(weight.column("weight", found.of(weight)))
    return (product("elements", *factors, *share(reduction, found.shape, len(values))),)


def _logit_parts(call: RecordedCall, index: Index) -> tuple[Part, ...]:
    """−w₁·t·ln(p) and −(1 − t)·ln(1 − p), with p = σ(x)."""
    x, target = call.tensor("input", 0), call.tensor("target", 1)
    positive = call.tensor_or_none("pos_weight", 6)
    place, own = x.broadcast(index), target.broadcast(index)
    z, sign = x.at(place), plain("sign", -1.0)
    log_p, log_rest = (
        x.intermediate(_PROBABILITY, "log_probability", [-softplus(value)], [place], symbol)
        for value, symbol in ((-z, "ln(x)"), (z, "ln(1 − x)"))
    )
    first = [sign, target.one("target", own), log_p]
    if positive is not None:
        first.insert(1, positive.one("class_weight", positive.broadcast(index)))
    second = target.function("target", "1 − x", [1 - target.at(own)], [own])
    return (product("class_1", *first), product("class_0", sign, second, log_rest))


def _probability_parts(call: RecordedCall, place: Index) -> tuple[Part, ...]:
    x = call.tensor("input", 0)
    return (product("value", x.function("logit", "σ(x)", [sigmoid(x.at(place))], [place])),)


def _element_form(call: RecordedCall, p: str) -> str:
    place = bracket(place_letters(call.tensor("input", 0).array.ndim))
    weight = "w₁·" if call.tensor_or_none("pos_weight", 6) is not None else ""
    return f"loss{place} = −{weight}t{place}·ln({p}{place}) − (1 − t{place})·ln(1 − {p}{place})"


# The loss of one element, and the probability of its class 1.
_ELEMENT_LOSS, _PROBABILITY = "element_loss", "probability"
_OF_PROBABILITY = Intermediate(
    name=_ELEMENT_LOSS,
    symbol="loss",
    parts=_element_parts,
    form=lambda call: _element_form(call, "x"),
    axes=default_axes,
)
_OF_LOGIT = Intermediate(
    name=_ELEMENT_LOSS,
    symbol="loss",
    parts=_logit_parts,
    form=lambda call: _element_form(call, "p"),
    axes=default_axes,
)
_SIGMOID = Intermediate(
    name=_PROBABILITY,
    symbol="p",
    parts=_probability_parts,
    form="p[…] = 1 / (1 + exp(−x[…]))",
    axes=default_axes,
)


def _node_facts(event: Event, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    x, place, value, target = element_facts(call, index)
    return (Fact("probability_and_target", (value, target), (x.number(place),)),)


def _logit_facts(event: Event, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    x, place, value, target = element_facts(call, index)
    return (Fact("probability_and_target", (sigmoid(value), target), (x.number(place),)),)


def _placed(call: RecordedCall, weight: RecordedTensor | None, letter: str) -> str:
    """A weight with its place, and a dot; one that is broadcast has only some of the letters."""
    if weight is None:
        return ""
    letters = place_letters(call.tensor("input", 0).array.ndim)
    own = letters[len(letters) - weight.array.ndim :]
    places = ["0" if n == 1 else each for each, n in zip(own, weight.shape, strict=True)]
    return f"{letter}{bracket(places)}·"


def _weight(call: RecordedCall) -> str:
    return _placed(call, call.tensor_or_none("weight", 2), "w")


def _with_letters(call: RecordedCall, form: str) -> str:
    """The form with a letter for each axis: a weight may have other axes than its input."""
    return form.replace("[…]", bracket(place_letters(call.tensor("input", 0).array.ndim)))


def _form(call: RecordedCall) -> str:
    element = f"{_weight(call)}(−t[…]·ln(x[…]) − (1 − t[…])·ln(1 − x[…]))"
    return _with_letters(call, loss_form(call, element))


def _sent(call: RecordedCall) -> str:
    slope = f"{_weight(call)}(x[…] − t[…]) / (x[…]·(1 − x[…]))"
    return _with_letters(call, loss_gradient_form(call, slope))


def _logit_form(call: RecordedCall) -> str:
    scale = _placed(call, call.tensor_or_none("pos_weight", 6), "w₁")
    element = f"−{scale}t[…]·ln(σ(x[…])) − (1 − t[…])·ln(σ(−x[…]))"
    return _with_letters(call, loss_form(call, f"{_weight(call)}({element})"))


def _logit_sent(call: RecordedCall) -> str:
    scale = _placed(call, call.tensor_or_none("pos_weight", 6), "w₁")
    slope = "(σ(x[…]) − t[…])"
    if scale:
        slope = f"(σ(x[…])·(1 − t[…] + {scale}t[…]) − {scale}t[…])"
    return _with_letters(call, loss_gradient_form(call, f"{_weight(call)}{slope}"))


OPERATIONS = (
    OperationEntry(
        functions=("binary_cross_entropy",),
        roles=("probability", "target", "weight"),
        derivative="bce′",
        form=_form,
        forward=_parts,
        intermediates=(_OF_PROBABILITY,),
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
        intermediates=(_OF_LOGIT, _SIGMOID),
        nodes=(
            OperationNode(
                "BinaryCrossEntropyWithLogitsBackward0",
                (SentGradient("local", _logit_sent),),
                _logit_facts,
            ),
        ),
    ),
)
