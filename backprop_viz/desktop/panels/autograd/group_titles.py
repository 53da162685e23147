"""How the boxes of the graph are named."""

from backprop_viz.analysis.graph.folded_graph import GraphGroup, LayerNodes
from backprop_viz.desktop.texts.group_names import group_name


def group_title(group: GraphGroup) -> str:
    """The name of a layer, a module, a loop or a pass."""
    return group.name if isinstance(group, LayerNodes) else group_name(group)
