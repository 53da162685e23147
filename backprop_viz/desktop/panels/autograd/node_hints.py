"""What the graph says of a node or a box under the cursor."""

from collections.abc import Sequence

from backprop_viz.analysis.graph.folded_graph import FoldedGraph
from backprop_viz.desktop.panels.autograd.group_titles import group_title
from backprop_viz.desktop.panels.autograd.node_states import NodeState, nodes_run
from backprop_viz.desktop.panels.network.feature_maps import shape_text
from backprop_viz.desktop.style.language import translate
from backprop_viz.desktop.texts.missing_texts import not_recorded_text
from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.missing import node_missing
from backprop_viz.recording.trace.graph import Node

# So many parameters of a box are named.
_MOST = 6


def shown_hint(
    graph: FoldedGraph,
    node: int,
    state: NodeState | None,
    cursor: Cursor | None,
    since: int,
    breaking: bool,
) -> str:
    """What is said of a shown node or box; ``since``: of the events from there on."""
    if node in graph.groups:
        return box_hint(graph, node, cursor, since, breaking)
    missing = "" if cursor is None else node_missing(cursor, node)
    return node_hint(graph.whole.nodes[node], state or NodeState.WAITING, breaking, missing)


def node_hint(node: Node, state: NodeState, breaking: bool, missing: str) -> str:
    """A node, its gradient and how far it is.

    ``breaking``: it has a breakpoint. ``missing``: why its numbers are not recorded, as a code of
    ``Event.missing``.
    """
    lines = [node.name]
    if node.parameter is not None:
        lines.append(_adds_to([node.parameter]))
    lines += _gradient(node)
    states = {
        NodeState.WAITING: translate("GraphCanvas", "not reached yet"),
        NodeState.DONE: translate("GraphCanvas", "done"),
        NodeState.CURRENT: translate("GraphCanvas", "just run"),
    }
    lines.append(states[state])
    if missing:
        lines.append(not_recorded_text(missing, node.name))
    if breaking:
        lines.append(translate("GraphCanvas", "has a breakpoint"))
    return "\n".join(lines)


def box_hint(
    graph: FoldedGraph, box: int, cursor: Cursor | None, since: int, breaking: bool
) -> str:
    """What is in a box, the gradient that enters it, and how many of its nodes have run."""
    nodes = graph.in_box(box)
    lines = [group_title(graph.groups[box]), *_gradient(graph.graph.nodes[box])]
    done = translate("GraphCanvas", "{done} of {count} nodes have run")
    lines.append(done.format(done=nodes_run(graph, box, cursor, since), count=len(nodes)))
    names = dict.fromkeys(node.parameter for node in nodes if node.parameter is not None)
    if names:
        lines.append(_adds_to(list(names)))
    if breaking:
        lines.append(translate("GraphCanvas", "has a breakpoint"))
    lines.append(translate("GraphCanvas", "Double click or Space unfolds it, Esc folds all"))
    return "\n".join(lines)


def _gradient(node: Node) -> list[str]:
    if node.shape is None:
        return []
    shape = shape_text(node.shape) or translate("GraphCanvas", "a scalar")
    return [translate("GraphCanvas", "gradient: {shape}").format(shape=shape)]


def _adds_to(names: Sequence[str]) -> str:
    text = translate("GraphCanvas", "adds to {name}.grad")
    if len(names) == 1:
        return text.format(name=names[0])
    shown = ", ".join([*names[:_MOST], *(["…"] if len(names) > _MOST else [])])
    return translate("GraphCanvas", "adds to the gradients of {names}").format(names=shown)
