"""Where the nodes of a grad_fn graph lie and how its edges run: pure functions.

A chain, as most networks are, folds into rows like text. A graph with many lanes is not folded:
it is shown as its layered layout placed it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from backprop_viz.analysis.graph.box_sizes import OPEN, BoxSizes
from backprop_viz.analysis.graph.graph_structure import Structure, is_leaf
from backprop_viz.analysis.graph.spans import Spans

Point = tuple[float, float]
Edge = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rect:
    """A node's place."""

    x: float
    y: float
    width: float
    height: float

    @property
    def center(self) -> Point:
        """Its middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def right(self) -> float:
        """Its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower side."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Placement:
    """A place for each node by its id, and the points along each edge."""

    rects: Mapping[int, Rect]
    edges: Mapping[tuple[int, int], tuple[Point, ...]]
    width: float
    height: float
    columns: int  # in the longest row
    sizes: BoxSizes = OPEN


def place(structure: Structure, columns: int, sizes: BoxSizes = OPEN) -> Placement:
    """Place every node, with at most ``columns`` columns to a row."""
    if not structure.nodes:
        return Placement({}, {}, 0, 0, 0)
    if not structure.foldable:
        return _as_laid_out(structure, sizes)
    return _Folding(structure, max(columns, 1), sizes).placement()


def column_pitch(structure: Structure, sizes: BoxSizes = OPEN) -> float:
    """How wide a column is on average, all of them in one row."""
    return _Folding(structure, structure.length, sizes).pitch()


def _as_laid_out(structure: Structure, sizes: BoxSizes) -> Placement:
    """Columns and lanes of the layered layout, with straight edges."""
    across, down = sizes.width + 3 * sizes.gap, sizes.height + 20
    places, rects = structure.places, {}
    for node in structure.nodes:
        width, height = sizes.of_leaf if is_leaf(node) else (sizes.width, sizes.height)
        column, lane = places[node.id]
        x = column * across + (sizes.width - width) / 2
        y = lane * down + (sizes.height - height) / 2
        rects[node.id] = Rect(x, y, width, height)
    edges = {}
    for a, b in structure.edges:
        (_, start), (_, end) = rects[a].center, rects[b].center
        edges[a, b] = ((rects[a].right, start), (rects[b].x, end))
    return Placement(
        rects,
        edges,
        max(rect.right for rect in rects.values()),
        max(rect.bottom for rect in rects.values()),
        round(max(column for column, _ in places.values())) + 1,
        sizes,
    )


@dataclass(slots=True)
class _Row:
    """A row of the folded graph: what it holds, and the edges that run above it."""

    sizes: BoxSizes
    lanes: dict[int, list[int]] = field(default_factory=dict)  # lane -> nodes
    tracks: list[Spans] = field(default_factory=list)
    top: float = 0.0

    def track(self, left: float, right: float) -> int:
        """The lowest track that is free between two points; it is taken."""
        track = next((i for i, t in enumerate(self.tracks) if t.free(left, right)), -1)
        if track < 0:
            track = len(self.tracks)
            self.tracks.append(Spans())
        self.tracks[track].take(left, right)
        return track

    def height_of(self, track: int) -> float:
        """Where a track runs."""
        return self.top - self.sizes.edge_room - track * self.sizes.track


