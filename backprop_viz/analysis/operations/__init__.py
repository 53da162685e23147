"""The operations in the field's own words: one file for each family, found by a registry.

To add one, add a file with a tuple ``OPERATIONS``. An operation that no file names has no words of
its own, and is explained all the same.

In what the rules give, a number has its tensor and its index; the engine adds what made it.
"""

import pkgutil
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module

import numpy as np

from backprop_viz.analysis.formulas import formula
from backprop_viz.analysis.operations.axes import default_axes, named_axes
from backprop_viz.analysis.operations.index_forms import with_index
from backprop_viz.analysis.operations.operation_entry import (
    Form,
    Intermediate,
    NodeIntermediate,
    OperationEntry,
    OperationNode,
)
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    RecordedCall,
    RecordedNode,
)
from backprop_viz.recording.explanations.number_explanation import Fact, FactorColumn, Part
from backprop_viz.recording.trace.events import Event

__all__ = [
    "ALL_OPERATIONS",
    "axes_of",
    "coefficient_role",
    "forward_facts",
    "forward_formula",
    "forward_parts",
    "input_role",
    "intermediate_facts",
    "intermediate_form",
    "intermediate_parts",
    "intermediate_symbol",
    "lost_windows",
    "node_facts",
    "node_formula",
    "node_intermediate_form",
    "node_intermediate_parts",
    "node_parts",
    "operation_of",
    "sent_role",
]


def _found() -> Iterator[OperationEntry]:
    for module in pkgutil.iter_modules(__path__):
        yield from getattr(import_module(f"{__name__}.{module.name}"), "OPERATIONS", ())


ALL_OPERATIONS = tuple(_found())
# What a rule raises for a call that it was not written for.
_UNFIT = (NotRecorded, ArithmeticError, LookupError, TypeError, ValueError)
_BY_FUNCTION = {name: each for each in ALL_OPERATIONS for name in each.functions}
_BY_NODE = {
    node.name: (each, node)
    for each in ALL_OPERATIONS
    if not each.composite
    for node in each.nodes
    if not node.shared
}


# -- words -------------------------------------------------------------------------------------


def operation_of(event: Event) -> OperationEntry | None:
    """The operation that a forward or loss event carried out; None for one that no file names."""
    name = event.op if event.call is None else event.call.name
    return _BY_FUNCTION.get(name.strip("_"))


def input_role(event: Event, place: int) -> str:
    """The role of a tensor that an event read, as a code; "input" where no file tells."""
    operation = operation_of(event)
    return "input" if operation is None else operation.role(place)


def coefficient_role(event: Event) -> str:
    """The role of what multiplies the elements that an event read, where that is no element."""
    operation = operation_of(event)
    return "coefficient" if operation is None else operation.coefficient


def sent_role(node: str, made_by: Event | None, slot: int) -> str:
    """The role of what multiplies the upstream gradient in what a node sends through ``slot``."""
    found = _node(node, made_by)
    if found is None or slot >= len(found[1].sent):
        return "local"
    return found[1].sent[slot].role


def axes_of(event: Event | None, role: str, ndim: int) -> tuple[str, ...]:
    """The names of the axes of a tensor that has a role in an event, as codes.

    ``role`` "output" is what the event made, and the gradient that arrives at its node.
    """
    operation = None if event is None else operation_of(event)
    known = None if operation is None else operation.axes.get(role)
    if known is None:
        return default_axes(ndim)
    return known(ndim) if callable(known) else named_axes(known, ndim)


# -- rules -------------------------------------------------------------------------------------


def forward_parts(event: Event, slot: int, index: Sequence[int]) -> tuple[Part, ...] | None:
    """The terms of an element of what an event made; None where no rule tells them."""
    operation = operation_of(event)
    if operation is None or operation.forward is None or _is_complex(event):
        return None
    try:
        with np.errstate(all="ignore"):
            parts = operation.forward(RecordedCall(event), slot, _place(index))
    except _UNFIT:
        return None
    return None if parts is None else tuple(_with_axes(event, part) for part in parts)


