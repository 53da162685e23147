"""Explains what was raised, from the exception and from what was recorded before it."""

import re
from bdb import BdbQuit
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from torch.autograd.graph import Node as GradFn

from backprop_viz.analysis.graph_cuts import cut_before
from backprop_viz.analysis.provenance import forward_events, made_by, maker, tracked
from backprop_viz.capture.code.freezing_lines import freezing_line
from backprop_viz.capture.code.user_lines import raising_line, users_files
from backprop_viz.capture.graph.graph_ages import GraphAges, node_number
from backprop_viz.capture.graph.graphs import grad_fn_name
from backprop_viz.capture.graph.saved_tensors import is_packed, saved_attributes
from backprop_viz.capture.tried_operations import CHOOSE, Tried
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import OWN, CodePlace, NamedShape, TorchError

# Which words of torch's say what; the first that fit.
_INPLACE, _FREED = "modified by an inplace operation", "through the graph a second time"
_CODES = (
    (_INPLACE, "changed_in_place"),
    (_FREED, "graph_freed"),
    ("leaf Variable that requires grad", "leaf_changed"),
    ("does not have a grad_fn", "no_graph"),
    ("implicitly created only for scalar outputs", "not_scalar"),
    (r"grad_output\[0\] has a shape", "gradient_shape"),
    ("returned nan values in its", "nan_gradient"),
    ("out of bounds|index out of range", "out_of_range"),
    ("on the same device", "devices"),
    (r"dtype|(scalar|floating point) type", "dtypes"),
    (r"expected .* but (got|found) .*(Float|Double|Long|Int|Half)", "dtypes"),
    (r"shape|size|dimension|channels|expected .*input|broadcast", "shapes"),
)
_OTHER = "other"
_ABOUT_BACKWARD = {
    *("changed_in_place", "graph_freed", "no_graph", "not_scalar", "gradient_shape"),
    "nan_gradient",
}
_IN_PLACE = re.compile(r"setitem|i(add|sub|mul|truediv|floordiv|mod|pow|and|or|xor)|.*[a-z0-9]_")
_VIEWS = {
    *("view", "reshape", "flatten", "squeeze", "unsqueeze", "transpose", "permute", "getitem"),
    *("detach", "data", "narrow", "select", "t", "T", "mT", "expand", "view_as", "contiguous"),
    *("unbind", "chunk", "split", "diagonal"),
}
# Older torch, as 2.8, names the node: SigmoidBackward0.
_OUTPUT_OF = re.compile(r"which is output \d+ of (\w+?)(?:Backward\d*)?\b")
_SHAPE = re.compile(r"\[[\w.]+ \[([\d, ]*)\]\]")


@dataclass(frozen=True)
class Scene:
    """What is known as torch raises.

    ``backward_start`` is the number of events before the last backward, ``root`` the id of what it
    started from.
    """

    ages: GraphAges
    recording: Recording
    phase: Phase | None
    nodes: Sequence[GradFn]
    backward_start: int
    tried: Tried
    root: int | None


def explained_error(error: Exception, scene: Scene) -> TorchError | None:
    """What an exception is about; of one that is not torch's where it was raised.

    None of that if no forward has run before it, nor of a debugger's that was told to quit.
    """
    text, found = str(error), _code(error, scene.tried)
    by_operation = scene.tried.error is error
    is_about = by_operation or found in _ABOUT_BACKWARD
    if not is_about and not _raised_by_torch(error):
        ran = any(event.phase is Phase.FORWARD for event in scene.recording.events)
        if not ran or isinstance(error, BdbQuit):
            return None
        return TorchError(OWN, type(error).__name__, text, scene.phase, raising_line(error))
    code = found if is_about else _OTHER
    facts: dict[str, Any] = {}
    if code == "changed_in_place":
        facts = _changed_in_place(text, scene)
    elif code == "graph_freed":
        _, facts = _failing(scene, _FREED)
    elif code == "no_graph":
        facts = _no_graph(error, scene)
    elif code == "nan_gradient":
        facts = _last_node(scene)
    elif code in _ABOUT_BACKWARD:
        facts = _start(scene)
    elif by_operation:
        facts = _given(code, scene)
    head = text.partition(" Hint:")[0].partition(". Saved intermediate")[0]
    return TorchError(code, type(error).__name__, head, scene.phase, raising_line(error), **facts)


