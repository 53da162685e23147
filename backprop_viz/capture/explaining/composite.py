"""A gradient sent from inside an operation of many nodes, where float64 takes other nodes.

A recurrent layer is one fused node in float32, and many in float64. Its gradients are explained in
one step: from what arrived at the operation's output to what it sent to a tensor that it read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from backprop_viz.analysis.operations import axes_of
from backprop_viz.analysis.operations.recorded_call import constant, product
from backprop_viz.capture.explaining.lookup import Lookup
from backprop_viz.capture.explaining.nodes import MOST_UNITS, columns, weighted
from backprop_viz.capture.explaining.problems import unraveled, whole
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.recording.explanations.components import Component, component_of, components_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.events import Array, Event

_ACCUMULATES = "AccumulateGrad"
_LEAF = f"torch::autograd::{_ACCUMULATES}"


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
    with sdpa_kernel(SDPBackend.MATH):  # fused attention cannot be differentiated twice
        leaves, made = whole(made_by, number.index).replayed([True] * len(made_by.input_ids))
    above = []
    for slot, node, nr in _nodes_of_outputs(lookup, operation, made):
        ran = _run_before(lookup, node, number)
        if ran is not None and (found := _upstream(lookup, made_by, ran, nr)) is not None:
            if found.array.shape != tuple(made[slot].shape):
                return None
            above.append((found, made[slot]))
    if not above:
        return None
    outputs = [output for _, output in above]
    parts = []
    for (upstream, _), column in zip(above, _columns(outputs, leaves[place], number), strict=True):
        for component in components_of(column.is_complex()):
            values = component_of(column.detach(), component).numpy(force=True)
            parts += _part(upstream, values, component)
    return tuple(parts)


def _nodes_of_outputs(
    lookup: Lookup, operation: int, made: Sequence[Tensor]
) -> Iterator[tuple[int, int, int]]:
    """Each output of an operation: its place, its node, and which of the node's outputs it is."""
    listed = lookup.outputs_of(operation)
    # The first output's place among its node's is not in the recording.
    yield from ((slot, node, nr if slot else made[0].output_nr) for slot, node, nr in listed)
    first = next((node for slot, node, _ in listed if not slot), None)
    if first is None or made[0].output_nr:
        return
    # What shares the node of the first comes in the same order.
    others = set(range(1, len(made))) - {slot for slot, _, _ in listed}
    yield from ((slot, first, slot) for slot in sorted(others))


def _columns(outputs: Sequence[Tensor], leaf: Tensor, number: Number) -> list[Tensor]:
    """For each output, by what a gradient that arrives there is multiplied in ``leaf``'s.

    Raises NotReplayed.
    """

    def sent(weights: Sequence[Tensor], create_graph: bool) -> Tensor:
        total = sum(weighted(o, w) for o, w in zip(outputs, weights, strict=True))
        assert isinstance(total, Tensor)
        (grad,) = torch.autograd.grad(total, leaf, create_graph=create_graph, retain_graph=True)
        found: Tensor = component_of(grad[number.index], number.component)
        return found

    weights = [torch.zeros_like(output).requires_grad_() for output in outputs]
    try:
        found = columns(sent(weights, True), weights)
    except NotReplayed:
        if sum(output.numel() for output in outputs) > MOST_UNITS or outputs[0].is_complex():
            raise
        found = [torch.zeros_like(output).detach() for output in outputs]
        units = [torch.zeros_like(output).detach() for output in outputs]
        for column, unit in zip(found, units, strict=True):
            assert column is not None
            for i in range(unit.numel()):
                unit.view(-1)[i] = 1
                column.view(-1)[i] = sent(units, False)
                unit.view(-1)[i] = 0
    return [column for column in found if column is not None]


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
    sends = () if event.node is None else nodes[event.node].sends
    target = sends[number.slot] if sends else None
    if target is None:
        return None
    name = nodes[target[0]].parameter
    parameters = lookup.recording.by_parameter

    def is_read(tensor: int | None) -> bool:
        if tensor is None:
            return False
        if name is not None and name in parameters and parameters[name].value_id == tensor:
            return True
        maker, output = lookup.made.get(tensor, (None, 0))
        return maker is not None and (lookup.recording.events[maker].node, output) == target

    found = [place for place, tensor in enumerate(made_by.input_ids) if is_read(tensor)]
    if not found and nodes[target[0]].name == _ACCUMULATES and name not in parameters:
        return _own_leaf(lookup, made_by)
    # The same tensor as query and key: the node sends to it as often, in the same order.
    slots = [slot for slot, each in enumerate(sends) if each == target]
    if len(found) == len(slots):
        return found[slots.index(number.slot)]
    return found[0] if found else None


def _own_leaf(lookup: Lookup, made_by: Event) -> int | None:
    """Which tensor that an operation read is a leaf of the loop's own, if there is only one.

    It is neither a parameter nor made by another operation: an input that requires a gradient.
    """
    known = {*lookup.made, *(one.value_id for one in lookup.recording.parameters)}
    found = [
        place
        for place, (tensor, array) in enumerate(zip(made_by.input_ids, made_by.inputs, strict=True))
        if tensor not in known and array is not None and array.dtype.kind in "fc"
    ]
    return found[0] if len(found) == 1 else None


def _run_before(lookup: Lookup, node: int, number: Number) -> int | None:
    assert number.event is not None
    return lookup.last_run(node, number.event + 1)
