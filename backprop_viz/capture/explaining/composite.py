"""A gradient sent from inside an operation of many nodes, where float64 takes other nodes.

A recurrent layer is one fused node in float32, and many in float64. Its gradients are explained in
one step: from what arrived at the operation's output to what it sent to a tensor that it read.
"""

from dataclasses import dataclass

import numpy as np
import torch

from backprop_viz.analysis.operations import axes_of
from backprop_viz.analysis.operations.recorded_call import constant, product
from backprop_viz.capture.explaining.lookup import Lookup
from backprop_viz.capture.explaining.nodes import columns, weighted
from backprop_viz.capture.explaining.problems import unraveled, whole
from backprop_viz.recording.explanations.components import Component, component_of, components_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.events import Array, Event

_LEAF = "torch::autograd::AccumulateGrad"


def parts_in_one_step(
    lookup: Lookup, number: Number, event: Event, made_by: Event
) -> tuple[Part, ...] | None:
    """The terms of a gradient that a node of the operation ``made_by`` sent to what it read.

    None where it sent it to another of its own nodes. Raises NotReplayed.
    """
    place = _place(lookup, number, event, made_by)
    operation = None if event.node is None else lookup.operation_of(event.node)
    if place is None or operation is None:
        return None
    leaves, made = whole(made_by, number.index).replayed([True] * len(made_by.input_ids))
    above = []
    for slot, node, output in lookup.outputs_of(operation):
        ran = _run_before(lookup, node, number)
        # The first output's place among its node's is not in the recording.
        nr = output if slot else made[0].output_nr
        if ran is not None and (found := _upstream(lookup, made_by, ran, nr)) is not None:
            if found.array.shape != tuple(made[slot].shape):
                return None
            above.append((found, made[slot]))
    if not above:
        return None
    weights = [torch.zeros_like(output).requires_grad_() for _, output in above]
    total = sum(weighted(o, w) for (_, o), w in zip(above, weights, strict=True))
    assert isinstance(total, torch.Tensor)
    (grad,) = torch.autograd.grad(total, leaves[place], create_graph=True)
    element = component_of(grad[number.index], number.component)
    parts = []
    for (upstream, _), column in zip(above, columns(element, weights), strict=True):
        assert column is not None
        for component in components_of(column.is_complex()):
            values = component_of(column.detach(), component).numpy(force=True)
            parts += _part(upstream, values, component)
    return tuple(parts)


def runs_in_steps(made_by: Event) -> bool:
    """Whether an operation makes several nodes. Raises NotReplayed."""
    _, made = whole(made_by, ()).replayed([True] * len(made_by.input_ids))
    first = next((output.grad_fn for output in made if output.grad_fn is not None), None)
    behind = () if first is None else (node for node, _ in first.next_functions)
    return any(node is not None and node.name() != _LEAF for node in behind)


def handed_on(event: Event, number: Number) -> Part:
    """The element itself, of a node that sends on the very tensor that arrived.

    Forward mode has such nodes of no operation: sums of a tangent with nothing.
    """
    tensor = event.output_ids[number.slot]
    slot = event.input_ids.index(tensor)
    array = event.inputs[slot]
    assert array is not None
    values = np.array([float(component_of(array[number.index], number.component))])
    where = np.array([number.index], np.int64).reshape(1, -1)
    upstream = FactorColumn(
        "upstream",
        values,
        tensor,
        where,
        number.event,
        slot,
        arrived=True,
        component=number.component,
    )
    return product("products", upstream, constant("one", 1.0, 1))


@dataclass(frozen=True, slots=True, eq=False)
class _Upstream:
    """The gradient that arrived at an output of the operation."""

    array: Array
    tensor: int
    event: int
    slot: int
    axes: tuple[str, ...]


def _upstream(lookup: Lookup, made_by: Event, event: int, slot: int) -> _Upstream | None:
    came = lookup.recording.events[event]
    array = came.inputs[slot] if slot < len(came.inputs) else None
    tensor = came.input_ids[slot] if slot < len(came.input_ids) else None
    if array is None or tensor is None:
        return None
    return _Upstream(array, tensor, event, slot, axes_of(made_by, "output", array.ndim))


def _part(upstream: _Upstream, values: Array, component: Component) -> list[Part]:
    """The terms of what arrived at one output: none where it does not count."""
    mask = values != 0
    if not mask.any():
        return []
    where = unraveled(np.flatnonzero(mask), upstream.array.shape)
    arrived = FactorColumn(
        "upstream",
        component_of(upstream.array[mask], component).astype(np.float64),
        upstream.tensor,
        where,
        upstream.event,
        upstream.slot,
        arrived=True,
        axes=upstream.axes,
        component=component,
    )
    local = FactorColumn("local", values[mask])
    return [Part("products", arrived.values * local.values, (arrived, local))]


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
