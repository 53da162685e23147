"""Graphs in boxes of layers, modules and loops."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.graph.folded_graph import (
    FoldedGraph,
    GraphGroup,
    LayerNodes,
    fold_graph,
)
from backprop_viz.analysis.graph.graph_of_pass import graph_of_pass
from backprop_viz.analysis.repeated_layers import Pass, Repeat
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.graph import Graph
from backprop_viz.training.recorded_steps import RecordedSteps
from tests.capture.test_generated_nets import BATCH, DRAWN_NETS, Net


class Block(nn.Module):
    """A transformer's, without attention."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.wide, self.thin = nn.LayerNorm(6), nn.Linear(6, 12), nn.Linear(12, 6)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.thin(torch.relu(self.wide(self.norm(x))))


class Deep(nn.Module):
    """Forty blocks between two layers."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Linear(3, 6)
        self.encoder = nn.Sequential(*(Block() for _ in range(40)))
        self.head = nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.encoder(self.stem(x)))


class Unrolled(nn.Module):
    """A cell in a loop, whose output is its next input."""

    def __init__(self) -> None:
        super().__init__()
        self.cell, self.out = nn.GRUCell(3, 3), nn.Linear(3, 3)

    def forward(self, x: Tensor) -> Tensor:
        state = torch.zeros_like(x)
        for _ in range(5):
            state = self.cell(x, state)
            x = torch.tanh(self.out(state))
        return x


class Returning(nn.Module):
    """Its one module runs before and after another operation that reads both."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 3), nn.Tanh())

    def forward(self, x: Tensor) -> Tensor:
        first = self.body(x)
        return self.body(first.sort(-1).values) * first


NETS = {"deep": Deep, "unrolled": Unrolled, "returning": Returning}


def recorded(net: nn.Module, passes: int = 1) -> Recording:
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recording:
        for _ in range(passes):
            net(torch.rand(4, 3)).square().mean().backward()
        optimizer.step()
    return recording.recording


def named(group: GraphGroup) -> str:
    return group.name if isinstance(group, LayerNodes) else str(group)


def folded(
    recording: Recording, *unfolded: GraphGroup, part: frozenset[int] | None = None
) -> FoldedGraph:
    return fold_graph(recording, part, frozenset(unfolded), named)


def boxes(graph: FoldedGraph) -> set[GraphGroup]:
    return set(graph.groups.values())


def below(root: object, inputs: frozenset[object]) -> Iterator[str]:
    """The names of what a gradient runs through from one grad_fn, up to that of the inputs."""
    seen, waiting = {root}, [root]
    for node in waiting:
        yield type(node).__name__
        for child, _ in node.next_functions:
            if child is not None and child not in seen and child not in inputs:
                seen.add(child)
                waiting.append(child)


def check_consistent(graph: FoldedGraph, part: frozenset[int]) -> None:
    """Every node is shown once, and two boxes are joined where two of their nodes are."""
    home = {node: node for node in part}
    for box, members in graph.members.items():
        assert box in members
        home.update(dict.fromkeys(members, box))
    assert graph.part == frozenset(home.values())
    assert (
        Counter(n for members in graph.members.values() for n in members).keys()
        == graph.box_of.keys()
    )
    joined = {(home[a], home[b]) for a, b in graph.whole.edges if a in part and b in part}
    assert set(graph.graph.edges) == {(a, b) for a, b in joined if a != b}
    assert_no_circle(graph.graph)


def assert_no_circle(graph: Graph) -> None:
    edges = set(graph.edges)
    while edges:
        led_to = {b for _, b in edges}
        left = {(a, b) for a, b in edges if a in led_to}
        assert left != edges
        edges = left


@pytest.mark.parametrize("name", NETS)
def test_each_node_is_in_one_box_and_no_edge_is_lost(name: str) -> None:
    recording = recorded(NETS[name]())
    everything = frozenset(range(len(recording.graph.nodes)))
    graph = folded(recording)
    check_consistent(graph, everything)
    opened: list[GraphGroup] = []
    while graph.groups:  # unfold every second one, then those that are left, and what was in them
        opened += list(graph.groups.values())[::2]
        assert len(opened) <= len(everything)
        graph = folded(recording, *opened)
        check_consistent(graph, everything)
    assert graph.part == everything
    assert graph.graph.nodes == recording.graph.nodes


