"""A gradient that a node sent: upstream gradients times local derivatives."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.autograd.graph import Node as GradFn
from torch.nn.attention import SDPBackend, sdpa_kernel

from backprop_viz.analysis.operations import (
    node_facts,
    node_formula,
    node_parts,
    sent_role,
)
from backprop_viz.analysis.provenance import sent_to
from backprop_viz.capture.explaining.complex_numbers import gradient_in_parts, is_complex
from backprop_viz.capture.explaining.composite import (
    handed_on,
    parts_in_one_step,
    runs_in_steps,
)
from backprop_viz.capture.explaining.dirichlet import dirichlet_parts, draws_dirichlet
from backprop_viz.capture.explaining.gradient_terms import Column, SentTerms
from backprop_viz.capture.explaining.lookup import Lookup
from backprop_viz.capture.explaining.nodes import (
    ElementSent,
    adds_up,
    attention_columns,
    columns,
    counted,
    same_node,
    sent_by,
    summed_to,
    unit_columns,
    weighted,
)
from backprop_viz.capture.explaining.problems import (
    Problem,
    Slices,
    gradient_problem,
    in_own_dtypes,
    places,
    whole,
)
from backprop_viz.capture.explaining.replay import NotReplayed, not_followed, unrecorded, wide
from backprop_viz.capture.function_names import is_made_by_another
from backprop_viz.recording.explanations.components import (
    IMAG,
    Component,
    component_of,
    components_of,
)
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact, Part
from backprop_viz.recording.trace.events import Event

_T = TypeVar("_T")

# Nodes that only copy, of which torch makes none where there is nothing to be copied: so does a
# reshape where memory is not in order.
_COPIES = frozenset({"ToCopyBackward0", "CloneBackward0", "AliasBackward0", "UnsafeViewBackward0"})
# What autograd makes of a change of a view in place: no call reports that its base was changed too.
_IN_PLACE = frozenset({"CopySlices", "AsStridedBackward0"})


def gradient_parts(lookup: Lookup, number: Number) -> tuple[Part, ...]:
    """The terms of an element of a gradient that a node sent. Raises NotReplayed."""
    assert number.event is not None
    event = lookup.recording.events[number.event]
    try:
        return _parts(lookup, number, event)
    except NotReplayed as error:
        if event.op in _IN_PLACE:
            raise NotReplayed("in_place_on_view", event.op) from error
        if error.reason.code != "node_not_found":
            raise
        if event.output_ids[number.slot] in event.input_ids:
            return (handed_on(event, number),)
        parts = parts_in_one_step(lookup, number, event, _operation(lookup, event))
        if parts is None:
            operation = _operation(lookup, event)
            call = operation.call
            other = call is not None and is_made_by_another(call.function)
            if not (other or runs_in_steps(operation)):
                raise unrecorded(event.op, lookup.follows_backward(event.node)) from error
            raise NotReplayed("inner_node", event.op, operation.op) from error
        return parts


def _parts(lookup: Lookup, number: Number, event: Event) -> tuple[Part, ...]:
    drawn = _operation_or_none(lookup, event)
    if drawn is not None and draws_dirichlet(event.op, drawn):
        return dirichlet_parts(lookup, number, drawn)
    made_by = _operation(lookup, event)
    reads = sent_to(lookup.recording, event)
    # What a rule computes inside a node is asked for by the node's own operation: of one that a
    # checkpoint ran again there is none.
    again = event.node in lookup.recomputed.made_by
    parts_told = None if again else node_parts(event, made_by, number.slot, number.index, reads)
    if parts_told is not None:
        made = lookup.made_node(event.node)
        assert made is not None
        return lookup.with_makers(parts_told, made[0], number.event)
    problem, cut = gradient_problem(made_by, event.op, number.slot, number.index)
    return in_own_dtypes(problem, partial(_engine_parts, lookup, number, cut))


def _engine_parts(
    lookup: Lookup, number: Number, cut: Slices, problem: Problem
) -> tuple[Part, ...]:
    assert number.event is not None
    event, made_by = lookup.recording.events[number.event], problem.event
    sent = event.outputs[number.slot]
    assert sent is not None
    shape = _cut_shape(sent.shape, problem, number.slot)
    node = _Sender(lookup, event, problem, cut, number.slot, shape, number.component)
    role = "local" if is_complex(made_by) else sent_role(event.op, made_by, number.slot)
    columns_of = [
        Column(k, component, component_of(column, component))
        for k, column in enumerate(node.columns({}))
        if column is not None
        for component in components_of(column.is_complex())
    ]
    terms = SentTerms(lookup, number, problem, cut, role)
    parts = [
        part for column in columns_of if (part := terms.part(column, node.columns)) is not None
    ]
    if any(np.isnan(part.values).any() for part in parts):
        alone = terms.infinite(columns_of[0])
        parts = parts if alone is None else [alone]
    if parts or not columns_of:
        return tuple(parts)
    facing = terms.facing(columns_of[0])
    return () if facing is None else (facing,)


def runs_on(lookup: Lookup, index: int, number: Number) -> list[Tensor | None]:
    """What a node would send if at element ``number`` a 1 had arrived and else nothing.

    ``index`` is the node's event. Raises NotReplayed.
    """
    event = lookup.recording.events[index]
    made_by = _operation(lookup, event)
    node = _Sender(lookup, event, whole(made_by, ()), (), 0, (), "")
    arrived = [
        None if a is None else torch.zeros(a.shape, dtype=wide(a).dtype, device="cpu")
        for a in event.inputs
    ]
    one = arrived[number.slot]
    assert one is not None
    unit = 1j if number.component == "imag" else 1.0
    one[number.index] = torch.tensor(unit, dtype=one.dtype, device="cpu")
    sent = node.sent(arrived)
    shapes = [None if array is None else array.shape for array in event.outputs]
    pairs = zip(sent, shapes, strict=True)
    return [None if g is None or shape is None else summed_to(g, shape) for g, shape in pairs]


def gradient_formula(lookup: Lookup, number: Number) -> tuple[str, tuple[Fact, ...]]:
    """What a node sends, in symbols, and which branch was taken."""
    assert number.event is not None
    event = lookup.recording.events[number.event]
    made_by = _operation_or_none(lookup, event)
    if is_complex(event) or (made_by is not None and is_complex(made_by)):
        return gradient_in_parts(number.component), ()
    written = node_formula(event.op, made_by, number.slot, number.index)
    facts = node_facts(event, made_by, number.slot, number.index)
    return written, lookup.facts_with_makers(facts)


def _operation_or_none(lookup: Lookup, event: Event) -> Event | None:
    made = lookup.made_node(event.node)
    return None if made is None else made[1]


def _operation(lookup: Lookup, event: Event) -> Event:
    made_by = _operation_or_none(lookup, event)
    if made_by is None:
        raise NotReplayed("no_operation", event.op)
    if not made_by.tracked:
        raise not_followed(event.op, lookup.follows_backward(event.node))
    return made_by


def _cut_shape(shape: tuple[int, ...], problem: Problem, slot: int) -> tuple[int, ...]:
    """Of a sent gradient, the shape of what the problem leaves of it.

    A problem leaves something out only where slot and input are the same.
    """
    return places(shape, problem.inputs[slot] if problem.output else ()).shape


class _Sender:
    """A node that runs again, for one element of what it sends."""

    def __init__(
        self,
        lookup: Lookup,
        event: Event,
        problem: Problem,
        cut: Slices,
        slot: int,
        shape: tuple[int, ...],
        component: Component,
    ) -> None:
        self._lookup = lookup
        self._event = event
        self._problem = problem
        self._slot = slot
        self._component = component
        self._shape = shape
        self._arrived = [None if a is None else problem.tensor(a[cut]) for a in event.inputs]

    def columns(self, replacing: dict[int, Tensor]) -> list[Tensor | None]:
        """For each gradient that arrived, by what each of its elements is multiplied."""
        return self._with_enough(lambda needed: self._columns(needed, replacing))

    def sent(self, arrived: list[Tensor | None]) -> tuple[Tensor | None, ...]:
        """What it sends for other gradients than those that arrived."""
        return self._with_enough(lambda needed: self._sent(needed, arrived))

    def _sent(self, needed: list[bool], arrived: list[Tensor | None]) -> tuple[Tensor | None, ...]:
        found = sent_by(self._twin(needed, {})[0], arrived)
        recorded = zip(found, self._event.output_ids, strict=True)
        if any(grad is None and tensor is not None for grad, tensor in recorded):
            raise NotReplayed("node_not_found", self._event.op)
        return found

    def _with_enough(self, run: Callable[[list[bool]], _T]) -> _T:
        """The result with the inputs that autograd followed; if need be, as if it followed all.

        A tensor that nothing recorded made may require a gradient all the same.
        """
        followed = self._lookup.needs_gradient(self._problem.event)
        try:
            return run(followed)
        except NotReplayed as error:
            if error.reason.code != "node_not_found" or all(followed):
                raise
            return run([True] * len(followed))

    def _twin(
        self, needed: list[bool], replacing: dict[int, Tensor]
    ) -> tuple[GradFn, tuple[Tensor, ...]]:
        """The node in the operation made again, and the leaves that it reads."""
        # A slice of rows makes other nodes than one of columns.
        for gap in (-1, -2):
            found = self._twin_in(replace(self._problem, gap=gap), needed, replacing)
            if found is not None:
                return found
        raise NotReplayed("node_not_found", self._event.op)

    def _twin_in(
        self, problem: Problem, needed: list[bool], replacing: dict[int, Tensor]
    ) -> tuple[GradFn, tuple[Tensor, ...]] | None:
        leaves, made = problem.replayed(needed, replacing, shared=True)
        wanted = self._event.node
        if wanted is not None:
            outputs = self._lookup.roots_of(wanted)
            roots = [
                (node, self._lookup.grad_fn(made[slot], node))
                for slot, node in outputs
                if slot < len(made)
            ]
            twin = same_node(self._lookup.recording.graph, roots, wanted)
            if twin is not None:
                return twin, leaves
        return None

    def _columns(self, needed: list[bool], replacing: dict[int, Tensor]) -> list[Tensor | None]:
        event, problem = self._event, self._problem
        arrived = [None if a is None else a.clone().requires_grad_() for a in self._arrived]
        try:
            twin, leaves = self._twin(needed, replacing)
        except NotReplayed:
            if event.op not in _COPIES or arrived[0] is None:
                raise
            if arrived[0].numel() != math.prod(self._shape):
                raise
            copied = arrived[0].reshape(self._shape)[problem.index]
            if self._component == IMAG and not copied.is_complex():
                copied = copied * 0j  # what was copied without its imaginary part gets none
            return columns(component_of(copied, self._component), arrived)
        sent = sent_by(twin, arrived)[self._slot]
        if sent is None:
            raise NotReplayed("node_not_found", event.op)
        element = component_of(summed_to(sent, self._shape)[problem.index], self._component)
        try:
            found = counted(element, columns(element, arrived))
            if adds_up(element, found, arrived):
                return found
            # Not every node of torch's is differentiated rightly: an embedding's by frequency.
            at = ElementSent(self._slot, self._shape, problem.index, self._component)
            return unit_columns(twin, at, arrived) or found
        except NotReplayed:
            if event.op.startswith("ScaledDotProduct"):
                return attention_columns(twin, self._slot, problem.index, arrived)
            leaf = getattr(twin.next_functions[self._slot][0], "variable", None)
            place = next((p for p, each in enumerate(leaves) if each is leaf), None)
            at = ElementSent(self._slot, self._shape, problem.index, self._component)
            by_units = unit_columns(twin, at, arrived)
            if by_units is not None:
                return by_units
            if place is None:
                raise
            return self._through_output(place, needed, replacing)

    def _through_output(
        self, place: int, needed: list[bool], replacing: dict[int, Tensor]
    ) -> list[Tensor | None]:
        """The same for an operation of one node that cannot be differentiated twice.

        Fused attention is one; by matrix products it can be.
        """
        with sdpa_kernel(SDPBackend.MATH):
            leaves, made = self._problem.replayed(needed, replacing)
        weights = torch.zeros_like(made[0]).requires_grad_()
        (grad,) = torch.autograd.grad(weighted(made[0], weights), leaves[place], create_graph=True)
        element = component_of(grad[self._problem.index], self._component)
        return columns(element, [weights, *[None] * (len(self._arrived) - 1)])
