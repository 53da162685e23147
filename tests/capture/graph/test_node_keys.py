"""A node has the same key in every graph that it is in: of the output, of each loss, every time."""

from collections import Counter
from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.utils.data import TensorDataset

import backprop_viz as bv
from backprop_viz.analysis.cursor.breakpoints import by_key, first_hit
from backprop_viz.capture.graph.graphs import walk
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.graph import Graph
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.recorded_steps import RecordedSteps
from tests.capture.test_generated_nets import BATCH, DRAWN_NETS, LOSSES, Net
from tests.nightly import by_day_every

NETS: dict[str, Callable[[], nn.Module]] = {"LeNet": bv.LeNet} | {
    f"net {seed}": lambda seed=seed: Net(seed) for seed in DRAWN_NETS
}


def trainer_of(net: nn.Module, loss: str) -> bv.Trainer:
    generator = torch.Generator().manual_seed(0)
    data = TensorDataset(torch.rand(12, 1, 32, 32, generator=generator), torch.arange(12) % 10)
    return bv.Trainer(data, loss, model=net, batch_size=BATCH)


def after(phase: Phase, trainer: bv.Trainer) -> tuple[Recording, list[object]]:
    """What is recorded at the end of a phase, and the grad_fn nodes in the order of its graph."""
    recorder = RecordedSteps(trainer)
    while recorder.step() is not phase:
        pass
    recording = recorder.recording()
    return recording, walk(trainer.root.grad_fn)


def twin(graph: Graph, other: Graph, pairs: dict[int, int]) -> None:
    """Add to ``pairs`` the nodes of the graphs that stand at the same place below their roots."""
    below: list[dict[int, list[int]]] = [{}, {}]
    for edges, found in zip((graph.edges, other.edges), below, strict=True):
        for a, b in edges:
            found.setdefault(a, []).append(b)
    waiting = list(pairs.items())
    for one, two in waiting:
        for a, b in zip(below[0].get(one, []), below[1].get(two, []), strict=True):
            if a not in pairs:
                pairs[a] = b
                waiting.append((a, b))


@pytest.mark.parametrize(
    ("name", "loss"), by_day_every(4, [(name, loss) for name in NETS for loss in LOSSES])
)
def test_each_node_of_the_output_keeps_its_key_in_the_graph_of_the_loss(
    name: str, loss: str
) -> None:
    trainer = trainer_of(NETS[name](), loss)
    recorder = RecordedSteps(trainer)
    while recorder.step() is not Phase.FORWARD:
        pass
    forward = recorder.recording().graph
    live = walk(trainer.root.grad_fn)
    recorder.step()
    whole = recorder.recording().graph
    # The very objects of torch: they are what a key must stand for.
    numbers = {node: i for i, node in enumerate(walk(trainer.root.grad_fn))}
    for i, node in enumerate(live):
        assert whole.nodes[numbers[node]].key == forward.nodes[i].key
    for graph in (forward, whole):
        assert max(Counter(node.key for node in graph.nodes).values()) == 1
        assert all(node.key for node in graph.nodes)
    while recorder.step() is not Phase.UPDATE:
        pass
    assert recorder.recording().graph == whole
    assert [n.key for n in trainer.record().graph.nodes] == [n.key for n in whole.nodes]


@pytest.mark.parametrize("name", [*list(NETS)[:60]])
def test_whatever_the_loss_a_node_has_the_same_key(name: str) -> None:
    graphs, roots = [], []
    for loss in LOSSES:
        recording, nodes = after(Phase.LOSS, trainer := trainer_of(NETS[name](), loss))
        graphs.append(recording.graph)
        roots.append(nodes.index(trainer.output.grad_fn))
    for graph, root in zip(graphs[1:], roots[1:], strict=True):
        pairs = {roots[0]: root}
        twin(graphs[0], graph, pairs)
        assert len(pairs) > 5
        for one, other in pairs.items():
            assert graphs[0].nodes[one].key == graph.nodes[other].key


class Detour(nn.Module):
    """In every second iteration one relu more, which gives all nodes behind it other numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(1024, 8), nn.Linear(8, 10)
        self.count = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.count += 1
        x = self.first(x.flatten(1))
        return self.last(x.relu() if self.count % 2 else x)


def test_where_the_way_changes_from_iteration_to_iteration_the_place_stays() -> None:
    trainer = trainer_of(Detour(), "cross_entropy")
    recordings = [trainer.record() for _ in range(2)]
    addmm = [n for n in recordings[0].graph.nodes if n.name == "AddmmBackward0"][1]
    assert recordings[1].graph.nodes[addmm.id].name != "AddmmBackward0"
    for recording in recordings:
        found = first_hit(recording, [Breakpoint("node", addmm.key)])
        event = recording.events[found[0]]
        assert event.op == "AddmmBackward0"
        # The first layer's: no other one has gradients of eight numbers.
        assert event.inputs[0].shape == (BATCH, 8)


def test_keys_say_which_operation_it_was() -> None:
    graph = bv.Trainer("random", "mse").record().graph
    keys = {node.key: node.name for node in graph.nodes}
    assert keys["conv2d 2"] == "ConvolutionBackward0"
    assert keys["mse_loss 1"] == "MseLossBackward0"
    assert keys["linear 1"] == "AddmmBackward0"
    assert keys["linear 1/1"] == "TBackward0"
    assert keys["fc1.weight"] == "AccumulateGrad"


def test_breakpoints_of_old_sessions_get_the_key_of_their_number() -> None:
    graph = bv.Trainer("random", "mse").record().graph
    loss = Breakpoint("loss_above", None, 3.0)
    old = (Breakpoint("node", 4), loss, Breakpoint("node", 99), Breakpoint("node", "conv2d 1"))
    new = (Breakpoint("node", graph.nodes[4].key), loss, Breakpoint("node", "conv2d 1"))
    assert by_key(old, graph) == new