@pytest.mark.parametrize("seed", DRAWN_NETS)
def test_the_graphs_of_generated_nets_are_whole_in_boxes(seed: int) -> None:
    net = Net(seed)
    recorder = RecordedSteps(bv.Trainer(model=net, data="random", batch_size=BATCH))
    for _ in range(4):
        recorder.step()
    recording = recorder.recording()
    everything = frozenset(range(len(recording.graph.nodes)))
    graph = folded(recording)
    check_consistent(graph, everything)
    check_consistent(folded(recording, *graph.groups.values()), everything)


def test_a_box_has_what_its_module_made() -> None:
    net = Deep()
    known: dict[str, Counter[str]] = {}

    def tell(name: str) -> Callable[[nn.Module, tuple[Tensor], Tensor], None]:
        def hook(module: nn.Module, inputs: tuple[Tensor], output: Tensor) -> None:
            known[name] = Counter(below(output.grad_fn, frozenset({inputs[0].grad_fn})))

        return hook

    handles = [
        net.get_submodule(name).register_forward_hook(tell(name))
        for name in ("stem", "encoder", "encoder.3", "head")
    ]
    recording = recorded(net)
    for handle in handles:
        handle.remove()
    graph = folded(recording)
    assert boxes(graph) >= {LayerNodes("stem"), "encoder", LayerNodes("head")}
    opened = folded(recording, "encoder")
    assert boxes(opened) >= {f"encoder.{i}" for i in range(40)}
    assert set(opened.around.values()) == {"encoder"}
    inner = folded(recording, "encoder", "encoder.3")
    assert {inner.graph.nodes[box].name for box in inner.groups} >= {"norm", "wide", "thin"}
    for one, group in ((graph, "encoder"), (opened, "encoder.3"), (graph, LayerNodes("head"))):
        box = next(box for box, each in one.groups.items() if each == group)
        names = Counter(recording.graph.nodes[i].name for i in one.members[box])
        assert names == known[named(group)]
        # The gradient of the module's output enters there.
        assert one.graph.nodes[box].name == named(group)  # "encoder.3" in encoder, too
        assert recording.graph.nodes[box].name in ("AddBackward0", "AddmmBackward0")
        assert one.graph.nodes[box].key == recording.graph.nodes[box].key


def test_a_loop_is_one_box_and_unfolds_to_its_passes() -> None:
    recording = recorded(Unrolled())
    graph = folded(recording)
    loops = [group for group in boxes(graph) if isinstance(group, Repeat)]
    assert [loop.count for loop in loops] == [5]
    opened = folded(recording, *loops)
    numbers = sorted(group.number for group in boxes(opened) if isinstance(group, Pass))
    assert numbers == [1, 2, 3, 4, 5]
    # Weights that several passes use are in none of them.
    assert {recording.graph.nodes[n].parameter for n in opened.part} >= {"out.weight", "out.bias"}
    assert all(n.parameter is None for box in opened.members for n in opened.in_box(box))


def test_the_graph_of_one_pass_alone() -> None:
    recording = recorded(Deep(), passes=2)
    found = graph_of_pass(recording.at(len(recording.events)))
    assert found is not None
    graph = folded(recording, part=found.nodes)
    check_consistent(graph, found.nodes)
    assert boxes(graph) >= {"encoder", LayerNodes("head")}


def test_nodes_are_found_in_their_boxes_by_key_and_by_parameter() -> None:
    recording = recorded(Deep())
    graph = folded(recording)
    box = next(box for box, group in graph.groups.items() if group == "encoder")
    inner = recording.graph.nodes[graph.members[box][3]]
    assert graph.shown_with(frozenset({inner.key})) == {box}
    assert graph.shown_with(frozenset(), frozenset({"encoder.7.wide.bias"})) == {box}
    assert not graph.shown_with(frozenset({"no such key"}))