def _with_axes(event: Event, part: Part) -> Part:
    factors = tuple(
        each
        if each.indices is None
        else replace(each, axes=_axes_of_column(event, each, each.indices.shape[1]))
        for each in part.factors
    )
    return replace(part, factors=factors)


def _axes_of_column(event: Event, column: FactorColumn, ndim: int) -> tuple[str, ...]:
    if column.arrived:
        return () if column.intermediate else axes_of(event, "output", ndim)
    found = _intermediate(event, column.intermediate)
    if found is None:
        return axes_of(event, column.role, ndim)
    return found.axes(ndim) if callable(found.axes) else named_axes(found.axes, ndim)


def forward_facts(event: Event, slot: int, index: Sequence[int]) -> tuple[Fact, ...]:
    """Which branch was taken for an element of what an event made."""
    operation = operation_of(event)
    if operation is None or operation.facts is None or _is_complex(event):
        return ()
    try:
        with np.errstate(all="ignore"):
            return operation.facts(RecordedCall(event), slot, _place(index))
    except _UNFIT:
        return ()


def lost_windows(event: Event, index: Sequence[int]) -> tuple[tuple[Index, Index], ...]:
    """Of each window that an element of an event's input did not win: the output, the winner.

    () for an operation without windows, and where the element won one.
    """
    operation = operation_of(event)
    if operation is None or operation.lost is None or event.call is None:
        return ()
    try:
        return operation.lost(RecordedCall(event), _place(index))
    except _UNFIT:
        return ()


def intermediate_parts(event: Event, name: str, index: Sequence[int]) -> tuple[Part, ...] | None:
    """The terms of an intermediate value of an event's operation; None where it has none such."""
    found = _intermediate(event, name)
    if found is None:
        return None
    try:
        with np.errstate(all="ignore"):
            parts = found.parts(RecordedCall(event), _place(index))
    except _UNFIT:
        return None
    return tuple(_with_axes(event, part) for part in parts)


def intermediate_facts(event: Event, name: str, index: Sequence[int]) -> tuple[Fact, ...]:
    """What was so of an intermediate value."""
    found = _intermediate(event, name)
    if found is None or found.facts is None:
        return ()
    try:
        with np.errstate(all="ignore"):
            return found.facts(RecordedCall(event), _place(index))
    except _UNFIT:
        return ()


def node_facts(
    event: Event, made_by: Event | None, slot: int, index: Sequence[int]
) -> tuple[Fact, ...]:
    """Which branch was taken for an element of the gradient that a node sent through ``slot``.

    ``event`` is the node's, ``made_by`` the forward or loss event that made the node.
    """
    operation = None if made_by is None else operation_of(made_by)
    node = None if operation is None else operation.node(event.op)
    if made_by is None or node is None or node.facts is None or _is_complex(made_by):
        return ()
    try:
        with np.errstate(all="ignore"):
            return node.facts(event, RecordedCall(made_by), slot, _place(index))
    except _UNFIT:
        return ()


def node_parts(
    event: Event,
    made_by: Event,
    slot: int,
    index: Sequence[int],
    reads: Sequence[int | None] = (),
) -> tuple[Part, ...] | None:
    """The terms of an element that a node sent through ``slot``; None where no rule tells them.

    What arrived is marked as that, and has no event yet. ``reads`` are those of ``RecordedNode``.
    """
    found = _node(event.op, made_by)
    # Another function that makes the same node has its arguments in other places.
    if found is None or found[1].parts is None or operation_of(made_by) is None:
        return None
    if _is_complex(made_by):
        return None
    try:
        with np.errstate(all="ignore"):
            node = RecordedNode(event, RecordedCall(made_by), reads)
            parts = found[1].parts(node, slot, _place(index))
    except _UNFIT:
        return None
    return None if parts is None else tuple(_with_axes(made_by, part) for part in parts)


