"""What cut the graph between a parameter and the loss: a call of the user's, at its line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from backprop_viz.analysis.provenance import forward_events, tracked
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event, NumbersTaken
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import CodePlace

CutKind = Literal["detached", "no_grad", "no_derivative", "copied", "integer", "taken"]

_DETACH = ("detach", "detach_", "data")
# What makes of a tensor without a graph one that a graph begins with.
_STARTS = ("requires_grad_",)
_LEAF = "AccumulateGrad"
_COPIES = ("tensor", "as_tensor", "asarray", "new_tensor")
# How a call is written that hands numbers to Python or numpy.
_TAKEN = {
    "float": "float()",
    "int": "int()",
    "complex": "complex()",
    "index": "int()",
    "array": "numpy.asarray()",
}


@dataclass(frozen=True, slots=True)
class GraphCut:
    """A call that made something that autograd does not follow out of something that it follows.

    - ``kind``: "detached", "no_grad" (it ran where torch records no graph), "no_derivative",
      "copied" (a new tensor was made of the numbers), "integer" (it gives whole numbers or bools),
      "taken" (the numbers went to Python or numpy).
    - ``call``: as it is written: ".item()", "detach", "max(…)[1]".
    - ``event``: the index of the operation, or of what made the numbers that were taken.
    - ``dtype``: of what it gives, for "integer".
    """

    kind: CutKind
    call: str
    event: int
    place: CodePlace | None = None
    dtype: str = ""


def cut_behind(recording: Recording, tensor: int, position: int) -> GraphCut | None:
    """What keeps autograd from what is computed of a tensor; None if it follows all of that.

    ``position``: the cursor. A call on the way to the loss comes before others, which may have
    served to print something.
    """
    followed = {tensor}
    whole: dict[int, GraphCut] = {}
    cuts: list[GraphCut] = []
    in_functions = _in_functions(recording)
    for i, event in forward_events(recording, position):
        own = [whole[t] for t in event.input_ids if t is not None and t in whole]
        if followed.isdisjoint(event.input_ids):
            cuts += own
            continue
        if not _follows(event) and i not in in_functions:
            cuts.append(_cut_by(event, i))
            continue
        _note_made(event, i, followed, whole)
    needed = _behind_loss(recording, position)
    end = next((e for _, e in reversed(list(forward_events(recording, position)))), None)
    if end is not None and end.node in recording.ran_at and followed & {*end.output_ids}:
        return None  # autograd goes back from the loss to it, whatever else reads it
    behind = (e for _, e in forward_events(recording) if not needed.isdisjoint(e.output_ids))
    read = {tensor for event in behind for tensor in event.input_ids}
    cuts = [cut for cut in cuts if not _goes_around(recording, cut, read)]
    on_way = [c for c in cuts if not needed.isdisjoint(recording.events[c.event].output_ids)]
    taken = [t for t in recording.taken if t.after <= position]
    # A discriminator may be given the same numbers without a graph before, as it should be.
    first = on_way[-1] if on_way else None
    if first is None:
        last = next((t for t in reversed(taken) if t.tensor in followed), None)
        if last is not None:
            return _cut_by_taking(recording, last)
        first = next(iter(cuts), None)
    return None if first is None else _with_taking(recording, first, taken)


def cut_before(recording: Recording, tensor: int) -> GraphCut | None:
    """What keeps autograd from a tensor that was computed of what it follows; None if nothing."""
    followed = {p.value_id for p in recording.parameters if p.requires_grad}
    whole: dict[int, GraphCut] = {}
    events, in_functions = list(forward_events(recording)), _in_functions(recording)
    for i, event in events:
        if _follows(event) or i in in_functions:
            _note_made(event, i, followed, whole)
    wanted: set[int | None] = {tensor}
    cuts: list[GraphCut] = []
    for i, event in reversed(events):
        if wanted.isdisjoint(event.output_ids):
            continue
        read = {t for t in event.input_ids if t is not None}
        if not _follows(event) and i not in in_functions:
            own = next((whole[t] for t in read if t in whole), None)
            cuts += [_cut_by(event, i)] if read & followed else [own] if own is not None else []
        wanted |= read
    cut = next((cut for cut in cuts if not _goes_around(recording, cut, wanted)), None)
    if cut is None:
        last = next((t for t in reversed(recording.taken) if t.tensor in followed), None)
        return None if last is None else _cut_by_taking(recording, last)
    return _with_taking(recording, cut, recording.taken)


def _follows(event: Event) -> bool:
    """Whether autograd goes back from what an operation made to what it read.

    ``torch.tensor(loss, requires_grad=True)`` is a start of its own.
    """
    return tracked(event) and event.op not in _COPIES


def _in_functions(recording: Recording) -> set[int]:
    """The operations in the forward of a custom Function, by their indices.

    torch records no graph of them; what they make has a node all the same, that of the Function, or
    what is computed of nothing else is followed.
    """
    events = list(forward_events(recording))
    known: set[int | None] = {p.value_id for p in recording.parameters if p.requires_grad}
    wanted: set[int | None] = set()
    for _, event in events:
        if event.grad_enabled and tracked(event):
            unknown = known.isdisjoint(event.input_ids) and event.op not in _STARTS
            if unknown and not _begins_a_graph(recording, event):
                wanted.update(event.input_ids)
            known.update(event.output_ids)
    found: set[int] = set()
    for i, event in reversed(events):
        reaches = event.node is not None or not wanted.isdisjoint(event.output_ids)
        if reaches and not event.grad_enabled:
            found.add(i)
            wanted.update(event.input_ids)
    return found


def _begins_a_graph(recording: Recording, event: Event) -> bool:
    """Whether nothing stands behind an operation but leaves that are no parameters.

    As where a loop has set ``out.requires_grad = True``, which is no call.
    """
    if event.node is None:
        return False
    nodes, behind = recording.graph.nodes, [event.node]
    for at in behind:
        node = nodes[at]
        if node.parameter is not None or not (node.name == _LEAF or node.name[-1:].isdigit()):
            return False  # torch's own have a number at their end, a custom Function's has none
        behind += [to[0] for to in node.sends if to is not None and to[0] not in behind]
    return any(nodes[at].name == _LEAF for at in behind)


def _note_made(event: Event, index: int, followed: set[int], whole: dict[int, GraphCut]) -> None:
    """Which tensors that a tracked operation made autograd follows, and which it cannot."""
    for nr, made in enumerate(event.outputs):
        tensor = event.output_ids[nr]
        if tensor is None:
            continue
        if made is not None and made.dtype.kind not in "fc":
            call = f"{_name(event)}(…)[{nr}]"
            whole[tensor] = GraphCut("integer", call, index, event.place, str(made.dtype))
        else:
            followed.add(tensor)


def _goes_around(recording: Recording, cut: GraphCut, read: set[int | None]) -> bool:
    """Whether the loss is made of what else the call gives: its whole numbers come beside that.

    So do the places that come with the values of ``topk``, or the lengths with a packed sequence.
    """
    event = recording.events[cut.event]
    return cut.kind == "integer" and any(
        made is not None and made.dtype.kind in "fc" and event.output_ids[nr] in read
        for nr, made in enumerate(event.outputs)
    )


def _cut_by(event: Event, index: int) -> GraphCut:
    name, made = _name(event), event.outputs[0]
    if event.op in _DETACH:
        return GraphCut("detached", name, index, event.place)
    if made is not None and made.dtype.kind not in "fc":
        return GraphCut("integer", name, index, event.place, str(made.dtype))
    if event.op in _COPIES:
        return GraphCut("copied", name, index, event.place)
    kind: CutKind = "no_derivative" if event.grad_enabled else "no_grad"
    return GraphCut(kind, name, index, event.place)


def _name(event: Event) -> str:
    return f"torch.{event.op}" if event.op in _COPIES[:3] else event.op


def _cut_by_taking(recording: Recording, taken: NumbersTaken) -> GraphCut:
    made = _maker(recording, taken.tensor)
    return GraphCut("taken", taken_call(taken), made, taken.place)


def taken_call(taken: NumbersTaken) -> str:
    """How a call is written that took numbers: ".item()"."""
    return _TAKEN.get(taken.call, f".{taken.call}()")


def _with_taking(recording: Recording, cut: GraphCut, taken: Sequence[NumbersTaken]) -> GraphCut:
    """The cut, with the call that then took its numbers, as in ``detach().numpy()``."""
    if cut.kind != "detached":
        return cut
    made = recording.events[cut.event].output_ids
    after = next((t for t in taken if t.tensor in made and t.place == cut.place), None)
    if after is None:
        return cut
    taking, inner = taken_call(after), f"{cut.call}()"
    call = inner + taking if taking.startswith(".") else f"{taking[:-1]}{inner})"
    return GraphCut(cut.kind, call, cut.event, cut.place)


def _maker(recording: Recording, tensor: int) -> int:
    """The event that made a tensor; of a parameter the first that read it."""
    events = list(forward_events(recording))
    made = (i for i, e in events if tensor in e.output_ids and tensor not in e.input_ids)
    read = (i for i, e in events if tensor in e.input_ids)
    return next(made, next(read, 0))


def _behind_loss(recording: Recording, position: int) -> set[int | None]:
    """The loss and the tensors that it was computed from, whether autograd follows or not."""
    needed: set[int | None] = set()
    for _, event in reversed(list(forward_events(recording, position))):
        if (not needed and event.phase is Phase.LOSS) or not needed.isdisjoint(event.output_ids):
            needed |= {*event.output_ids, *event.input_ids}
    return needed
