"""A graph with nodes of somebody's Function is told of though all of it is gone by then.

Older torch, as 2.8, lets go of such a node when its tensor goes, whoever holds the node.
"""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.autograd.graph import Node

import backprop_viz as bv
from backprop_viz.recording.trace.graph import Graph


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return 2 * x

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return 2 * grad


class Net(nn.Module):
    """Two Functions in a row, and two more beside of which nothing comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(3, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        Doubled.apply(Doubled.apply(x.relu()))
        return self.last(Doubled.apply(Doubled.apply(x)))


def loss_of(net: nn.Module) -> Tensor:
    loss: Tensor = Doubled.apply(net(torch.ones(5, 3)).sum())
    return loss


def walked(root: Node) -> list[tuple[str, list[str]]]:
    """The name of each node, nearest first, and of those that it leads to."""
    found = [root]
    for node in found:
        found += [to for to, _ in node.next_functions if to is not None and to not in found]
    return [(name(one), [name(to) for to, _ in one.next_functions if to]) for one in found]


def name(node: Node) -> str:
    return node.name().rpartition("::")[2]


def told(graph: Graph) -> list[tuple[str, list[str]]]:
    nodes = graph.nodes
    return [(one.name, [nodes[to[0]].name for to in one.sends if to]) for one in nodes]


@pytest.mark.parametrize("backwards", [1, 2])
def test_the_graph_is_as_torch_had_it(backwards: int) -> None:
    net = Net()
    kept = loss_of(net)
    assert kept.grad_fn is not None
    expected = walked(kept.grad_fn)
    with bv.record(net) as recorded:
        for _ in range(backwards):
            loss_of(net).backward()
    graph = recorded.recording.graph
    # A leaf's node is one and the same in both graphs.
    more = [one for one in expected if one[0] != "AccumulateGrad"] * (backwards - 1)
    assert sorted(told(graph)) == sorted(expected + more)


def test_each_node_has_the_key_and_shape_that_it_has_while_somebody_holds_the_graph() -> None:
    graphs = []
    for held in (True, False):
        net, kept = Net(), []
        with bv.record(net) as recorded:
            loss = loss_of(net)
            loss.backward()
            if held:
                kept.append(loss)
            del loss
        graphs.append(recorded.recording.graph)
    assert graphs[0] == graphs[1]
    keys = [node.key for node in graphs[1].nodes]
    assert len(set(keys)) == len(keys)
    assert all(node.shape is not None for node in graphs[1].nodes)
