"""A gradient sent from inside an operation of many nodes, where float64 takes other nodes.

A recurrent layer is one fused node in float32, and many in float64. Its gradients are explained in
one step: from what arrived at the operation's output to what it sent to a tensor that it read.
"""

import numpy as np
import torch

from backprop_viz.analysis.operations import axes_of
from backprop_viz.capture.explaining.lookup import Lookup
from backprop_viz.capture.explaining.nodes import columns
from backprop_viz.capture.explaining.problems import unraveled, whole
from backprop_viz.recording.events import Event
from backprop_viz.recording.number import Number
from backprop_viz.recording.number_explanation import FactorColumn, Part


def parts_in_one_step(
    lookup: Lookup, number: Number, event: Event, made_by: Event
) -> tuple[Part, ...] | None:
    """The terms of a gradient that a node of the operation ``made_by`` sent to what it read.

    None where it sent it to another of its own nodes, or the gradient arrived elsewhere than at the
    operation's first output. Raises NotReplayed.
    """
    place = _place(lookup, number, event, made_by)
    outer = None if made_by.node is None else _run_before(lookup, made_by.node, number)
    if place is None or outer is None:
        return None
    leaves, made = whole(made_by, number.index).replayed([True] * len(made_by.input_ids))
    slot = made[0].output_nr
    above = lookup.recording.events[outer]
    array = above.inputs[slot] if slot < len(above.inputs) else None
    if array is None or array.shape != tuple(made[0].shape):
        return None
    weights = torch.zeros_like(made[0]).requires_grad_()
    (grad,) = torch.autograd.grad(made[0], leaves[place], weights, create_graph=True)
    (column,) = columns(grad[number.index], [weights])
    assert column is not None
    values = column.detach().numpy(force=True)
    mask = values != 0
    if not mask.any():
        return ()
    where = unraveled(np.flatnonzero(mask), array.shape)
    upstream = FactorColumn(
        "upstream",
        array[mask].astype(np.float64),
        above.input_ids[slot],
        where,
        outer,
        slot,
        arrived=True,
        axes=axes_of(made_by, "output", array.ndim),
    )
    local = FactorColumn("local", values[mask])
    return (Part("products", upstream.values * local.values, (upstream, local)),)


def _place(lookup: Lookup, number: Number, event: Event, made_by: Event) -> int | None:
    """Which tensor that the operation read the gradient is sent to."""
    nodes = lookup.recording.graph.nodes
    target = None if event.node is None else nodes[event.node].sends[number.slot]
    if target is None:
        return None
    parameters = lookup.recording.by_parameter
    for place, tensor in enumerate(made_by.input_ids):
        if tensor is None:
            continue
        name = nodes[target[0]].parameter
        if name is not None and name in parameters and parameters[name].value_id == tensor:
            return place
        maker, output = lookup.made.get(tensor, (None, 0))
        if maker is not None and (lookup.recording.events[maker].node, output) == target:
            return place
    return None


def _run_before(lookup: Lookup, node: int, number: Number) -> int | None:
    assert number.event is not None
    return lookup.last_run(node, number.event + 1)
