"""The graph of grad_fn nodes in few boxes: one for the nodes of a layer, a module or a loop."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from backprop_viz.analysis.folded_network import BoxRow, Folding, Group
from backprop_viz.analysis.graph.graph_structure import neighbours
from backprop_viz.analysis.module_tree import ModuleTree
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.graph import Graph, Node
from backprop_viz.recording.trace.phases import Phase

# So many boxes show a network at a glance; a container's may be twice as many.
_ROOM = 16
# A graph of more nodes is folded at first.
MANY = 60


@dataclass(frozen=True, slots=True)
class LayerNodes:
    """The nodes of one layer, by its name: a linear layer has an addmm, a transpose and leaves."""

    name: str


# What a box stands for.
GraphGroup = Group | LayerNodes


@dataclass(frozen=True, slots=True)
class FoldedGraph:
    """``graph`` is ``whole`` with edges between boxes; of its nodes those in ``part`` are shown.

    A box has the id, the key and the shape of the node at which the gradient enters it.
    ``members`` are the ids of a box's nodes, ``groups`` what it stands for, both by the box's id;
    ``box_of`` leads from a node to its box. ``around`` is the innermost group, of those that are
    unfolded, in which a shown node lies.
    """

    graph: Graph = field(default_factory=Graph)
    whole: Graph = field(default_factory=Graph)
    part: frozenset[int] | None = None
    members: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    groups: Mapping[int, GraphGroup] = field(default_factory=dict)
    box_of: Mapping[int, int] = field(default_factory=dict)
    around: Mapping[int, GraphGroup] = field(default_factory=dict)

    def shown_with(
        self, keys: frozenset[str], parameters: frozenset[str] = frozenset()
    ) -> frozenset[int]:
        """The shown nodes and boxes that have one of these keys, or add to these parameters."""
        if not keys and not parameters:
            return frozenset()
        found = {
            self.box_of.get(node.id, node.id)
            for node in self.whole.nodes
            if node.key in keys or node.parameter in parameters
        }
        return frozenset(found if self.part is None else found & self.part)

    def in_box(self, node: int) -> tuple[Node, ...]:
        """The nodes in a box, or a shown node itself."""
        return tuple(self.whole.nodes[i] for i in self.members.get(node, (node,)))


def unfolded_graph(graph: Graph, part: frozenset[int] | None) -> FoldedGraph:
    """The graph node by node, or a part of it."""
    return FoldedGraph(graph, graph, part)


def fold_graph(
    recording: Recording,
    part: frozenset[int] | None,
    unfolded: frozenset[GraphGroup],
    named: Callable[[GraphGroup], str],
) -> FoldedGraph:
    """The graph of a recording with a box for each layer, module or loop; of a ``part`` only that.

    Boxes are those of the network's panel, with about 16 at first; the groups ``unfolded`` show
    what is in them. ``named`` names a group. Takes a time that grows as the number of nodes does.
    """
    whole = recording.graph
    ids = frozenset(range(len(whole.nodes))) if part is None else part
    edges = [edge for edge in whole.edges if ids.issuperset(edge)]
    rows = _rows_of(recording, unfolded)
    placed = _Placed.of(recording, ids, edges, rows)
    found = placed.boxes(rows.groups)
    while True:
        entries = {row: placed.entry(nodes) for row, nodes in found.items()}
        box_of = {node: entries[row] for row, nodes in found.items() for node in nodes}
        ends = ((box_of.get(a, a), box_of.get(b, b)) for a, b in edges)
        drawn = dict.fromkeys((a, b) for a, b in ends if a != b)
        # A box that its own gradient leaves and enters again cannot be one.
        circle = _in_circles(drawn)
        left = {row: nodes for row, nodes in found.items() if entries[row] not in circle}
        if len(left) == len(found):
            break
        found = left
    groups = {entries[row]: rows.groups[row] for row in found}
    nodes = list(whole.nodes)
    for box, group in groups.items():
        around = rows.around.get(placed.row_of[box])
        nodes[box] = replace(nodes[box], name=_short(named(group), around), parameter=None)
    shown = ids - box_of.keys() | groups.keys()
    within = ((node, rows.around.get(row)) for node, row in placed.row_of.items() if node in shown)
    return FoldedGraph(
        Graph(tuple(nodes), tuple(drawn), whole.others),
        whole,
        shown,
        {entries[row]: nodes for row, nodes in found.items()},
        groups,
        box_of,
        {node: group for node, group in within if group is not None},
    )


def _short(name: str, around: GraphGroup | None) -> str:
    """A name without that of the unfolded module around it: ``mlp``, or ``mlp.2`` of a number."""
    if not isinstance(around, str) or not name.startswith(f"{around}."):
        return name
    short = name.removeprefix(f"{around}.")
    return f"{around.rpartition('.')[2]}.{short}" if short.isdigit() else short


@dataclass(slots=True)
class _Rows:
    """What is to be one box, or is unfolded, numbered; ``of_event`` leads there from an operation.

    ``groups`` are those of the boxes; ``around`` are the innermost unfolded ones.
    """

    of_event: dict[int, int] = field(default_factory=dict)
    groups: dict[int, GraphGroup] = field(default_factory=dict)
    around: dict[int, GraphGroup] = field(default_factory=dict)


def _rows_of(recording: Recording, unfolded: frozenset[GraphGroup]) -> _Rows:
    rows, tree, number = _Rows(), ModuleTree(recording), 0
    in_network = frozenset(group for group in unfolded if not isinstance(group, LayerNodes))
    for one in recording.passes:
        folding = Folding(one.layers, tree)
        for box in folding.fold(folding.spread(_ROOM), in_network).boxes:
            for row, around in _innermost(box.rows):
                layers = one.layers.layers[row.first : row.stop]
                group = LayerNodes(layers[0].name) if row.group is None else row.group
                if group in unfolded:  # a layer, whose nodes stand for themselves
                    rows.around[number] = group
                else:
                    rows.groups[number] = group
                    if around is not None:
                        rows.around[number] = around
                of_event = (event for layer in layers for event in layer.operations)
                rows.of_event.update(dict.fromkeys(of_event, number))
                number += 1
    return rows


def _innermost(box: Iterable[BoxRow]) -> Iterator[tuple[BoxRow, Group | None]]:
    """The rows of a box that are not unfolded, each with the innermost group around it."""
    around: list[Group] = []
    for row in box:
        del around[row.depth :]
        if row.unfolded and row.group is not None:
            around.append(row.group)
        else:
            yield row, around[-1] if around else None


@dataclass(frozen=True, slots=True)
class _Placed:
    """``row_of`` leads from a node to its row; ``order`` tells nodes by when they were made."""

    row_of: dict[int, int]
    order: dict[int, int]

    @classmethod
    def of(
        cls,
        recording: Recording,
        ids: frozenset[int],
        edges: Sequence[tuple[int, int]],
        rows: _Rows,
    ) -> "_Placed":
        """What no recorded layer made belongs to what reads it first: a weight's transpose, say.

        A leaf that several rows read belongs to none.
        """
        made: dict[int, int] = {}
        for i, event in enumerate(recording.events):
            if event.phase is not Phase.BACKWARD and event.node is not None:
                made.setdefault(event.node, i)
        for event_nr, _, node, _ in recording.graph.others:
            made.setdefault(node, event_nr)
        children, parents = neighbours(ids, edges), neighbours(ids, ((b, a) for a, b in edges))
        row_of: dict[int, int] = {}
        order: dict[int, int] = {}
        for node in _from_the_loss(children, parents):
            above = sorted(parents[node], key=lambda parent: (order[parent], parent))
            order[node] = made.get(node, order[above[0]] if above else len(recording.events))
            row = rows.of_event.get(made.get(node, -1))
            if (
                row is None
                and above
                and (children[node] or len({row_of.get(p) for p in above}) == 1)
            ):
                row = row_of.get(above[0])
            if row is not None:
                row_of[node] = row
        return cls(row_of, order)

    def boxes(self, rows: Collection[int]) -> dict[int, tuple[int, ...]]:
        """The nodes of each of these rows that has several."""
        found: dict[int, list[int]] = defaultdict(list)
        for node, row in self.row_of.items():
            if row in rows:
                found[row].append(node)
        return {row: tuple(sorted(nodes)) for row, nodes in found.items() if len(nodes) > 1}

    def entry(self, nodes: Sequence[int]) -> int:
        """Of a box's nodes the one at which the gradient enters: it was made last."""
        return max(nodes, key=lambda node: (self.order[node], -node))


def _from_the_loss(
    children: Mapping[int, tuple[int, ...]], parents: Mapping[int, tuple[int, ...]]
) -> list[int]:
    """All nodes, each after those that lead to it."""
    waiting = {node: len(above) for node, above in parents.items()}
    found = [node for node, count in waiting.items() if not count]
    for node in found:
        for child in children[node]:
            waiting[child] -= 1
            if not waiting[child]:
                found.append(child)
    return found


def _in_circles(edges: Iterable[tuple[int, int]]) -> frozenset[int]:
    """The nodes that lie in a circle, or between two."""
    edges = tuple(edges)
    ids = {node for edge in edges for node in edge}
    for _ in range(2):  # take off what leads to no circle, then what none leads to
        edges = tuple((b, a) for a, b in edges if ids >= {a, b})
        after, before = neighbours(ids, edges), neighbours(ids, ((b, a) for a, b in edges))
        ids -= set(_from_the_loss(after, before))
    return frozenset(ids)
