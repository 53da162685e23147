import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn
from torch.utils.data import TensorDataset

import backprop_viz as bv
from backprop_viz.analysis.graph.layered_layout import bent_layout
from backprop_viz.training.recorded_steps import preview


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 3, padding=1)
        self.body = nn.Conv2d(4, 4, 3, padding=1)
        self.head = nn.Linear(4, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.stem(x))
        x = x + self.body(x)
        x = x + self.body(x)
        return self.head(x.mean((2, 3)))


@pytest.fixture(scope="module")
def residual() -> bv.Recording:
    images = torch.rand(10, 1, 32, 32)
    data = TensorDataset(images, torch.zeros(10, dtype=torch.int64))
    return bv.Trainer(data, model=Residual(), batch_size=2).record()


def test_layers_of_a_net_with_branches_and_a_shared_module(residual: bv.Recording) -> None:
    layers = residual.layers
    names = {layer.id: layer.name for layer in layers.layers}
    assert list(names.values()) == [
        "x",
        "stem",
        "body",
        "add",
        "body (2)",
        "add2",
        "mean",
        "head",
        "loss",
    ]
    edges = {(names[a], names[b]) for a, b in layers.edges}
    assert {("stem", "body"), ("stem", "add"), ("body", "add"), ("add2", "mean")} <= edges


def test_a_layers_gradient_is_that_of_its_shown_tensor(residual: bv.Recording) -> None:
    end = residual.at(len(residual.events))
    for layer in residual.layers.layers[1:]:
        activation, gradient = end.activation(layer), end.gradient(layer)
        assert activation is not None
        assert gradient is not None
        assert gradient.shape == activation.shape


def test_recording_lays_nothing_out() -> None:
    bent_layout.cache_clear()
    trainer = bv.Trainer(model=Residual(), batch_size=2)
    preview(trainer)
    assert trainer.record().graph.nodes
    assert bent_layout.cache_info().misses == 0


def test_a_layer_is_not_named_after_the_networks_own_parameter() -> None:
    net = nn.Linear(4, 10)
    with bv.record(net) as recording:
        net(torch.ones(2, 4)).sum().backward()
    assert [layer.name for layer in recording.layers.layers][:2] == ["input", "linear"]
    assert recording.layers.layers[1].parameters == ("weight", "bias")


def test_a_part_of_the_loss_is_named_after_the_operation_that_gives_it() -> None:
    net = nn.Linear(4, 3)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recorded:
        optimizer.zero_grad()
        out = net(torch.rand(2, 4))
        loss = F.cross_entropy(out, torch.zeros(2, dtype=torch.int64)) + 0.1 * (1 + out).sum()
        loss.backward()
        optimizer.step()
    layers = recorded.recording.layers.layers
    part = next(layer for layer in layers if len(layer.outputs) == 3)
    assert [output.op for output in part.outputs] == ["add", "sum", "mul"]
    assert (part.name, part.shape) == ("mul", ())
    assert [layer.name for layer in layers[-3:]] == ["cross_entropy", "mul", "loss"]


def test_what_is_detached_and_joined_with_others_has_its_own_column() -> None:
    """As a GAN's batch, before the real one joins it: there the graph ends."""
    maker, critic = nn.Linear(2, 3), nn.Linear(3, 1)
    with bv.record(nn.ModuleList([maker, critic])) as record:
        made = maker(torch.ones(4, 2))
        critic(torch.cat([torch.ones(4, 3), made.detach()])).square().mean().backward()
    layers = record.recording.layers
    names = [layer.name for layer in layers.layers]
    assert names[names.index("0") :] == ["0", "detach", "cat", "1", "loss"]


class OwnPools(nn.Module):
    """A pooling that is used twice, a dropout on a branch, and a pooling by a function."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 2, 3), nn.Conv2d(2, 3, 3)
        self.shrink, self.drop, self.last = nn.MaxPool2d(2), nn.Dropout(0.2), nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.shrink(self.second(self.shrink(self.first(x))))
        x = F.adaptive_avg_pool2d(x, 1).flatten(1)
        return self.last(self.drop(x) + x)


def test_a_module_has_its_own_name_each_time_that_it_runs() -> None:
    net = OwnPools()
    with bv.record(net) as record:
        F.cross_entropy(net(torch.randn(2, 1, 12, 12)), torch.arange(2)).backward()
    names = [layer.name for layer in record.recording.layers.layers]
    column = ["x", "first", "shrink", "second", "shrink (2)", "pool1", "drop", "add", "last"]
    assert names == [*column, "loss"]
