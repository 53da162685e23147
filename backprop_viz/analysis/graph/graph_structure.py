"""The structure of a grad_fn graph: its lanes, and what hangs below the nodes in them.

What only serves a parameter (its AccumulateGrad, the transpose before it) hangs below the node
that it belongs to.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from backprop_viz.analysis.graph.layered_layout import layout
from backprop_viz.analysis.graph.spans import Spans
from backprop_viz.recording.trace.graph import Graph, Node

_LANES = 4  # more of them are not folded


@dataclass(frozen=True, slots=True)
class Structure:
    """A graph, or a part of it, whose nodes either stand in lanes or hang below a node that does.

    ``nodes`` and ``edges`` are those of the part. ``places`` are the (column, lane) of each node
    in the layered layout. ``hanging`` lists, for a node in a lane, chains of one or two nodes, the
    leaf last.
    """

    graph: Graph
    nodes: tuple[Node, ...]
    edges: tuple[tuple[int, int], ...]
    places: Mapping[int, tuple[float, float]]
    chain: tuple[int, ...]
    lanes: Mapping[int, int]
    columns: Mapping[int, int]
    hanging: Mapping[int, tuple[tuple[int, ...], ...]]
    children: Mapping[int, tuple[int, ...]]
    parents: Mapping[int, tuple[int, ...]]

    @property
    def length(self) -> int:
        """How many columns there are before folding."""
        return max(self.columns.values(), default=-1) + 1

    @property
    def foldable(self) -> bool:
        """Whether the lanes are few enough to be folded into rows."""
        return max(self.lanes.values(), default=0) < _LANES


def is_leaf(node: Node) -> bool:
    """Whether a node accumulates a gradient: it is drawn as a pill that bears a name."""
    return node.parameter is not None or node.name == "AccumulateGrad"


def analyse(graph: Graph, part: Collection[int] | None = None) -> Structure:
    """Decide which nodes stand in lanes and which hang below them; of a ``part`` only these ids."""
    shown = tuple(node for node in graph.nodes if part is None or node.id in part)
    nodes = {node.id: node for node in shown}
    edges = graph.edges if part is None else tuple(e for e in graph.edges if nodes.keys() >= {*e})
    number = {node: i for i, node in enumerate(nodes)}
    laid_out = layout(len(shown), tuple((number[a], number[b]) for a, b in edges))
    places = dict(zip(nodes, laid_out, strict=True))
    children = neighbours(nodes, edges)
    parents = neighbours(nodes, [(b, a) for a, b in edges])
    owner: dict[int, int] = {}
    for node in shown:
        if parents[node.id] and not children[node.id]:
            owner[node.id] = min(parents[node.id], key=lambda p: (places[p][0], p))
    for node in shown:
        if node.id not in owner and _turns_a_leaf(node.id, nodes, children, parents, owner):
            owner[node.id] = parents[node.id][0]
    standing = [node for node in shown if node.id not in owner]
    ranks = {x: i for i, x in enumerate(sorted({places[node.id][0] for node in standing}))}
    columns = {node.id: ranks[places[node.id][0]] for node in standing}
    paths = _paths(columns, children, parents, {node.id: places[node.id][1] for node in standing})
    hanging: dict[int, list[tuple[int, ...]]] = {}
    for node in shown:
        if node.id in owner and owner[node.id] not in owner:
            below = tuple(c for c in children[node.id] if owner.get(c) == node.id)
            hanging.setdefault(owner[node.id], []).append((node.id, *below))
    return Structure(
        graph,
        shown,
        edges,
        places,
        paths[0] if paths else (),
        _lanes(paths, columns),
        columns,
        # The weight, a chain of two, comes before the bias, as in a layer's arguments.
        {key: tuple(sorted(chains, key=lambda c: (-len(c), c))) for key, chains in hanging.items()},
        children,
        parents,
    )


def neighbours(
    nodes: Iterable[int], edges: Iterable[tuple[int, int]]
) -> dict[int, tuple[int, ...]]:
    """For each node those to which edges lead from it."""
    found: dict[int, list[int]] = {node: [] for node in nodes}
    for a, b in edges:
        found[a].append(b)
    return {key: tuple(ids) for key, ids in found.items()}


def _turns_a_leaf(
    node: int,
    nodes: Mapping[int, Node],
    children: Mapping[int, tuple[int, ...]],
    parents: Mapping[int, tuple[int, ...]],
    owner: Mapping[int, int],
) -> bool:
    """Whether a node only transposes a parameter: it has the leaf's sizes in some order."""
    if len(parents[node]) != 1 or len(children[node]) != 1:
        return False
    leaf, shape = children[node][0], nodes[node].shape
    of_leaf = nodes[leaf].shape
    if children[leaf] or leaf not in owner or parents[node][0] in owner:
        return False
    if shape is None or of_leaf is None:
        return False
    return len(shape) > 0 and sorted(shape) == sorted(of_leaf)


