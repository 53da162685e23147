"""The work of laying a graph out grows with its nodes, not with their square."""

from collections import Counter
from itertools import pairwise

import pytest
import torch
from torch import nn

from backprop_viz.analysis.graph.graph_fit import best_columns
from backprop_viz.analysis.graph.graph_layout import place
from backprop_viz.analysis.graph.graph_structure import analyse
from backprop_viz.analysis.graph.layered_layout import bent_layout, layout
from backprop_viz.capture.graph.graphs import grad_fn_graph, parameter_names, walk
from backprop_viz.recording.trace.graph import Graph
from tests.nightly import by_day_every
from tests.work import work

# So small that no more of the graphs fits in at any size.
AREA = (300, 100)


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cells = nn.GRU(3, 4, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.cells(x)[0][:, -1]


def graph_of(kind: str, size: int) -> Graph:
    if kind == "chain":
        net: nn.Module = nn.Sequential(*(nn.Linear(3, 3) for _ in range(4 * size)))
        x = torch.rand(2, 3)
    else:
        net, x = Recurrent(), torch.rand(2, size, 3)
    return grad_fn_graph(walk(net(x).sum().grad_fn), parameter_names(net))


def work_on(graph: Graph) -> tuple[int, int, int]:
    """What it takes to lay a graph out, to sort it, and to fold it into rows."""
    bent_layout.cache_clear()
    laid_out = work(lambda: layout(len(graph.nodes), graph.edges))
    sorted_ = work(lambda: analyse(graph))
    structure = analyse(graph)
    return laid_out, sorted_, work(lambda: place(structure, best_columns(structure, *AREA)))


@pytest.mark.parametrize("kind", by_day_every(2, ["recurrent", "chain"]))
def test_twice_as_many_nodes_are_twice_the_work(kind: str) -> None:
    small, large = (graph_of(kind, size) for size in (24, 48))
    nodes = len(large.nodes) / len(small.nodes)
    assert 1.9 < nodes < 2.05
    # Python 3.14 counts a function's first run only in part.
    work_on(small)
    ratios = [b / a for a, b in zip(work_on(small), work_on(large), strict=True)]
    assert max(ratios) < 1.1 * nodes


def test_work_that_grows_with_the_square_is_seen() -> None:
    def squares(n: int) -> int:
        return sum(a * b for a in range(n) for b in range(n))

    assert work(lambda: squares(60)) / work(lambda: squares(30)) > 3.5


def test_edges_that_meet_share_their_way() -> None:
    """The weight of a recurrent network has an edge from each step: they run as one line."""
    graph = graph_of("recurrent", 16)
    parents = Counter(b for _, b in graph.edges)
    weight, steps = max(parents.items(), key=lambda item: item[1])
    assert steps == 16
    structure = analyse(graph)
    placement = place(structure, structure.length // 4)
    lines = [line for (_, b), line in placement.edges.items() if b == weight]
    last = {end_of(line) for line in lines if len(line) > 4}
    assert len(last) == 1


def end_of(line: tuple[tuple[float, float], ...]) -> tuple[object, ...]:
    """The last stretch along a track, and the one down from it."""
    return tuple(pairwise(line))[-2:]
