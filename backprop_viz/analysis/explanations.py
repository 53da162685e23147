"""Why a gradient is None, zero, NaN or as expected, found in the recording."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from backprop_viz.analysis.doubles import sum_of_squares
from backprop_viz.analysis.graph_cuts import cut_behind
from backprop_viz.analysis.provenance import (
    OF_FUNCTION,
    arrived,
    finite_range,
    follow,
    is_finite,
    is_none,
    is_zero,
    layer_of,
    made_by,
    maker,
    parents,
    strange,
)
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.trace.all_reduce import all_reduce_of
from backprop_viz.recording.trace.events import Array, Event, Parameter, PhaseSpan
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import CodePlace

_RELU = ("ReluBackward", "ThresholdBackward", "HardtanhBackward", "ClampBackward")
_PRODUCTS = ("Addmm", "Mm", "Mul", "Bmm", "Baddbmm", "Convolution", "Mv", "Linear", "Addmv")


@dataclass(frozen=True, slots=True)
class Reason:
    """The code of a sentence of the inspector, its values, and the event that is the evidence.

    ``place`` is the line of the user's code that is to blame, where there is one.
    """

    code: str
    values: tuple[str, ...] = ()
    evidence: int | None = None
    place: CodePlace | None = None


def explain(cursor: Cursor, kind: Literal["parameter", "node"], key: str | int) -> Reason:
    """Why the gradient of a parameter, or at a node, is what it is at the cursor."""
    if kind == "parameter":
        parameter = cursor.recording.by_parameter.get(str(key))
        if parameter is not None:
            return _parameter(cursor, parameter)
        last = next(iter(reversed(list(cursor.events_of(str(key))))), None)
        return Reason("unknown") if last is None else _not_copied(last, str(key))
    return _node(cursor, int(key))


# -- parameters --------------------------------------------------------------------------------


def _parameter(cursor: Cursor, parameter: Parameter) -> Reason:
    recording, name = cursor.recording, parameter.name
    if not parameter.requires_grad:
        return Reason("frozen", (name,))
    if recording.preview:
        return Reason("not_run", (name,))
    arrived, cleared = (_last(cursor, name, p) for p in (Phase.BACKWARD, Phase.ZERO_GRAD))
    if arrived is not None and (cleared is None or cleared < arrived):
        leaf = next((n.id for n in recording.graph.nodes if n.parameter == name), None)
        grad = cursor.grad(name)
        if leaf is None and grad is not None:  # no node in this process made it
            code = "of_function" if recording.events[arrived].op == OF_FUNCTION else "from_ranks"
            return Reason(code, (name, norm_text(grad)), arrived)
        added = None if leaf is None else cursor.backward_index(leaf)
        if leaf is not None and added is not None:
            return _averaged(cursor, name) or _accumulated(recording, name, leaf, added)
    if (returned := _returned(cursor, name)) is not None:
        return returned
    loss = cursor.span(Phase.LOSS)
    if loss is not None and loss.is_over(cursor.position):
        backward = _backward_from(cursor, loss)
        over = backward is not None and backward.is_over(cursor.position)
        if not (over and cleared is not None and backward is not None and backward.stop <= cleared):
            return _after_loss(cursor, parameter, backward)
    return _before_backward(cursor, name)


def _returned(cursor: Cursor, name: str) -> Reason | None:
    """That ``autograd.grad`` gave the gradient to the loop, and ``.grad`` was not written."""
    recording, nodes = cursor.recording, cursor.recording.graph.nodes
    over = [s for s in recording.spans if s.phase is Phase.BACKWARD and s.is_over(cursor.position)]
    leaf = next((node.id for node in nodes if node.parameter == name), None)
    if not over or leaf is None:
        return None
    ran = range(over[-1].start, over[-1].stop)
    events = recording.events
    if any(events[i].op == "AccumulateGrad" for i in ran):
        return None
    found = [
        (i, array)
        for i in ran
        if (node := events[i].node) is not None
        for to, array in zip(nodes[node].sends, events[i].outputs, strict=False)
        if to is not None and to[0] == leaf and array is not None
    ]
    if len(found) > 1:  # torch has added them up
        return Reason("returned_sum", (name,), found[-1][0])
    return next((Reason("returned", (name, norm_text(array)), i) for i, array in found), None)


def _last(cursor: Cursor, name: str, phase: Phase) -> int | None:
    """The index of a parameter's last event of a phase before the cursor."""
    events, found = cursor.recording.events, cursor.recording.happened_to.get(name, ())
    return max((i for i in found if i < cursor.position and events[i].phase is phase), default=None)


