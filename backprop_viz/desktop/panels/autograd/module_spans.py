"""Which module made each part of a graph, to name the parts when zoomed out. No Qt here."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from backprop_viz.analysis.graph.graph_layout import Placement, Rect
from backprop_viz.analysis.graph.graph_structure import Structure

_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Stretch:
    """Nodes in a row that one module made: its dotted name, and a box in each row they fill."""

    module: str
    boxes: tuple[Rect, ...]


def stretches(structure: Structure, placement: Placement) -> tuple[tuple[Stretch, ...], ...]:
    """The stretches of the first lane by the first part of the modules' names, by two, by three.

    A graph that is not folded into rows has none.
    """
    if not structure.foldable:
        return ()
    nodes = sorted(
        (node for node, lane in structure.lanes.items() if lane == 0),
        key=structure.columns.__getitem__,
    )
    modules = list(_modules(structure, nodes))
    return tuple(
        tuple(_stretches(structure, placement, nodes, modules, depth))
        for depth in range(1, _DEEPEST + 1)
    )


def _modules(structure: Structure, nodes: list[int]) -> Iterator[tuple[str, ...]]:
    """Each node's module, as the parts of its name.

    What has no parameters (relu, add) works on what comes after it in the graph: that was
    computed just before it.
    """
    known: list[tuple[str, ...]] = []
    module: tuple[str, ...] = ()
    for node in reversed(nodes):
        hung = (structure.graph.nodes[n] for c in structure.hanging.get(node, ()) for n in c)
        name = next((n.parameter for n in hung if n.parameter is not None), None)
        module = module if name is None else tuple(name.split(".")[:-1])
        known.append(module)
    return reversed(known)


def _stretches(
    structure: Structure,
    placement: Placement,
    nodes: list[int],
    modules: list[tuple[str, ...]],
    depth: int,
) -> Iterator[Stretch]:
    paired = zip(nodes, modules, strict=True)
    for module, group in groupby(paired, key=lambda pair: pair[1][:depth]):
        own = [node for node, _ in group]
        rows = groupby(own, key=lambda node: placement.rects[node].y)
        boxes = tuple(_around(structure, placement, list(row)) for _, row in rows)
        if module:
            yield Stretch(".".join(module), boxes)


def _around(structure: Structure, placement: Placement, nodes: list[int]) -> Rect:
    """The box that holds nodes of a row and what hangs on them."""
    hung = [n for node in nodes for c in structure.hanging.get(node, ()) for n in c]
    rects = [placement.rects[node] for node in (*nodes, *hung)]
    left, top = placement.rects[nodes[0]].x, min(rect.y for rect in rects)
    right = max(placement.rects[node].right for node in nodes)
    return Rect(left, top, right - left, max(rect.bottom for rect in rects) - top)
