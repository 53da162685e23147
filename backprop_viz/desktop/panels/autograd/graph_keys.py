"""Which node an arrow key leads to in a grad_fn graph."""

from PySide6.QtCore import Qt

from backprop_viz.analysis.graph.graph_structure import Structure


def neighbour_node(structure: Structure, node: int, key: Qt.Key) -> int | None:
    """The node that an arrow key leads to from a node.

    Right and left follow the edges. Down and up go through what hangs on a node, and from lane to
    lane.
    """
    children, parents = structure.children, structure.parents
    hanging = [chain[0] for chain in structure.hanging.get(node, ())]
    # In the order in which they hang, from the left.
    hung = {
        chain[0]: i
        for parent in parents[node]
        for i, chain in enumerate(structure.hanging.get(parent, ()))
    }
    beside = sorted(
        {child for parent in parents[node] for child in children[parent]},
        key=lambda n: (n in structure.lanes, structure.lanes.get(n, 0), hung.get(n, 0), n),
    )
    at = beside.index(node) if node in beside else 0
    hangs = node not in structure.lanes
    if key == Qt.Key.Key_Right:
        along = sorted(children[node], key=lambda n: (n not in structure.lanes, n))
        if along and not hangs and along[0] in structure.lanes:
            return along[0]
        return beside[at + 1] if hangs and at + 1 < len(beside) else None
    if key == Qt.Key.Key_Left:
        if hangs and at > 0:
            return beside[at - 1]
        return parents[node][0] if parents[node] else None
    if key == Qt.Key.Key_Down:
        if hanging:
            return hanging[0]
        if hangs:
            return next(iter(children[node]), None)
        return beside[at + 1] if at + 1 < len(beside) else None
    if hangs:
        return parents[node][0] if parents[node] else None
    return beside[at - 1] if at > 0 and beside[at - 1] in structure.lanes else None