class _Folding:
    """Places the columns of a graph in rows of equal length."""

    def __init__(self, structure: Structure, columns: int, sizes: BoxSizes) -> None:
        self._structure, self._sizes = structure, sizes
        # Rows of nearly equal length read better than a last one with a single node.
        rows = -(-structure.length // columns)
        self._across = -(-structure.length // rows)
        self._row_of = {n: c // self._across for n, c in structure.columns.items()}
        self._rows = [_Row(sizes) for _ in range(rows)]
        for node, row in self._row_of.items():
            self._rows[row].lanes.setdefault(structure.lanes[node], []).append(node)
        # Each node itself, or the one that it hangs on.
        self._standing = {node: node for node in structure.columns} | {
            hung: node
            for node, chains in structure.hanging.items()
            for chain in chains
            for hung in chain
        }
        self._reach = {node: self._reach_of(node) for node in structure.columns}
        self._rects: dict[int, Rect] = {}
        self._right = 0.0  # of the longest row, with what hangs there

    def placement(self) -> Placement:
        """Where everything goes."""
        sizes, lefts = self._sizes, self._lefts()
        half = sizes.width / 2
        self._right = max(x + half + max(self._reach[node], half) for node, x in lefts.items())
        tracks = self._tracks(lefts)
        y = 0.0
        for row in self._rows:
            y += len(row.tracks) * sizes.track
            y += sizes.edge_room if row.tracks else 0
            row.top = y
            for lane in sorted(row.lanes):
                y += max(self._stand(node, lefts[node], y) for node in row.lanes[lane])
                y += sizes.lane_gap
        edges = {
            edge: self._around(edge, tracks[edge]) if edge in tracks else self._direct(edge)
            for edge in self._structure.edges
        }
        return _moved_to_origin(self._rects, edges, self._across, self._sizes)

    def _lefts(self) -> dict[int, float]:
        """The left side of each standing node; columns move apart where hanging nodes need room."""
        sizes = self._sizes
        lefts: dict[int, float] = {}
        for row in self._rows:
            by_column: dict[int, list[int]] = {}
            for nodes in row.lanes.values():
                for node in nodes:
                    by_column.setdefault(self._structure.columns[node], []).append(node)
            x = 0.0
            hung: dict[int, float] = {}  # lane -> right side of what hangs there so far
            for column in sorted(by_column):
                for node in by_column[column]:
                    lane, reach = self._structure.lanes[node], self._reach[node]
                    if reach and lane in hung:
                        x = max(x, hung[lane] + sizes.space + reach - sizes.width / 2)
                for node in by_column[column]:
                    lefts[node] = x
                    if reach := self._reach[node]:
                        hung[self._structure.lanes[node]] = x + sizes.width / 2 + reach
                x += sizes.width + sizes.gap
        return lefts

    def _reach_of(self, node: int) -> float:
        """How far what hangs on a node reaches to either side of its middle."""
        sizes = self._sizes
        chains = len(self._structure.hanging.get(node, ()))
        return min(chains, 2) * sizes.pill_width / 2 + (sizes.space / 2 if chains > 1 else 0)

    def _stand(self, node: int, x: float, y: float) -> float:
        """Place a node and what hangs on it; the height that this takes."""
        sizes = self._sizes
        self._rects[node] = Rect(x, y, sizes.width, sizes.height)
        chains = self._structure.hanging.get(node, ())
        top = y + sizes.height
        for i in range(0, len(chains), 2):
            pair = chains[i : i + 2]
            depth = max(len(chain) for chain in pair)
            reach = self._reach[node] if len(pair) > 1 else sizes.pill_width / 2
            left = x + sizes.width / 2 - reach
            for chain in pair:
                # The leaves of a pair have the same height.
                for level, hung in enumerate(reversed(chain)):
                    below = (
                        top + sizes.hang + (depth - 1 - level) * (sizes.pill_height + sizes.space)
                    )
                    self._rects[hung] = Rect(left, below, sizes.pill_width, sizes.pill_height)
                left += sizes.pill_width + sizes.space
            top += sizes.hang + depth * (sizes.pill_height + sizes.space) - sizes.space
        return top - y

    def pitch(self) -> float:
        """How wide a column is in the rows, on average."""
        return (max(self._lefts().values()) + self._sizes.width) / self._across

    # -- edges -------------------------------------------------------------------------------

    def _is_direct(self, edge: tuple[int, int]) -> bool:
        """Whether an edge needs no track: it goes down, or to the next column of the row."""
        a, b = (self._standing[node] for node in edge)
        if a == b:
            return True
        columns = self._structure.columns
        beside = self._row_of[a] == self._row_of[b] and columns[b] == columns[a] + 1
        return beside and edge == (a, b)

    def _direct(self, edge: tuple[int, int]) -> tuple[Point, ...]:
        start, end = (self._rects[node] for node in edge)
        if self._standing[edge[0]] == self._standing[edge[1]]:
            return _down(start, end, self._sizes)
        out, into = (start.right, start.center[1]), (end.x, end.center[1])
        if out[1] == into[1]:
            return (out, into)
        middle = end.x - self._sizes.gap / 2
        return (out, (middle, out[1]), (middle, into[1]), into)

    def _tracks(self, lefts: Mapping[int, float]) -> dict[Edge, tuple[int, int]]:
        """The tracks of the edges above the rows of their two ends; -1 where one needs none.

        Edges that meet share a track: those of a recurrent network to a weight, or from the
        output of all steps.
        """
        edges = [edge for edge in self._structure.edges if not self._is_direct(edge)]
        passes = {edge: self._passes(edge, lefts) for edge in edges}
        extents: dict[tuple[int, int], tuple[float, float]] = {}  # by row, and node where they meet
        for passed in passes.values():
            for row, node, left, right in passed:
                before = extents.get((row, node), (left, right))
                extents[row, node] = min(left, before[0]), max(right, before[1])
        tracks = {key: self._rows[key[0]].track(*extent) for key, extent in extents.items()}
        found = {}
        for edge, passed in passes.items():
            above = tracks[passed[0][:2]] if len(passed) > 1 else -1
            found[edge] = above, tracks[passed[-1][:2]]
        return found

    def _passes(
        self, edge: Edge, lefts: Mapping[int, float]
    ) -> list[tuple[int, int, float, float]]:
        """The rows above which an edge runs, the target's last.

        Of each: the node at which it meets others, and from where to where it runs.
        """
        a, b = (self._standing[node] for node in edge)
        start, end = lefts[a] + self._sizes.width, lefts[b]
        source, target = edge
        out, into = self._structure.children[source], self._structure.parents[target]
        meets = source if len(out) > len(into) else target
        if self._row_of[a] == self._row_of[b]:
            return [(self._row_of[a], meets, min(start, end), max(start, end))]
        arrives = (self._row_of[b], target, end, self._right)
        if self._structure.columns[a] % self._across == self._across - 1:
            return [arrives]
        return [(self._row_of[a], meets, start, self._right), arrives]

    def _around(self, edge: tuple[int, int], tracks: tuple[int, int]) -> tuple[Point, ...]:
        """Up, along a track above the row and down; to another row at the right of all rows."""
        start, end = (self._rects[node] for node in edge)
        from_, to = (self._standing[node] for node in edge)
        last, here = self._rows[self._row_of[from_]], self._rows[self._row_of[to]]
        above, along = tracks
        out, into = (start.right, start.center[1]), (end.x, end.center[1])
        half = self._sizes.gap / 2
        leave, enter = self._rects[from_].right + half, self._rects[to].x - half
        points = [out]
        if last is here:
            points += [(leave, out[1]), (leave, here.height_of(along))]
        else:
            gutter = self._right + half + along * self._sizes.track
            if above >= 0:
                y = last.height_of(above)
                points += [(leave, out[1]), (leave, y), (gutter, y)]
            else:
                points += [(gutter, out[1])]
            points += [(gutter, here.height_of(along))]
        return (*points, (enter, here.height_of(along)), (enter, into[1]), into)


def _down(start: Rect, end: Rect, sizes: BoxSizes) -> tuple[Point, ...]:
    """From a node down to a hanging one: to its top, or to its side past those above it."""
    (x, _), (to, _) = start.center, end.center
    if end.y - start.bottom > 2 * sizes.pill_height + sizes.hang + sizes.space and to != x:
        side = end.right if to < x else end.x
        return ((x, start.bottom), (x, end.center[1]), (side, end.center[1]))
    return ((x, start.bottom), (to, end.y))


def _moved_to_origin(
    rects: Mapping[int, Rect],
    edges: Mapping[tuple[int, int], tuple[Point, ...]],
    columns: int,
    sizes: BoxSizes,
) -> Placement:
    points = [point for edge in edges.values() for point in edge]
    left = min([r.x for r in rects.values()] + [x for x, _ in points])
    top = min([r.y for r in rects.values()] + [y for _, y in points])
    right = max([r.right for r in rects.values()] + [x for x, _ in points])
    bottom = max([r.bottom for r in rects.values()] + [y for _, y in points])
    return Placement(
        {node: Rect(r.x - left, r.y - top, r.width, r.height) for node, r in rects.items()},
        {edge: tuple((x - left, y - top) for x, y in line) for edge, line in edges.items()},
        right - left,
        bottom - top,
        columns,
        sizes,
    )