def node_intermediate_parts(
    event: Event,
    made_by: Event,
    name: str,
    index: Sequence[int],
    reads: Sequence[int | None] = (),
) -> tuple[Part, ...] | None:
    """The terms of an intermediate value of a node; None where it has none such."""
    found = _node_intermediate(event.op, made_by, name)
    if found is None:
        return None
    try:
        with np.errstate(all="ignore"):
            node = RecordedNode(event, RecordedCall(made_by), reads)
            parts = found.parts(node, _place(index))
    except _UNFIT:
        return None
    return tuple(_with_axes(made_by, part) for part in parts)


# -- formulas ----------------------------------------------------------------------------------


def forward_formula(event: Event, index: Sequence[int] | None = None, slot: int = 0) -> str:
    """Output ``slot`` of an event in symbols; with an ``index``, of that element. "" if unknown."""
    operation = operation_of(event)
    if operation is None:
        return ""
    form = operation.form
    if isinstance(form, tuple):
        form = form[slot] if slot < len(form) else ""
    return _written(form, event, index)


def intermediate_form(event: Event, name: str, index: Sequence[int]) -> str:
    """An intermediate value in symbols. "" if not known."""
    found = _intermediate(event, name)
    return "" if found is None else _written(found.form, event, index)


def intermediate_symbol(event: Event, name: str) -> str:
    """How an intermediate value of an operation or of a node is written: "ln p"."""
    found = _intermediate(event, name) or _node_intermediate(event.op, None, name)
    return name if found is None else found.symbol


def node_intermediate_form(node: str, made_by: Event, name: str, index: Sequence[int]) -> str:
    """An intermediate value of a node in symbols. "" if not known."""
    found = _node_intermediate(node, made_by, name)
    return "" if found is None else _written(found.form, made_by, index)


def node_formula(
    node: str, made_by: Event | None, slot: int, index: Sequence[int] | None = None
) -> str:
    """What a node sends through ``slot``, in symbols; with an ``index``, for that element."""
    found = _node(node, made_by)
    form = found[1].sent[slot].form if found is not None and slot < len(found[1].sent) else ""
    # Another function that makes the same node has its arguments in other places.
    reads_arguments = not isinstance(form, str)
    written = (
        "" if reads_arguments and not _is_own(node, made_by) else _written(form, made_by, index)
    )
    if written:
        return written
    return _without_indices(node, slot)


def _without_indices(node: str, slot: int) -> str:
    """The formula of the table of nodes, with δ for the upstream gradient as in the other forms."""
    known = formula(node)
    backward = re.sub(r"\bg(?=\W|ᵀ|$)", "δ", known.backward)
    if slot < len(known.inputs):
        begins = re.compile(rf"∂L/∂{re.escape(known.inputs[slot])}[ \[]")
        for part in backward.split("   "):
            if begins.match(part):
                return part
    return backward


def _written(form: Form, event: Event | None, index: Sequence[int] | None) -> str:
    if not isinstance(form, str):
        try:
            form = "" if event is None else form(RecordedCall(event))
        except _UNFIT:
            form = ""
    return form if index is None else with_index(form, index)


def _node(node: str, made_by: Event | None) -> tuple[OperationEntry, OperationNode] | None:
    """A node in the words of the operation that made it, else in those of the node's own."""
    operation = None if made_by is None else operation_of(made_by)
    own = None if operation is None else operation.node(node)
    return _BY_NODE.get(node) if operation is None or own is None else (operation, own)


def _is_own(node: str, made_by: Event | None) -> bool:
    """Whether a node is in the words of the operation that made it."""
    operation = None if made_by is None else operation_of(made_by)
    return operation is not None and operation.node(node) is not None


def _intermediate(event: Event, name: str) -> Intermediate | None:
    operation = operation_of(event) if name else None
    return None if operation is None else operation.intermediate(name)


def _node_intermediate(node: str, made_by: Event | None, name: str) -> NodeIntermediate | None:
    found = _node(node, made_by) if name else None
    return None if found is None else found[1].intermediate(name)


def _place(index: Sequence[int]) -> Index:
    return tuple(int(i) for i in index)


def _is_complex(event: Event) -> bool:
    arrays = (*event.inputs, *event.outputs)
    return any(array is not None and np.iscomplexobj(array) for array in arrays)
