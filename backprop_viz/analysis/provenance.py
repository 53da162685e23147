"""Which operation made a tensor, which ones read it, which node sent a gradient on."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.analysis.inner_views import inner_nodes
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array, Event, PhaseSpan
from backprop_viz.recording.trace.layers import Layer
from backprop_viz.recording.trace.phases import Phase

# The operation of an event that tells of a gradient which ``torch.func.grad`` has returned: it has
# no node, and the operations that made it are those of the loss.
OF_FUNCTION = "grad"
_FORWARD = (Phase.FORWARD, Phase.LOSS)
# The same numbers in another shape or dtype.
_VIEWS = {
    *("view", "reshape", "flatten", "squeeze", "unsqueeze", "transpose", "permute", "getitem"),
    *("to", "float", "double", "clone", "contiguous"),
}


def forward_events(
    recording: Recording, position: int | None = None
) -> Iterator[tuple[int, Event]]:
    """The operations of forward and loss before a cursor, with their indices."""
    for i, event in enumerate(recording.events[:position]):
        if event.phase in _FORWARD:
            yield i, event


def maker(recording: Recording, tensor: int, before: int) -> int | None:
    """The operation that made a tensor; None for a parameter, an input or a constant."""
    for i, event in forward_events(recording, before):
        if tensor in event.output_ids and tensor not in event.input_ids:
            return i
    return None


def is_kept_inside(recording: Recording, tensor: int) -> bool:
    """Whether only a backward that makes a graph has read a tensor, which no call handed out.

    What such a backward runs happens in its line.
    """
    backwards = {e.place for e in recording.events if e.phase is Phase.BACKWARD}
    read = [e for _, e in forward_events(recording) if tensor in e.input_ids]
    inside = (e.call is not None and e.call.inner and e.place in backwards for e in read)
    return bool(read) and all(inside)


def numbers_from(recording: Recording, tensor: int, before: int) -> int | None:
    """The operation that computed a tensor's numbers, before others only reshaped them."""
    made = maker(recording, tensor, before)
    while made is not None and recording.events[made].op in _VIEWS:
        source = recording.events[made].input_ids[0]
        made = None if source is None else maker(recording, source, made)
    return made


def tracked(event: Event) -> bool:
    """Whether autograd follows what an operation made.

    A custom Function computes untracked; what it returns has a node none the less.
    """
    return event.tracked or event.node is not None


def loss_is_divided(recording: Recording) -> bool:
    """Whether the loss is divided by a number, as that of each part of an accumulation is."""
    return any(_divides(event) for _, event in forward_events(recording))


def undivided_loss(recording: Recording, span: PhaseSpan) -> float | None:
    """What the loss of this span was before it was divided by a number; None if it was not."""
    events = recording.events[span.start : span.stop]
    divided = next((event for event in reversed(events) if _divides(event)), None)
    before = divided.inputs[0] if divided is not None and divided.inputs else None
    return None if before is None or before.ndim else float(before)


def _divides(event: Event) -> bool:
    made = event.outputs[0] if event.outputs else None
    divides = event.op in ("div", "truediv", "true_divide", "__truediv__")
    return divides and event.phase is Phase.LOSS and made is not None and made.ndim == 0


def follow(recording: Recording, tensor: int, position: int) -> list[tuple[int, Event]]:
    """The operations before a cursor that depend on a tensor, in order.

    An operation that autograd does not follow is among them; what was computed from its output
    is not.
    """
    live: set[int | None] = {tensor}
    found = []
    for i, event in forward_events(recording, position):
        if not live.isdisjoint(event.input_ids):
            found.append((i, event))
            if tracked(event):
                live.update(event.output_ids)
    return found


def parents(recording: Recording, node: int) -> list[int]:
    """The nodes that send their gradient to a node, in the order backward ran them."""
    found = {one for one, other in recording.graph.edges if other == node}
    return sorted(found, key=lambda one: recording.ran_at.get(one, len(recording.events)))


