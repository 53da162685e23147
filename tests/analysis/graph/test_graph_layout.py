"""Where the nodes and edges of a graph lie."""

from collections.abc import Callable
from itertools import combinations, pairwise

import pytest

from backprop_viz.analysis.graph.box_sizes import COMPACT, OPEN
from backprop_viz.analysis.graph.graph_fit import best_columns, fit_for
from backprop_viz.analysis.graph.graph_layout import (
    Placement,
    Rect,
    place,
)
from backprop_viz.analysis.graph.graph_structure import analyse, is_leaf
from backprop_viz.analysis.graph.layered_layout import layout
from backprop_viz.recording.trace.graph import Graph, Node
from tests.desktop.panels.autograd.graph_helpers import (
    GRAPHS,
    Residual,
    graph_of,
    recording_of,
)


def inside(graph: Graph, placement: Placement) -> bool:
    rects = placement.rects.values()
    lines = [point for line in placement.edges.values() for point in line]
    return (
        set(placement.rects) == {node.id for node in graph.nodes}
        and set(placement.edges) == set(graph.edges)
        and all(r.x >= 0 and r.y >= 0 for r in rects)
        and all(r.right <= placement.width and r.bottom <= placement.height for r in rects)
        and all(0 <= x <= placement.width and 0 <= y <= placement.height for x, y in lines)
    )


def overlap(one: Rect, other: Rect) -> bool:
    """Whether two places share an area."""
    wide = min(one.right, other.right) - max(one.x, other.x)
    high = min(one.bottom, other.bottom) - max(one.y, other.y)
    return wide > 0 and high > 0


@pytest.mark.parametrize("name", GRAPHS)
def test_every_node_has_a_place_of_its_own(name: str) -> None:
    graph = graph_of(name)
    structure = analyse(graph)
    for columns in (1, 3, 7, structure.length):
        placement = place(structure, columns)
        assert inside(graph, placement)
        for one, other in combinations(placement.rects.values(), 2):
            assert not overlap(one, other)


def test_sizes_of_the_graphs() -> None:
    assert len(graph_of("lenet").nodes) == 27
    assert len(graph_of("residual").nodes) > 200
    assert analyse(graph_of("chain")).length >= 60
    assert not analyse(graph_of("wide")).foldable


def test_the_chain_runs_straight_in_each_row() -> None:
    structure = analyse(graph_of("lenet"))
    assert len(structure.chain) == 14
    placement = place(structure, 7)
    tops = [placement.rects[node].y for node in structure.chain]
    assert len(set(tops[:7])) == len(set(tops[7:])) == 1
    assert tops[0] < tops[7]
    for a, b in pairwise(structure.chain):
        line = placement.edges[a, b]
        assert (len(line) == 2) is (a != structure.chain[6])
        assert line[0] == (placement.rects[a].right, placement.rects[a].center[1])
        assert line[-1] == (placement.rects[b].x, placement.rects[b].center[1])


def test_what_serves_a_parameter_hangs_below_its_node() -> None:
    graph = graph_of("lenet")
    structure = analyse(graph)
    placement = place(structure, 7)
    names = {node.id: node.parameter or node.name for node in graph.nodes}
    hanging = {
        tuple(names[n] for n in chain) for chains in structure.hanging.values() for chain in chains
    }
    assert ("TBackward0", "fc3.weight") in hanging
    assert ("fc3.bias",) in hanging
    assert ("conv1.weight",) in hanging
    for node, chains in structure.hanging.items():
        for chain in chains:
            heights = [placement.rects[n].y for n in (node, *chain)]
            assert heights == sorted(heights)
            assert heights[0] < heights[-1]
    leaves = [node for node in graph.nodes if is_leaf(node)]
    assert len(leaves) == 10