def _backward_from(cursor: Cursor, loss: PhaseSpan) -> PhaseSpan | None:
    """The first backward after a loss: an iteration with a closure has several."""
    spans = cursor.recording.spans
    after = (s for s in spans if s.phase is Phase.BACKWARD and s.start >= loss.start)
    return next(after, None)


def _averaged(cursor: Cursor, name: str) -> Reason | None:
    """The mean that all-reduce made of a parameter's gradient, if that happened to it last."""
    event = cursor.last(name, Phase.BACKWARD)
    told = None if event is None else all_reduce_of(event)
    if event is None or told is None:
        return None
    joined = len(event.inputs) == told.ranks  # else it is this rank's alone
    own = event.inputs[told.rank if joined else 0]
    return Reason("averaged", (name, norm_text(own), str(told.ranks), norm_text(event.outputs[0])))


def _before_backward(cursor: Cursor, name: str) -> Reason:
    """Why ``.grad`` is as it is before this iteration's backward has added anything to it."""
    recording, grad = cursor.recording, cursor.grad(name)
    clear = next((i for i in recording.happened_to.get(name, ()) if i < cursor.position), None)
    clear = clear if (last := _last(cursor, name, Phase.ZERO_GRAD)) is None else last
    if not recording.cleared:
        if grad is None:
            return Reason("waiting_none", (name,))
        return Reason("kept", (name, norm_text(grad)), clear)
    when = "before" if clear is None else "cleared"
    if grad is None:
        if clear is not None and recording.events[clear].inputs[0] is None:
            return Reason("nothing_to_clear", (name,), clear)
        return Reason(f"{when}_none", (name,), clear)
    if is_zero((grad,)):
        return Reason(f"{when}_zeros", (name,), clear)
    return Reason("before_value" if clear is None else "kept", (name, norm_text(grad)), clear)


def _after_loss(cursor: Cursor, parameter: Parameter, backward: PhaseSpan | None) -> Reason:
    """Why backward has not reached a parameter: it still will, or it never can."""
    recording, name = cursor.recording, parameter.name
    leaf = next((n.id for n in recording.graph.nodes if n.parameter == name), None)
    if leaf is None:
        return _not_reached(cursor, parameter)
    later = (i for i in recording.runs.get(leaf, ()) if i >= cursor.position)
    arrival = next(later, None)
    if backward is not None and backward.is_over(cursor.position):
        return Reason("not_reached", (name,))
    grad = cursor.grad(name)
    if grad is None:
        return Reason("waiting_none", (name,), arrival)
    if recording.cleared and is_zero((grad,)):
        return Reason("waiting_zeros", (name,), arrival)
    return Reason("waiting_kept", (name, norm_text(grad)), arrival)


def _not_reached(cursor: Cursor, parameter: Parameter) -> Reason:
    """Where the way from a parameter to the loss ends: it has no leaf in the graph."""
    recording, name = cursor.recording, parameter.name
    events = follow(recording, parameter.value_id, cursor.position)
    if not events:
        return Reason("unused", (name,))
    cut = cut_behind(recording, parameter.value_id, cursor.position)
    if cut is not None:
        dtype = (cut.dtype,) if cut.dtype else ()
        return Reason(cut.kind, (name, cut.call, *dtype), cut.event, cut.place)
    i, event = events[-1]
    return Reason("unused_output", (name, event.op), i, event.place)