def _raised_by_torch(error: Exception) -> bool:
    """Whether torch's own Python raised it, as a GradScaler does; not what a worker hands on."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = "" if trace is None else str(trace.tb_frame.f_globals.get("__name__", ""))
    return name.startswith("torch.") and not name.startswith(("torch.utils.data", "torch._utils"))


def _code(error: Exception, tried: Tried) -> str:
    text = str(error)
    found = next((code for words, code in _CODES if re.search(words, text)), _OTHER)
    # Not every operation says that it is the device.
    several = tried.error is error and len({one.device for one in tried.read}) > 1
    return "devices" if several and found == _OTHER else found


# -- a backward that raises ----------------------------------------------------------------------


def _failing_node(scene: Scene, words: str) -> GradFn | None:
    """The node whose backward raised.

    torch runs the newest first of those that are due. It is the newest that did not run and whose
    saved tensors cannot be had, for the same reason.
    """
    ran = {event.node for event in scene.recording.events[scene.backward_start :]}
    waiting = [node for i, node in enumerate(scene.nodes) if i not in ran]
    if not scene.recording.events:
        # Nothing was recorded: what has run in this iteration has freed what it had saved, too.
        waiting = [node for node in waiting if scene.ages.ago(node) != 0] or waiting
    waiting.sort(key=node_number, reverse=True)
    return next((node for node in waiting if _refused_attributes(node, words)), None)


def _failing(scene: Scene, words: str) -> tuple[GradFn | None, dict[str, Any]]:
    """The node whose backward raised, and what is said of it and of the operation it is of."""
    node = _failing_node(scene, words)
    if node is None:
        return None, {}
    ago, maker_of_node = scene.ages.ago(node), scene.ages.maker(node)
    facts: dict[str, Any] = {"op": grad_fn_name(node), "iterations_ago": ago}
    if maker_of_node is not None:
        facts |= {"made": maker_of_node.place, "made_by": maker_of_node.op}
        facts["event"] = maker_of_node.event if ago == 0 else None
    if ago != 0:
        facts |= _way_back(scene)
    return node, facts


def _last_node(scene: Scene) -> dict[str, Any]:
    """The node that ran last, and the operation that it is of."""
    ran = scene.recording.events[scene.backward_start :]
    last = next((event for event in reversed(ran) if event.node is not None), None)
    if last is None or last.node is None:
        return {}
    made = made_by(scene.recording, last.node)
    facts: dict[str, Any] = {"op": last.op, "event": made}
    if made is not None:
        event = scene.recording.events[made]
        facts |= {"made": event.place, "made_by": event.op}
    return facts


def _changed_in_place(text: str, scene: Scene) -> dict[str, Any]:
    node, facts = _failing(scene, _INPLACE)
    found = _SHAPE.search(text)
    shape = tuple(int(n) for n in found[1].split(",") if n.strip()) if found else None
    facts["shape"] = shape
    by = _OUTPUT_OF.search(text)
    facts.setdefault("made_by", by[1] if by else "")
    recording, index = scene.recording, facts.get("event")
    if node is None or index is None:
        return facts | _parameter_of_shape(recording, shape)
    operation = recording.events[index]
    result = any(
        name.endswith(("result", "output")) for name in _refused_attributes(node, _INPLACE)
    )
    first = operation.output_ids if result else operation.input_ids
    second = operation.input_ids if result else operation.output_ids
    candidates = [tensor for tensor in (*first, *second) if tensor is not None]
    fits = [t for t in candidates if _fits(recording.tensors[t].shape, shape)]
    for tensor in dict.fromkeys((*fits, *candidates)):
        change = _change_of(recording, tensor, index)
        if change is not None:
            facts |= _named(recording, tensor, index + 1)
            facts["shape"] = tuple(recording.tensors[tensor].shape)
            changed = recording.events[change]
            facts |= {"changed": changed.place, "changed_by": changed.op, "changed_at": change}
            break
    return facts


def _parameter_of_shape(recording: Recording, shape: tuple[int, ...] | None) -> dict[str, Any]:
    """The one parameter that an earlier iteration's graph may have saved, and a step changed."""
    fits = [p for p in recording.parameters if _fits(p.value.shape, shape)]
    return {"tensor": fits[0].name, "shape": fits[0].value.shape} if len(fits) == 1 else {}


def _refused_attributes(node: GradFn, words: str) -> list[str]:
    """The attributes of a node whose saved tensors torch refuses to give with these words."""
    found = []
    for name, _ in saved_attributes(type(node)):
        if not is_packed(node, name):
            try:
                getattr(node, name)
            except RuntimeError as error:
                if words in str(error):
                    found.append(name)
    return found


def _fits(shape: tuple[int, ...], wanted: tuple[int, ...] | None) -> bool:
    # A weight may have been saved transposed.
    return wanted is not None and sorted(shape) == sorted(wanted)