def test_edges_that_skip_run_past_the_boxes() -> None:
    structure = analyse(graph_of("residual"))
    placement = place(structure, 9)
    boxes = [placement.rects[node] for node in structure.lanes if structure.lanes[node] == 0]
    for (a, b), line in placement.edges.items():
        if structure.lanes.get(a) != 0 or structure.lanes.get(b) != 0:
            continue
        for (x0, y0), (x1, y1) in pairwise(line):
            for box in boxes:
                across = min(x0, x1) < box.right - 1 and max(x0, x1) > box.x + 1
                down = min(y0, y1) < box.bottom - 1 and max(y0, y1) > box.y + 1
                assert not (across and down)


def test_a_wide_graph_is_shown_as_laid_out() -> None:
    graph = graph_of("wide")
    placement = place(analyse(graph), 4)
    places = layout(len(graph.nodes), graph.edges)
    for one, other in combinations(range(len(places)), 2):
        a, b = placement.rects[one].center, placement.rects[other].center
        (x, y), (other_x, other_y) = places[one], places[other]
        assert (x < other_x) == (a[0] < b[0] - 0.01)
        if x == other_x:
            assert (y < other_y) == (a[1] < b[1])


def test_rows_follow_the_size() -> None:
    structure = analyse(graph_of("lenet"))
    assert best_columns(structure, 850, 210) == 7
    assert best_columns(structure, 1900, 100) == 14
    # Three columns would be too small to read in so narrow an area; in compact boxes they fit.
    assert best_columns(structure, 300, 500) == 2
    assert best_columns(structure, 300, 500, sizes=COMPACT) in (3, 4)
    # Calm: a little more room changes nothing where the rows are nearly as good.
    assert best_columns(structure, 860, 250, now=7) == 7
    assert best_columns(analyse(Graph()), 850, 210) == 0


def test_a_small_graph_is_drawn_in_compact_boxes_before_it_is_cut_or_shrunk() -> None:
    structure = analyse(graph_of("lenet"))
    roomy = fit_for(structure, 870, 215, 0, True, 1.0)
    assert (roomy.sizes, roomy.text) == (OPEN, 1.0)
    for width, height, text in ((591, 150, 1.0), (663, 142, 1.0), (1000, 240, 1.5)):
        fit = fit_for(structure, width, height, 0, True, text)
        assert (fit.sizes, fit.text) == (COMPACT, text)
        placement = place(structure, fit.columns, COMPACT)
        scale = min(width / placement.width, height / placement.height)
        # Then a name of 11 pixels has the room that it has at a scale of 1, nearly.
        assert scale >= text * COMPACT.readable
    # Too low for all of it: it is not made smaller, but scrolled.
    low = fit_for(structure, 663, 60, 0, True, 1.0)
    assert (low.sizes, low.text) == (COMPACT, 1.0)
    assert place(structure, low.columns, COMPACT).width <= 663 / COMPACT.readable


def test_a_long_chain_stays_readable() -> None:
    structure = analyse(graph_of("chain"))
    columns = best_columns(structure, 850, 200)
    assert 5 <= columns <= 9
    assert 850 / place(structure, columns).width > OPEN.readable


def test_a_thousand_nodes_are_placed_quickly(benchmark_seconds: Callable[..., float]) -> None:
    recording = recording_of(Residual(64), 3)
    assert len(recording.graph.nodes) > 900

    def all_of_it() -> None:
        structure = analyse(recording.graph)
        place(structure, best_columns(structure, 850, 200))

    assert benchmark_seconds(all_of_it) < 0.5


@pytest.fixture
def benchmark_seconds() -> Callable[..., float]:
    import timeit

    return lambda call: min(timeit.repeat(call, number=1, repeat=3))


def test_a_leaf_behind_operations_that_keep_its_sizes_has_a_place() -> None:
    # In the order in which a forward makes them: the leaf's product, its clamp, and the sum.
    nodes = (
        Node(0, "AccumulateGrad", (3, 4), "w"),
        Node(1, "MulBackward0", (3, 4)),
        Node(2, "ClampBackward1", (3, 4)),
        Node(3, "SumBackward0", ()),
    )
    graph = Graph(nodes, ((1, 0), (2, 1), (3, 2)))
    structure = analyse(graph)
    for columns in range(1, 5):
        assert inside(graph, place(structure, columns))