class Makers:
    """Which operation made each node of a recording: for asking about many of them.

    One operation can make several (``cross_entropy``: NllLoss and LogSoftmax), and only the last
    is its output's grad_fn; the others belong to the operation of the node they feed.
    """

    def __init__(self, recording: Recording) -> None:
        # Not one that hands its input on as it is: dropout of nothing, ``contiguous``.
        self._by_node = {
            e.node: i
            for i, e in forward_events(recording)
            if e.node is not None and not (e.output_ids and e.output_ids[0] in e.input_ids)
        }
        for i, _, node, _ in recording.graph.others:
            self._by_node.setdefault(node, i)
        self._by_node |= {node: i for i, node in inner_nodes(recording).items()}
        self._leaves = {n.id for n in recording.graph.nodes if n.name == "AccumulateGrad"}
        self._parents: dict[int, list[int]] = {}
        for one, other in recording.graph.edges:
            self._parents.setdefault(other, []).append(one)

    def of(self, node: int) -> int | None:
        """The operation that made a node; None for an AccumulateGrad, which none makes.

        Of those whose nodes send to it the first: what it made a later one may have read, such as
        the transposed weight that a linear layer keeps for a second derivative.
        """
        if node in self._leaves:
            return None
        seen, found = [node], []
        for one in seen:
            if one in self._by_node:
                found.append(self._by_node[one])
            else:
                seen += [p for p in self._parents.get(one, ()) if p not in seen]
        return min(found, default=None)


def made_by(recording: Recording, node: int) -> int | None:
    """The operation that made a node; None for an AccumulateGrad."""
    return Makers(recording).of(node)


def sent_to(recording: Recording, event: Event) -> tuple[int | None, ...]:
    """Of each gradient that a node's event sends: the value's id of the parameter it is of."""
    if event.node is None:
        return ()
    nodes, known = recording.graph.nodes, recording.by_parameter
    targets = [None if to is None else nodes[to[0]].parameter for to in nodes[event.node].sends]
    return tuple(known[t].value_id if t is not None and t in known else None for t in targets)


def line_of(recording: Recording, index: int) -> int | None:
    """The line of the network's source that an event comes from."""
    event = recording.events[index]
    if event.phase is Phase.BACKWARD and event.node is not None:
        made = made_by(recording, event.node)
        return None if made is None else recording.events[made].line
    return event.line


def layer_of(recording: Recording, index: int) -> Layer | None:
    """The layer that an operation belongs to."""
    layers = recording.layers_at(index + 1).layers
    return next((x for x in layers if index in x.operations), None)


def arrived(event: Event) -> tuple[Array | None, ...]:
    """The gradients that went into a node; an AccumulateGrad's ``.grad`` is none of them."""
    return event.inputs[1:] if event.op == "AccumulateGrad" else event.inputs


def gradient_made(recording: Recording, parameter: str) -> Array | None:
    """A parameter's ``.grad`` as backward left it last, whatever clipped or cleared it after."""
    for i in reversed(recording.happened_to.get(parameter, ())):
        event = recording.events[i]
        if event.op == "AccumulateGrad":
            return event.outputs[0]
    return None


def is_finite(arrays: tuple[Array | None, ...]) -> bool:
    """Whether no array has a NaN or an Inf."""
    return all(bool(np.isfinite(a).all()) for a in arrays if a is not None)


def is_zero(arrays: tuple[Array | None, ...]) -> bool:
    """Whether every element of every array is zero."""
    # Of most arrays the first few elements tell.
    return not any(bool(a.flat[:64].any() or a.any()) for a in arrays if a is not None)


def is_none(arrays: tuple[Array | None, ...]) -> bool:
    """Whether there is no array."""
    return all(a is None for a in arrays)


def strange(arrays: tuple[Array | None, ...]) -> str:
    """``NaN`` if there is one in the arrays, else ``Inf``."""
    return "NaN" if any(bool(np.isnan(a).any()) for a in arrays if a is not None) else "Inf"


def holds_strange(arrays: tuple[Array | None, ...]) -> bool:
    """Whether there is a NaN or an Inf in the arrays of floats."""
    floats = [a for a in arrays if a is not None and a.dtype.kind in "fc"]
    return not all(bool(np.isfinite(a).all()) for a in floats)


def first_strange(arrays: tuple[Array | None, ...]) -> tuple[int, ...]:
    """Where the first NaN or Inf is, in the first array of floats that has one; () without any."""
    for array in arrays:
        if array is not None and array.dtype.kind in "fc" and not np.isfinite(array).all():
            places = np.argwhere(~np.isfinite(array))
            return tuple(int(i) for i in places[0])
    return ()


def finite_range(arrays: tuple[Array | None, ...]) -> tuple[float, float] | None:
    """The smallest and the largest finite number in the arrays of floats; None without any."""
    floats = [a for a in arrays if a is not None and a.dtype.kind == "f"]
    finite = [a[np.isfinite(a)] for a in floats]
    finite = [a for a in finite if a.size]
    if not finite:
        return None
    return min(float(a.min()) for a in finite), max(float(a.max()) for a in finite)
