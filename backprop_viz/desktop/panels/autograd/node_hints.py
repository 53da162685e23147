"""What the graph says of a node under the cursor."""

from backprop_viz.desktop.panels.autograd.node_states import NodeState
from backprop_viz.desktop.panels.network.feature_maps import shape_text
from backprop_viz.desktop.style.language import translate
from backprop_viz.desktop.texts.missing_texts import not_recorded_text
from backprop_viz.recording.trace.graph import Node


def node_hint(node: Node, state: NodeState, breaking: bool, missing: str) -> str:
    """A node, its gradient and how far it is.

    ``breaking``: it has a breakpoint. ``missing``: why its numbers are not recorded, as a code of
    ``Event.missing``.
    """
    lines = [node.name]
    if node.parameter is not None:
        text = translate("GraphCanvas", "adds to {name}.grad")
        lines.append(text.format(name=node.parameter))
    if node.shape is not None:
        shape = shape_text(node.shape) or translate("GraphCanvas", "a scalar")
        lines.append(translate("GraphCanvas", "gradient: {shape}").format(shape=shape))
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
