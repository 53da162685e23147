"""Loops that are odd but legitimate: sparse tensors, a thread of its own."""

import threading
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv


class GraphNet(nn.Module):
    def __init__(self, adjacency: Tensor) -> None:
        super().__init__()
        self.adjacency = adjacency
        self.first = nn.Parameter(torch.linspace(-1, 1, 12).reshape(3, 4))

    def forward(self, x: Tensor) -> Tensor:
        return torch.sparse.mm(self.adjacency, x @ self.first)


def sparse(layout: torch.layout) -> Tensor:
    dense = torch.eye(5) + torch.eye(5).roll(1, 0)
    return dense.to_sparse(layout=layout)


@pytest.mark.parametrize("layout", [torch.sparse_coo, torch.sparse_csr])
@pytest.mark.filterwarnings("ignore:Sparse CSR")
def test_a_sparse_tensor_in_the_graph(layout: torch.layout) -> None:
    net, x = GraphNet(sparse(layout)), torch.linspace(0, 1, 15).reshape(5, 3)
    net(x).square().mean().backward()
    assert net.first.grad is not None
    plain = net.first.grad.clone()
    net.first.grad = None
    with bv.record(net) as recording:
        net(x).square().mean().backward()
    assert torch.equal(net.first.grad, plain)
    (saved,) = (
        one for node in recording.recording.graph.nodes for one in node.saved if one.shape == (5, 5)
    )
    parts = (
        (net.adjacency._values(), net.adjacency._indices())
        if layout is torch.sparse_coo
        else (
            net.adjacency.values(),
            net.adjacency.crow_indices(),
            net.adjacency.col_indices(),
        )
    )
    assert saved.bytes == sum(part.element_size() * part.numel() for part in parts)


def test_a_loop_in_a_thread_of_its_own(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    losses: list[float] = []

    def train() -> None:
        for _ in range(3):
            loss = F.mse_loss(net(torch.ones(4, 3)), torch.zeros(4, 2))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())

    watched = bv.watch(net, optimizer, tmp_path / "run.bprec")
    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    watched.close()
    with bv.load(tmp_path / "run.bprec") as loaded:
        assert [recording.loss for recording in loaded] == losses
