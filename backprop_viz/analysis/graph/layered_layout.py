"""A layered layout of directed acyclic graphs, in time nearly linear in their size.

The steps are those of Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical
system structures" (1981): a column for each node, the order within the columns by the means of the
neighbours, then the lanes, as near to the neighbours as the order allows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

Edges = tuple[tuple[int, int], ...]
Neighbours = list[list[int]]

# How many times the order within the columns, and the lanes, are improved forwards and back.
_ORDERINGS = 2
_STRAIGHTENINGS = 2
# A long edge gets a bend, which keeps a lane free, in each column that it passes. At most this many
# bends for each node: a weight of a recurrent network has a long edge from each step.
_BENDS = 4


@dataclass(frozen=True, slots=True)
class BentLayout:
    """A (column, lane) for each node, and the bends of each long edge, column by column.

    The lanes of the nodes go from 0 to ``last``; those of bends may lie above, below 0, or
    beneath: from ``first_bend`` to ``last_bend``.
    """

    places: tuple[tuple[float, float], ...]
    bends: Mapping[tuple[int, int], tuple[tuple[float, float], ...]]
    last: float
    first_bend: float
    last_bend: float


def layout(size: int, edges: Edges) -> tuple[tuple[float, float], ...]:
    """A (column, lane) for each of ``size`` nodes of a directed acyclic graph.

    Columns count from the roots along the edges, lanes from the top; both start at 0.
    """
    return bent_layout(size, edges).places


@lru_cache(maxsize=64)
def bent_layout(size: int, edges: Edges) -> BentLayout:
    """The same layout with the lanes that are kept free for long edges."""
    children, parents = _neighbours(size, edges)
    columns = _columns(children, parents)
    bends = _add_bends(children, parents, columns, edges)
    layers: list[list[int]] = [[] for _ in range(max(columns, default=-1) + 1)]
    for node in _walk(children, parents):
        layers[columns[node]].append(node)
    for _ in range(_ORDERINGS):
        _order(layers, parents)
        _order(layers[::-1], children)
    lanes = _lanes(size, layers, children, parents)
    top = min(lanes[:size], default=0.0)
    places = tuple((float(column), lanes[node] - top) for node, column in enumerate(columns))
    beside = [lane for _, lane in places[size:]]
    return BentLayout(
        places[:size],
        {edge: tuple(places[bend] for bend in ways) for edge, ways in bends.items()},
        max((lane for _, lane in places[:size]), default=0.0),
        min(beside, default=0.0),
        max(beside, default=0.0),
    )


def _neighbours(size: int, edges: Edges) -> tuple[Neighbours, Neighbours]:
    children: Neighbours = [[] for _ in range(size)]
    parents: Neighbours = [[] for _ in range(size)]
    for a, b in edges:
        children[a].append(b)
        parents[b].append(a)
    return children, parents


def _columns(children: Neighbours, parents: Neighbours) -> list[int]:
    """The column of each node: the one after the last of its parents."""
    columns = [0] * len(children)
    waiting = [len(above) for above in parents]
    free = [node for node, count in enumerate(waiting) if count == 0]
    for node in free:
        following = columns[node] + 1
        for child in children[node]:
            columns[child] = max(columns[child], following)
            waiting[child] -= 1
            if waiting[child] == 0:
                free.append(child)
    return columns


def _add_bends(
    children: Neighbours, parents: Neighbours, columns: list[int], edges: Edges
) -> dict[tuple[int, int], range]:
    """Add a bend, as a node, to each column that an edge passes; short edges come first."""
    found: dict[tuple[int, int], range] = {}
    room = _BENDS * len(columns)
    long = [(columns[b] - columns[a], a, b) for a, b in edges if columns[b] - columns[a] > 1]
    for span, a, b in sorted(long):
        room -= span - 1
        if room < 0:
            break
        children[a].remove(b)
        parents[b].remove(a)
        before, first = a, len(columns)
        for column in range(columns[a] + 1, columns[b]):
            bend = len(columns)
            columns.append(column)
            children.append([])
            parents.append([before])
            children[before].append(bend)
            before = bend
        children[before].append(b)
        parents[b].append(before)
        found[a, b] = range(first, len(columns))
    return found


def _walk(children: Neighbours, parents: Neighbours) -> list[int]:
    """Every node, depth first, so that the nodes of a branch follow each other."""
    found: list[int] = []
    seen = [False] * len(children)
    left = [node for node in reversed(range(len(parents))) if not parents[node]]
    while left:
        node = left.pop()
        if seen[node]:
            continue
        seen[node] = True
        found.append(node)
        left.extend(reversed(children[node]))
    return found


def _order(layers: Sequence[list[int]], before: Neighbours) -> None:
    """Sort each layer by the mean place of the neighbours in the layers before it."""
    place = [0] * len(before)
    for layer in layers:
        if len(layer) > 1:
            wanted: dict[int, float] = {}
            for i, node in enumerate(layer):
                near = before[node]
                wanted[node] = sum([place[n] for n in near]) / len(near) if near else i
            layer.sort(key=wanted.__getitem__)
        for i, node in enumerate(layer):
            place[node] = i


def _lanes(
    size: int, layers: Sequence[list[int]], children: Neighbours, parents: Neighbours
) -> list[float]:
    """The lane of each node: as near as possible to its neighbours, at least one apart."""
    lanes = [0.0] * len(children)
    for layer in layers:
        for i, node in enumerate(layer):
            lanes[node] = float(i)
    through = _lengths(size, layers, children, parents)
    sweeps = [(layers, parents), (layers[::-1], children)] * _STRAIGHTENINGS
    for order, near in sweeps:
        for layer in order:
            wishes = [_wish(near[node], through, lanes, lanes[node]) for node in layer]
            _straighten(layer, wishes, through, lanes)
    # What has no children goes to its parents, which have moved since; the rest stays.
    firm = [len(below) for below in children]
    for layer in layers:
        ends = [[] if children[node] else parents[node] for node in layer]
        wishes = [
            _wish(above, through, lanes, lanes[node])
            for node, above in zip(layer, ends, strict=True)
        ]
        _straighten(layer, wishes, firm, lanes)
    return lanes


def _lengths(
    size: int, layers: Sequence[list[int]], children: Neighbours, parents: Neighbours
) -> list[int]:
    """The length of the longest path through each node, which is drawn straight. No bends count."""
    above, below = [0] * len(children), [0] * len(children)
    for lengths, order, near in ((above, layers, parents), (below, layers[::-1], children)):
        for layer in order:
            for node in layer:
                lengths[node] = max([lengths[n] for n in near[node]], default=0) + (node < size)
    return [a + b for a, b in zip(above, below, strict=True)]


def _straighten(
    layer: Sequence[int], wishes: Sequence[float], weights: Sequence[int], lanes: list[float]
) -> None:
    """Move a layer's nodes to the lanes they wish, in order and at least one lane apart.

    Nodes that would come too close form a block, which the one with the largest weight places.
    """
    if len(layer) == 1:
        lanes[layer[0]] = wishes[0]
        return
    blocks: list[tuple[float, int, int]] = []  # (first lane, how many nodes, largest weight)
    for node, first in zip(layer, wishes, strict=True):
        count, largest = 1, weights[node]
        while blocks and first < blocks[-1][0] + blocks[-1][1]:
            start, more, other = blocks.pop()
            if other > largest:
                first = start
            elif other < largest:
                first -= more
            else:
                first = (start * more + (first - more) * count) / (more + count)
            count, largest = count + more, max(largest, other)
        blocks.append((first, count, largest))
    nodes = iter(layer)
    for first, count, _ in blocks:
        for offset in range(count):
            lanes[next(nodes)] = first + offset


def _wish(
    others: Sequence[int], through: Sequence[int], lanes: Sequence[float], now: float
) -> float:
    """The lane of the neighbour on the longest path; the mean of several, ``now`` without any."""
    if not others:
        return now
    if len(others) == 1:
        return lanes[others[0]]
    longest = max([through[n] for n in others])
    chosen = [lanes[n] for n in others if through[n] == longest]
    return sum(chosen) / len(chosen)