def _accumulated(recording: Recording, name: str, leaf: int, index: int) -> Reason:
    """Why ``.grad`` is as it is after backward has added to it, in the event ``index``."""
    event = recording.events[index]
    before, came, grad = event.inputs[0], arrived(event), event.outputs[0]
    if is_none(came):
        return _sent_none(recording, name, leaf, index)
    if not is_finite(came):
        return _not_finite(recording, name, leaf, index)
    if grad is not None and not is_finite((grad,)):
        return Reason("kept_not_finite", (name, strange((grad,))), index)
    if is_zero(came):
        zero = _zero(recording, name, leaf, index)
        if before is None or not before.any():
            return zero
        # Only what was added is zero, ``.grad`` is not.
        return Reason(f"added_{zero.code}", (*zero.values, norm_text(before)), zero.evidence)
    if before is not None and before.any():
        return Reason("added", (name, norm_text(grad), norm_text(before)), index)
    return Reason("value", (name, norm_text(grad)), index)


# -- nodes -------------------------------------------------------------------------------------


def _not_copied(event: Event, name: str) -> Reason:
    """Why the numbers of something that ran are not in the recording."""
    return Reason("not_copied", (name, next(iter(event.missing.values()), "")))


def _node(cursor: Cursor, node: int) -> Reason:
    recording = cursor.recording
    found = next((n for n in recording.graph.nodes if n.id == node), None)
    if found is None:
        return Reason("unknown")
    index = cursor.backward_index(node)
    if index is None:
        backward = cursor.span(Phase.BACKWARD)
        if backward is not None and backward.is_over(cursor.position):
            return Reason("node_not_reached", (found.name,))
        return Reason("node_waiting", (found.name,), recording.ran_at.get(node))
    event = recording.events[index]
    if event.missing:
        return _not_copied(event, found.name)
    came, sent = arrived(event), event.outputs
    if is_none(came):
        return _sent_none(recording, found.name, node, index)
    if not is_finite(came) or not is_finite(sent):
        return _not_finite(recording, found.name, node, index)
    if is_none(sent):
        return Reason("node_sends_none", (found.name,), index)
    if is_zero(came):
        return _zero(recording, found.name, node, index)
    if is_zero(sent):
        return _cut(recording, found.name, index, node)
    return Reason("node_value", (found.name, norm_text(*came), norm_text(*sent)), index)


# -- None --------------------------------------------------------------------------------------


def _sent_none(recording: Recording, name: str, node: int, index: int) -> Reason:
    """Which node got a gradient and sent None on, so that None arrived at this one."""
    for parent in _ancestors(recording, node):
        sent = _sent_at(recording, parent, index)
        if sent is not None and not is_none(arrived(recording.events[sent])):
            return Reason("sent_none", (name, recording.events[sent].op), sent)
    return Reason("not_reached", (name,), index)


# -- zero --------------------------------------------------------------------------------------


def _zero(recording: Recording, name: str, node: int, index: int) -> Reason:
    """Where the zeros began that arrived at a node when it ran in the event ``index``."""
    seen, cuts = {node: index}, dict[int, int]()
    waiting = [node]
    for one in waiting:
        for parent in parents(recording, one):
            sent = _sent_at(recording, parent, index)
            if sent is None or parent in seen:
                continue
            if is_zero(arrived(recording.events[sent])):
                seen[parent] = sent
                waiting.append(parent)
            else:
                cuts[parent] = sent
    if not cuts:
        return Reason("zero_from_start", (name,), seen[waiting[-1]])
    first = min(cuts, key=lambda one: cuts[one])
    return _cut(recording, name, cuts[first], first)


def _cut(recording: Recording, name: str, index: int, node: int) -> Reason:
    """Why a node, in the event ``index``, turned a gradient that is not zero into zeros."""
    event = recording.events[index]
    made = made_by(recording, node)
    came, sent = arrived(event), event.outputs
    if event.op.startswith(_RELU) and sent and sent[0] is not None:
        through, units = units_through(sent[0])
        layer = None if made is None else layer_of(recording, made)
        where = event.op if layer is None else layer.name
        return Reason("zero_relu", (name, str(through), str(units), where, event.op), index)
    operation = None if made is None else recording.events[made]
    if operation is not None and event.op.startswith(_PRODUCTS):
        own = recording.by_parameter.get(name)
        others = [i for i in operation.input_ids[:2] if own is None or i != own.value_id]
        if any(i is not None and is_zero((recording.tensors[i],)) for i in others):
            return Reason("zero_operand", (name, operation.op, event.op), made)
    bounds = None if operation is None else finite_range(operation.outputs)
    low, high = bounds or (math.nan, math.nan)
    largest = max((float(np.abs(a).max()) for a in came if a is not None and a.size), default=0.0)
    values = (name, event.op, _number(largest), _number(low), _number(high))
    return Reason("zero_cut", values, index)


