"""Operations that hand out a view of memory of their own, which was changed in place afterwards.

A linear layer of a sequence is one: torch multiplies two matrices, and the layer's output is a view
of their product. What changes that view in place (``nn.ReLU(inplace=True)``, ``h += x``) changes
the product as well. So torch replaces the view's node by one behind which the change is,
``CopySlices``, and from there the graph goes on to the nodes inside the layer.
"""

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.calls import TensorPlace
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase

# Calls that may hand out a part of the memory that they are given, of which a write is allowed.
VIEWS = frozenset(
    {
        *("__getitem__", "view", "view_as", "reshape", "reshape_as", "flatten", "unflatten"),
        *("T", "mT", "H", "mH", "t", "transpose", "swapaxes", "swapdims", "permute", "movedim"),
        *("moveaxis", "select", "narrow", "squeeze", "unsqueeze", "diagonal", "unfold", "ravel"),
        *("expand", "expand_as", "as_strided", "view_as_real", "view_as_complex", "real", "imag"),
    }
)
_CHANGE, _LEAF = "CopySlices", "AccumulateGrad"
# So many views torch may have made one after the other within an operation.
_MOST_VIEWS = 8
_FORWARD = (Phase.FORWARD, Phase.LOSS)


def inner_nodes(recording: Recording) -> dict[int, int]:
    """By the index of each such operation, the node of the memory that its output is a view of."""
    if not any(node.name == _CHANGE for node in recording.graph.nodes):
        return {}
    forward = [(i, e) for i, e in enumerate(recording.events) if e.phase in _FORWARD]
    own = {event.node for _, event in forward}
    found: dict[int, int] = {}
    makers: dict[int, int] = {}
    # Changed through a view of the view, which nobody read after that: the graph has no node of it.
    unseen: set[int] = set()
    for i, event in forward:
        operation = _origin(recording, event, makers)
        if operation is not None and event.node is None:
            unseen.add(operation)
        elif operation is not None:
            node = _behind_changes(recording, event.node)
            if node is not None and node not in own and _has_inside(recording, operation, node):
                found.setdefault(operation, node)
        for tensor in event.output_ids:
            if tensor is not None and tensor not in event.input_ids:
                makers[tensor] = i
    behind = {_behind_changes(recording, node.id) for node in recording.graph.nodes}
    left = sorted(n for n in behind - {*own, *found.values()} if n is not None)
    unseen -= {*found}
    if len(left) == len(unseen) == 1 and _has_inside(recording, *unseen, *left):
        found[unseen.pop()] = left[0]
    elif left and unseen:
        found |= _matched(recording, unseen, left, makers)
    return found


def _matched(
    recording: Recording, operations: set[int], nodes: list[int], makers: dict[int, int]
) -> dict[int, int]:
    """Of several operations and several nodes which belong together: those that read the same.

    Of two that have read the same, as two calls of a layer, backward goes through the later one
    first: of what it can run it always runs what forward has made last.
    """
    own = {event.node for event in recording.events if event.phase in _FORWARD}
    sends = [(node, _sent_to(recording, node, own)) for node in nodes]
    calls: dict[frozenset[int | str], list[int]] = {}
    for i in sorted(operations, reverse=True):
        calls.setdefault(frozenset(_read_by(recording, i, makers)), []).append(i)
    found = dict[int, int]()
    for read, alike in calls.items():
        inside = [node for node, to in sends if to == read]
        ran = {node: recording.ran_at[node] for node in inside if node in recording.ran_at}
        if not read or len(alike) != len(inside) or (len(alike) > 1 and len(ran) < len(inside)):
            continue
        inside.sort(key=lambda node: ran.get(node, 0))
        pairs = zip(alike, inside, strict=True)
        found |= {i: node for i, node in pairs if _has_inside(recording, i, node)}
    return found


def _read_by(recording: Recording, operation: int, makers: dict[int, int]) -> set[int | str]:
    """The parameters that an operation has read, and the nodes of the operations before it."""
    names = {parameter.value_id: parameter.name for parameter in recording.parameters}
    found = set[int | str]()
    for tensor in recording.events[operation].input_ids:
        made = None if tensor is None else makers.get(tensor)
        node = None if made is None else recording.events[made].node
        if tensor in names and recording.by_parameter[names[tensor]].requires_grad:
            found.add(names[tensor])
        elif node is not None:
            found.add(node)
    return found


def _sent_to(recording: Recording, node: int, own: set[int | None]) -> set[int | str]:
    """The parameters and the operations' nodes that a node inside an operation sends to.

    On the way are only other nodes inside it.
    """
    nodes, waiting, found = recording.graph.nodes, [(node, 0)], set[int | str]()
    while waiting:
        at, steps = waiting.pop()
        for to in nodes[at].sends:
            if to is None:
                continue
            parameter = nodes[to[0]].parameter
            if parameter is not None:
                found.add(parameter)
            elif to[0] in own:
                found.add(to[0])
            elif steps < _MOST_VIEWS and nodes[to[0]].name != _CHANGE:
                waiting.append((to[0], steps + 1))
    return found


def first_tensor(event: Event) -> int | None:
    """The id of the tensor that an operation was called on: that which it may change."""
    first = event.call.args[0] if event.call is not None and event.call.args else None
    return event.input_ids[first.place] if isinstance(first, TensorPlace) else None


def _origin(recording: Recording, event: Event, makers: dict[int, int]) -> int | None:
    """The operation whose output an event changes, itself or through views of it.

    None where it changes nothing that autograd follows.
    """
    if event.call is None or not event.call.writes:
        return None
    while True:
        tensor = first_tensor(event)
        made = None if tensor is None else makers.get(tensor)
        if made is None:
            return None
        event = recording.events[made]
        if event.call is None or not (event.call.name in VIEWS or event.call.writes):
            return made if event.tracked else None


def _behind_changes(recording: Recording, node: int | None) -> int | None:
    """Of what was changed through a view, the node that its memory had before."""
    nodes, changes = recording.graph.nodes, 0
    while node is not None and (sends := nodes[node].sends) and sends[0] is not None:
        node = sends[0][0]
        if nodes[node].name != _CHANGE:
            return node if changes and nodes[node].name != _LEAF else None
        changes += 1
    return None


def _has_inside(recording: Recording, operation: int, node: int) -> bool:
    """Whether a node may be inside an operation.

    It is if the operation's own node is not in the graph, or leads there.
    """
    nodes, own = recording.graph.nodes, recording.events[operation].node
    for _ in range(_MOST_VIEWS):
        if own is None or own == node:
            return True
        sends = nodes[own].sends
        if not sends or sends[0] is None:
            return False
        own = sends[0][0]
    return False
