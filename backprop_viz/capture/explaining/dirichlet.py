"""What a reparametrized draw from a Dirichlet distribution sends; a beta distribution's is one.

torch.distributions has a Function of its own for it, whose backward is written in Python.
"""

import numpy as np
import torch

from backprop_viz.analysis.operations.recorded_call import plain, product
from backprop_viz.capture.explaining.lookup import Lookup
from backprop_viz.capture.explaining.replay import NotReplayed, wide
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.events import Event

_NODE, _FUNCTION = "_DirichletBackward", "torch._sample_dirichlet"


def draws_dirichlet(node: str, made_by: Event | None) -> bool:
    """Whether a node is that of torch's own draw from a Dirichlet distribution."""
    call = None if made_by is None else made_by.call
    return node == _NODE and call is not None and call.function == _FUNCTION


def dirichlet_parts(lookup: Lookup, number: Number, made_by: Event) -> tuple[Part, ...]:
    """The terms of an element i of what it sends: each δⱼ times g·((1 where i = j, else 0) − yⱼ).

    y is what was drawn, and g the derivative of yᵢ with its concentration xᵢ, the others held
    (torch._dirichlet_grad). Raises NotReplayed if what it drew from was not recorded.
    """
    assert number.event is not None
    event = lookup.recording.events[number.event]
    (x,), (y,), (came,) = made_by.inputs, made_by.outputs, event.inputs
    if x is None or y is None or came is None or came.shape != x.shape:
        raise NotReplayed("input_not_recorded", made_by.op)
    concentration = wide(x)
    total = concentration.sum(-1, keepdim=True).expand_as(concentration)
    slope = float(torch._dirichlet_grad(wide(y), concentration, total)[number.index])
    *row, own = number.index
    own_place = np.arange(x.shape[-1]) == own
    local = slope * (own_place - y[tuple(row)].astype(np.float64))
    places = np.array([(*row, j) for j in range(x.shape[-1])], np.int64)
    values = came[tuple(row)].astype(np.float64)
    upstream = FactorColumn(
        "upstream", values, event.input_ids[0], places, number.event, 0, arrived=True
    )
    return (product("products", upstream, plain("local", *local)),)
