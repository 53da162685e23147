"""What has happened to the nodes of a graph at a cursor, and the gradients that arrived. No Qt."""

import math
from enum import Enum

from backprop_viz.analysis.graph.folded_graph import FoldedGraph
from backprop_viz.desktop.panels.network.feature_maps import shape_text
from backprop_viz.desktop.style.numbers import short
from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.trace.graph import Graph, Node
from backprop_viz.recording.trace.phases import Phase


class NodeState(Enum):
    """What has happened to a node at the cursor."""

    WAITING = "not reached yet"
    DONE = "done"
    CURRENT = "the one just run"


def node_states(graph: Graph, cursor: Cursor | None, since: int = 0) -> dict[int, NodeState]:
    """The state of every node at a cursor; without a cursor all are waiting.

    What ran before the event ``since`` does not count: a leaf runs once in each pass.
    """
    states = dict.fromkeys((node.id for node in graph.nodes), NodeState.WAITING)
    if cursor is None:
        return states
    for node, events in cursor.recording.runs.items():
        if any(since <= event < cursor.position for event in events):
            states[node] = NodeState.DONE
    event_now = cursor.event
    if event_now is not None and event_now.phase is Phase.BACKWARD and event_now.node in states:
        states[event_now.node] = NodeState.CURRENT
    return states


def box_states(graph: FoldedGraph, cursor: Cursor | None, since: int = 0) -> dict[int, NodeState]:
    """The state of what is shown of a graph: a box is done as soon as one of its nodes has run."""
    states = node_states(graph.whole, cursor, since)
    for box, members in graph.members.items():
        found = {states[node] for node in members}
        ran = NodeState.WAITING if found == {NodeState.WAITING} else NodeState.DONE
        states[box] = NodeState.CURRENT if NodeState.CURRENT in found else ran
    return states


def nodes_run(graph: FoldedGraph, box: int, cursor: Cursor | None, since: int = 0) -> int:
    """How many of a box's nodes have run at a cursor, from the event ``since`` on."""
    if cursor is None:
        return 0
    runs, stop = cursor.recording.runs, cursor.position
    return sum(any(since <= i < stop for i in runs.get(n, ())) for n in graph.members[box])


def arriving_gradient_text(node: Node, cursor: Cursor | None) -> str:
    """The shape of the gradient that enters a node, ``∂ 64×10``; of a single number its value."""
    if node.shape is None:
        return ""
    if math.prod(node.shape) != 1:
        return f"∂ {shape_text(node.shape)}"
    event = None if cursor is None else cursor.backward_event(node.id)
    arrived = event.inputs[0] if event is not None and event.inputs else None
    return "∂" if arrived is None or not arrived.size else f"∂ {short(arrived.flat[0])}"