def units_through(sent: Array) -> tuple[int, int]:
    """How many units got a gradient other than zero, and how many there are. Batch first."""
    through = (sent != 0).any(axis=0) if sent.ndim > 1 else sent != 0
    return int(through.sum()), through.size


# -- NaN and Inf -------------------------------------------------------------------------------


def _not_finite(recording: Recording, name: str, node: int, index: int) -> Reason:
    """Which operation or node was the first to turn finite numbers into NaN or Inf."""
    while not is_finite(arrived(recording.events[index])):
        sources = [
            (parent, sent)
            for parent in parents(recording, node)
            if (sent := _sent_at(recording, parent, index)) is not None
            and not is_finite(recording.events[sent].outputs)
        ]
        if not sources:  # it came from samples that were not recorded
            what = strange(arrived(recording.events[index]))
            return Reason("not_finite", (name, what, recording.events[index].op), index)
        node, index = sources[0]
    event = recording.events[index]
    made = made_by(recording, node)
    operation = None if made is None else recording.events[made]
    if made is not None and operation is not None:
        if not is_finite(operation.inputs) or not is_finite(operation.outputs):
            return _forward_origin(recording, name, made)
        bounds = finite_range(operation.inputs)
    else:
        bounds = None
    numbers = _bounds(finite_range(arrived(event))) + _bounds(bounds)
    return Reason("first_backward", (name, strange(event.outputs), event.op, *numbers), index)


def _forward_origin(recording: Recording, name: str, index: int) -> Reason:
    """The operation, at or before ``index``, that made NaN or Inf of finite inputs."""
    while True:
        event = recording.events[index]
        read = [i for i in event.input_ids if i is not None]
        bad = [i for i in read if not is_finite((recording.tensors[i],))]
        if not bad:
            bounds = _bounds(finite_range(event.inputs))
            return Reason("first_forward", (name, strange(event.outputs), event.op, *bounds), index)
        for parameter in recording.parameters:
            if parameter.value_id in bad:
                own = recording.by_parameter.get(name)
                if own is not None and not is_finite((own.value,)):
                    reads = follow(recording, own.value_id, len(recording.events))
                    evidence = reads[0][0] if reads else index
                    return Reason("own_not_finite", (name, strange((own.value,))), evidence)
                values = (name, strange((parameter.value,)), parameter.name)
                return Reason("weights_not_finite", values, index)
        found_bad = strange(tuple(recording.tensors[i] for i in bad))
        if recording.input_id in bad:
            return Reason("input_not_finite", (name, found_bad), index)
        sources = [maker(recording, i, index) for i in bad]
        found = [source for source in sources if source is not None]
        if not found:
            return Reason("not_finite", (name, found_bad, event.op), index)
        index = min(found)


# -- helpers -----------------------------------------------------------------------------------


def _sent_at(recording: Recording, node: int, index: int) -> int | None:
    """The event in which a node ran last before ``index``, in the same backward.

    A parameter's leaf gets a gradient in each backward of an iteration, each from other nodes.
    """
    span = recording.span_of(index)
    start = 0 if span is None else span.start
    ran = recording.runs.get(node, ())
    return next((i for i in reversed(ran) if start <= i < index), None)


def _ancestors(recording: Recording, node: int) -> list[int]:
    """The nodes that a node's gradient comes from, nearest first."""
    found = [node]
    for one in found:
        found += [p for p in parents(recording, one) if p not in found]
    return found[1:]


def norm_text(*arrays: Array | None) -> str:
    """The norm of all elements of some arrays, as the text of a reason."""
    with np.errstate(over="ignore"):
        squares = (sum_of_squares(a) for a in arrays if a is not None)
        return _number(math.sqrt(sum(squares)))


def _bounds(bounds: tuple[float, float] | None) -> tuple[str, str]:
    low, high = bounds or (math.nan, math.nan)
    return _number(low), _number(high)


def _number(value: float) -> str:
    return f"{value:.4g}"
