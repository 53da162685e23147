"""A graph that is the same as the last one is not made again; one that differs in anything is."""

import copy
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording

# What is done to a net between its iterations, by their number.
Between = Callable[[nn.Module, int], None]


class Chain(nn.Module):
    """Runs as many layers as ``depth``, with what ``way`` says of the input."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(4))
        self.depth = 2
        self.way = "relu"

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers[: self.depth]:
            x = layer(x)
            if self.way == "data":
                x = x.relu() if x.sum() > 0 else x.tanh()
            elif self.way == "dropout":
                x = nn.functional.dropout(x, 0.5)
            elif self.way == "doubled":
                x = self.layers[0](x).relu()
            elif self.way == "beside":
                beside = x.exp()
                x = x + 1 if self.depth == 2 else x + beside.detach()
            elif self.way == "wide":
                x = torch.cat([x, x.relu()], 1)[:, :4]
            else:
                x = x.relu()
        return x


def nothing(net: nn.Module, number: int) -> None:
    """The same again."""


def set_to(**values: list[object]) -> Between:
    """Change attributes of the net in turn."""

    def change(net: nn.Module, number: int) -> None:
        for name, given in values.items():
            setattr(net, name, given[number % len(given)])

    return change


def frozen(net: nn.Module, number: int) -> None:
    """Freeze one layer after the other."""
    for i, layer in enumerate(net.get_submodule("layers").children()):
        layer.requires_grad_(i != number % 3)


def replaced(net: nn.Module, number: int) -> None:
    """Put another parameter in the place of one."""
    layer = net.get_submodule("layers.0")
    layer.weight = nn.Parameter(torch.full((4, 4), 0.1 * (number + 1)))


def tied(net: nn.Module, number: int) -> None:
    """Have two layers share a weight, and then not."""
    first, second = net.get_submodule("layers.0"), net.get_submodule("layers.1")
    second.weight = first.weight if number % 2 else nn.Parameter(torch.eye(4))


WAYS: dict[str, tuple[str, Between, list[int]]] = {
    "the same": ("relu", nothing, [3]),
    "of another depth": ("relu", set_to(depth=[2, 3, 1, 3]), [3]),
    "of other operations": ("relu", set_to(way=["relu", "dropout", "wide", "doubled"]), [3]),
    "a branch on the data": ("data", nothing, [3]),
    "dropout": ("dropout", nothing, [3]),
    "another batch": ("wide", nothing, [3, 5, 3, 2]),
    "frozen": ("relu", frozen, [3]),
    "replaced": ("relu", replaced, [3]),
    "tied": ("relu", tied, [3]),
    "something beside": ("beside", set_to(depth=[2, 2, 3, 3]), [3]),
}


def recorded(net: nn.Module, x: Tensor, backwards: int) -> Recording:
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    with bv.record(net, optimizer) as recording:
        optimizer.zero_grad()
        for _ in range(backwards):
            net(x).square().mean().backward()
        optimizer.step()
    return recording.recording


def iterations(
    way: str, between: Between, batches: list[int], backwards: int
) -> Iterator[tuple[Recording, Recording]]:
    """Recordings of a net that was recorded before, each with that of a copy that never was."""
    torch.manual_seed(0)
    net = Chain()
    net.way = way
    for number in range(6):
        between(net, number)
        x = torch.randn(batches[number % len(batches)], 4)
        alone = copy.deepcopy(net)
        state = torch.get_rng_state()
        own = recorded(net, x, backwards)
        torch.set_rng_state(state)
        yield own, recorded(alone, x, backwards)


@pytest.mark.parametrize("backwards", [1, 2])
@pytest.mark.parametrize("name", WAYS)
def test_graph_and_layers_are_those_of_a_net_that_was_never_recorded(
    name: str, backwards: int
) -> None:
    for own, alone in iterations(*WAYS[name], backwards):
        assert own.graph.nodes
        assert own.graph == alone.graph
        assert [ran.layers for ran in own.passes] == [ran.layers for ran in alone.passes]
        assert [event.node for event in own.events] == [event.node for event in alone.events]


def test_the_same_graph_and_layers_are_one_object() -> None:
    first, second, *_ = [own for own, _ in iterations(*WAYS["the same"], 1)]
    assert first.graph is second.graph
    assert first.passes[0].layers is second.passes[0].layers


def test_a_graph_is_made_anew_where_anything_differs() -> None:
    for name in ("of another depth", "of other operations", "another batch", "frozen", "tied"):
        graphs = [own.graph for own, _ in iterations(*WAYS[name], 1)]
        assert graphs[0] != graphs[1], name