def _change_of(recording: Recording, tensor: int, after: int) -> int | None:
    """The first event after another that writes into a tensor, or into a view of it."""
    names = {p.value_id: p.name for p in recording.parameters}
    for event in recording.events[:after]:
        if event.phase is Phase.UPDATE and event.parameter and event.output_ids[0] is not None:
            names[event.output_ids[0]] = event.parameter
    same = _aliases(recording, tensor)
    for i, event in enumerate(recording.events[after + 1 :], after + 1):
        if event.phase is Phase.UPDATE and event.parameter is not None:
            changes = event.parameter == names.get(tensor)
        else:
            changes = _writes(event) and bool(event.input_ids) and event.input_ids[0] in same
        if changes:
            return i
    return None


def _writes(event: Event) -> bool:
    """Whether an operation changed what it read first: ``add_``, ``relu(x, inplace=True)``."""
    if event.phase is Phase.BACKWARD:
        return False
    told = event.call is not None and event.call.writes
    return told or _IN_PLACE.fullmatch(event.op) is not None


def _aliases(recording: Recording, tensor: int) -> set[int | None]:
    """The tensors that share memory with one: views of it, and what it is a view of."""
    same: set[int | None] = {tensor}
    pairs = [
        (event.input_ids[0], event.output_ids)
        for _, event in forward_events(recording)
        if event.op in _VIEWS and event.input_ids
    ]
    size = 0
    while size < len(same):
        size = len(same)
        for read, made in pairs:
            if read in same or not same.isdisjoint(made):
                same |= {read, *made}
    same.discard(None)
    return same


def _way_back(scene: Scene) -> dict[str, Any]:
    """Where this iteration read a tensor that an earlier one had computed."""
    recording = scene.recording
    given = {p.value_id for p in recording.parameters} | {recording.input_id, recording.labels_id}
    made: set[int | None] = set()
    for i, event in forward_events(recording):
        strangers = set(event.input_ids) - made - given - {None}
        made.update(event.output_ids)
        if strangers and tracked(event) and _reaches_back(scene, i):
            return {"read": event.place, "read_by": event.op}
    return {}


def _reaches_back(scene: Scene, event: int) -> bool:
    node = scene.recording.events[event].node
    if node is None:
        return False
    following = (one for one, _ in scene.nodes[node].next_functions if one is not None)
    return any(scene.ages.ago(one) != 0 for one in following)


def _start(scene: Scene) -> dict[str, Any]:
    """What backward starts from."""
    recording, root = scene.recording, scene.root
    if root is None:
        return {}
    facts = _named(recording, root, len(recording.events))
    return {**facts, "shape": tuple(recording.tensors[root].shape)}


def _no_graph(error: Exception, scene: Scene) -> dict[str, Any]:
    parameters = scene.recording.parameters
    if parameters and not any(one.requires_grad for one in parameters):
        return {"why": "frozen", "changed": freezing_line(users_files(error))}
    facts = _start(scene)
    cut = None if scene.root is None else cut_before(scene.recording, scene.root)
    if cut is not None:
        facts |= {"changed": cut.place, "changed_by": cut.call, "changed_at": cut.event}
        facts["why"] = cut.kind
    return facts


# -- an operation that raises --------------------------------------------------------------------


def _given(code: str, scene: Scene) -> dict[str, Any]:
    tried, recording = scene.tried, scene.recording
    if code == "leaf_changed":
        named = next((one for one in tried.read if one.name), None)
        named = named or next(iter(tried.read), None)
        found = {} if named is None else {"tensor": named.name, "shape": named.shape}
        return {"op": tried.op, **found}
    read = []
    for one, tensor in zip(tried.read, tried.ids, strict=True):
        made = None if tensor is None else maker(recording, tensor, len(recording.events))
        event = None if made is None else recording.events[made]
        read.append(one if event is None else _with_maker(one, event))
    facts = {"op": tried.op, "given": tuple(read)}
    if code == "out_of_range" and tried.chosen is not None:
        _, place, axis = CHOOSE[tried.op]
        shape = tried.read[place].shape
        count = shape[min(axis, len(shape) - 1)]
        facts["why"] = "{}…{}/{}".format(*tried.chosen, count - 1)
    return facts


def _with_maker(one: NamedShape, event: Event) -> NamedShape:
    return NamedShape(one.name, one.shape, one.dtype, one.device, event.op, event.place)


def _named(recording: Recording, tensor: int, before: int) -> dict[str, Any]:
    """The name of a tensor, if it is a parameter, or where it was made."""
    for name, value in _values(recording):
        if value == tensor:
            return {"tensor": name}
    made = maker(recording, tensor, before)
    if made is None:
        return {}
    place: CodePlace | None = recording.events[made].place
    return {"made": place, "made_by": recording.events[made].op}


def _values(recording: Recording) -> Iterator[tuple[str, int | None]]:
    for parameter in recording.parameters:
        yield parameter.name, parameter.value_id
    for event in recording.events:
        if event.phase is Phase.UPDATE and event.parameter is not None:
            yield event.parameter, event.output_ids[0]
