"""Mean squared error: the square of each element's error, and their mean."""

import numpy as np

from backprop_viz.analysis.operations.elementwise_losses import (
    ERROR,
    element_facts,
    loss_form,
    loss_gradient_form,
    loss_part,
    reduction_of,
)
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall, constant, product
from backprop_viz.recording.explanations.number_explanation import Fact, Part
from backprop_viz.recording.trace.events import Array, Event


def _squared(x: Array, t: Array) -> Array:
    return (x - t) ** 2


def _of_errors(call: RecordedCall, index: Index, reduction: str) -> tuple[Part, ...]:
    weight = call.tensor_or_none("weight", 5)
    role, symbol = "squared_error", "x²"
    return loss_part(
        call, index, role, symbol, _squared, weight, reduction=reduction, of=ERROR.name
    )


def _parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    weight, reduction = call.tensor_or_none("weight", 5), reduction_of(call)
    if weight is None or reduction != "mean":
        return _of_errors(call, index, reduction)
    # A weighted mean is divided by the sum of the weights.
    (part,) = _of_errors(call, index, "sum")
    divisor = float(np.asarray(weight.array, np.float64).sum())
    share = constant("share", 1 / divisor, len(part.values))
    return (product("elements", *part.factors, share),)


def _node_facts(event: Event, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    x, place, value, target = element_facts(call, index)
    aims = call.tensor("target", 1)
    numbers = (x.number(place), aims.number(aims.broadcast(index)))
    return (Fact("error_of_element", (value - target, value, target), numbers),)


def _form(call: RecordedCall) -> str:
    weighted = call.tensor_or_none("weight", 5) is not None
    return "" if weighted else loss_form(call, "(x[…] − t[…])²")


def _sent(call: RecordedCall) -> str:
    return loss_gradient_form(call, "2·(x[…] − t[…])")


OPERATIONS = (
    OperationEntry(
        functions=("mse_loss",),
        roles=("output", "target", "weight"),
        derivative="mse′",
        form=_form,
        forward=_parts,
        intermediates=(ERROR,),
        nodes=(OperationNode("MseLossBackward0", (SentGradient("local", _sent),), _node_facts),),
    ),
)