def _paths(
    columns: Mapping[int, int],
    children: Mapping[int, tuple[int, ...]],
    parents: Mapping[int, tuple[int, ...]],
    order: Mapping[int, float],
) -> list[tuple[int, ...]]:
    """The standing nodes as paths, the longest first: each is drawn straight in its lane.

    A path that is taken out leaves parts that are not connected. The longest path of each is
    looked for by itself, so the work grows with the nodes and not with the number of paths.
    """

    def add(part: Sequence[int]) -> None:
        length, path = _longest_path(part, children, lambda n: (columns[n], order[n], n))
        start = path[0]
        heappush(waiting, (-length, columns[start], order[start], start, path, part))

    waiting: list[tuple[int, int, float, int, tuple[int, ...], Sequence[int]]] = []
    deepest_first = sorted(columns, key=lambda node: (-columns[node], order[node], node))
    for whole in _connected(deepest_first, children, parents):
        add(whole)
    paths = []
    while waiting:
        *_, path, part = heappop(waiting)
        paths.append(path)
        taken = set(path)
        for rest in _connected([n for n in part if n not in taken], children, parents):
            add(rest)
    return paths


def _longest_path(
    nodes: Sequence[int],
    children: Mapping[int, tuple[int, ...]],
    rank: Callable[[int], tuple[float, ...]],
) -> tuple[int, tuple[int, ...]]:
    """The longest path among some nodes, of which children come first; its length and its nodes.

    Of several that are equally long, the one whose start has the lowest ``rank``.
    """
    longest: dict[int, int] = {}
    following: dict[int, int] = {}
    for node in nodes:
        longest[node] = 1
        for child in children[node]:
            if longest.get(child, 0) + 1 > longest[node]:
                longest[node], following[node] = longest[child] + 1, child
    node = min(nodes, key=lambda n: (-longest[n], *rank(n)))
    length, path = longest[node], [node]
    while node in following:
        node = following[node]
        path.append(node)
    return length, tuple(path)


def _connected(
    nodes: Sequence[int],
    children: Mapping[int, tuple[int, ...]],
    parents: Mapping[int, tuple[int, ...]],
) -> list[list[int]]:
    """Some nodes, in their order, by the parts of the graph that these alone connect."""
    part_of: dict[int, int] = dict.fromkeys(nodes, -1)
    count = 0
    for node in nodes:
        if part_of[node] >= 0:
            continue
        part_of[node] = count
        near = [node]
        for one in near:
            for other in (*children[one], *parents[one]):
                if part_of.get(other, 0) < 0:
                    part_of[other] = count
                    near.append(other)
        count += 1
    parts: list[list[int]] = [[] for _ in range(count)]
    for node in nodes:
        parts[part_of[node]].append(node)
    return parts


def _lanes(paths: Sequence[tuple[int, ...]], columns: Mapping[int, int]) -> dict[int, int]:
    """The first lane in which a path's columns are free."""
    taken: list[Spans] = []
    lanes: dict[int, int] = {}
    for path in paths:
        # A path takes its columns whole: the next one may begin in the column after it.
        first, last = columns[path[0]], columns[path[-1]] + 1
        lane = next((i for i, spans in enumerate(taken) if spans.free(first, last)), len(taken))
        if lane == len(taken):
            taken.append(Spans())
        taken[lane].take(first, last)
        lanes.update(dict.fromkeys(path, lane))
    return lanes
