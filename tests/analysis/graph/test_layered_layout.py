"""The places of a graph's nodes, checked against what any layered layout must hold."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from backprop_viz.analysis.graph.layered_layout import Edges, layout

Graph = tuple[int, Edges]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Directed acyclic graphs; their numbers do not follow their edges."""
    size = draw(st.integers(1, 24))
    names = draw(st.permutations(range(size)))
    pairs = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1))
    drawn = draw(st.sets(pairs.filter(lambda pair: pair[0] < pair[1]), max_size=40))
    return size, tuple((names[a], names[b]) for a, b in sorted(drawn))


@given(graphs())
def test_columns_follow_the_edges_and_lanes_keep_apart(graph: Graph) -> None:
    size, edges = graph
    places = layout(size, edges)
    assert len(places) == size
    assert all(places[b][0] > places[a][0] for a, b in edges)
    assert min(x for x, _ in places) == 0
    assert min(y for _, y in places) == 0
    for (x, y), (other_x, other_y) in itertools.combinations(places, 2):
        assert x != other_x or abs(y - other_y) > 1 - 1e-9


@given(graphs())
def test_a_column_is_the_longest_way_from_a_root(graph: Graph) -> None:
    size, edges = graph

    def longest(node: int) -> int:
        return max((longest(a) + 1 for a, b in edges if b == node), default=0)

    assert [x for x, _ in layout(size, edges)] == [longest(node) for node in range(size)]


def test_nothing_has_no_place_and_a_single_node_the_first() -> None:
    assert layout(0, ()) == ()
    assert layout(1, ()) == ((0.0, 0.0),)
    assert layout(2, ()) == ((0.0, 0.0), (0.0, 1.0))


def test_a_chain_is_straight_and_what_hangs_on_it_or_skips_a_part_lies_beside() -> None:
    chain = tuple((i, i + 1) for i in range(300))
    leaves = tuple((i, 301 + i) for i in range(300))
    skips = tuple((i, i + 7) for i in range(0, 290, 7))
    places = layout(601, chain + leaves + skips)
    # The chain's last node and the leaf beside it are alike.
    assert {y for _, y in places[:300]} == {places[0][1]}
    assert max(y for _, y in places) <= 4


def test_branches_lie_around_their_root() -> None:
    fork = tuple((0, i) for i in range(1, 6))
    places = layout(7, (*fork, *((i, 6) for i in range(1, 6))))
    assert [y for _, y in places] == [2, 0, 1, 2, 3, 4, 2]


def test_a_long_edge_does_not_bend_the_longest_path() -> None:
    places = layout(4, ((0, 1), (1, 2), (2, 3), (0, 3)))
    assert len({y for _, y in places}) == 1


def test_a_leaf_stays_beside_the_only_node_that_reads_it() -> None:
    """A fork after it moves its reader, and the leaf with it."""
    after = ((0, 1), (1, 2), (1, 3), (3, 4), (3, 6), (3, 7), (4, 5), (7, 8))
    places = layout(9, after)
    assert abs(places[2][1] - places[1][1]) <= 1


def test_a_weight_that_every_step_uses_does_not_make_the_layout_large() -> None:
    """As in a recurrent network: an edge from each step to one leaf passes all steps after it."""
    steps = 2_000
    chain = tuple((i, i + 1) for i in range(steps))
    places = layout(steps + 2, chain + tuple((i, steps + 1) for i in range(steps)))
    assert len(places) == steps + 2
    # Room for a few of those edges beside the chain, not for all 2,000.
    assert max(y for _, y in places) < 100
