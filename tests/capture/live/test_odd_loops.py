"""Loops that are odd but legitimate: sparse tensors, a thread of its own."""

import threading
from collections.abc import Callable
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


class Pulled(nn.Module):
    """It follows the gradient of an energy, which ``torch.func`` makes for each sample."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.score, self.out = nn.Linear(3, 4), nn.Linear(4, 1), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        def energy(h: Tensor) -> Tensor:
            return self.score(torch.tanh(h)).sum()

        h = self.embed(x)
        return self.out(h - torch.func.vmap(torch.func.grad(energy))(h))


def of_each(net: nn.Module) -> Tensor:
    """The gradients of each sample's loss, as they are looked at beside a loop."""

    def loss(weights: dict[str, Tensor], x: Tensor) -> Tensor:
        return torch.func.functional_call(net, weights, x[None]).square().mean()

    weights = {name: p.detach() for name, p in net.named_parameters()}
    found = torch.func.vmap(torch.func.grad(loss), (None, 0))(weights, torch.eye(3))
    return torch.cat([grads.flatten() for grads in found.values()])


ODD: dict[str, Callable[[], nn.Module]] = {
    "scripted": lambda: torch.jit.script(nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))),
    "lazy": lambda: nn.Sequential(nn.LazyLinear(4), nn.Tanh(), nn.LazyLinear(2)),
    "within a transform": Pulled,
}


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is", "ignore:Lazy modules")
@pytest.mark.parametrize("name", ODD)
def test_a_model_whose_inside_is_out_of_reach(name: str, tmp_path: Path) -> None:
    def train(watched: bool) -> tuple[list[object], list[dict[str, Tensor]]]:
        torch.manual_seed(0)
        net = ODD[name]()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        losses: list[object] = []
        weights: list[dict[str, Tensor]] = []
        watch = bv.watch(net, optimizer, tmp_path / "run.bprec") if watched else None
        for _ in range(3):
            optimizer.zero_grad()
            loss = net(torch.eye(3)).square().mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            if name == "within a transform":
                losses.append(of_each(net).tolist())
            own = [(key, p) for key, p in net.named_parameters() if p.grad is not None]
            weights.append({key: p.detach().clone() for key, p in own})
        if watch is not None:
            watch.close()
        return losses, weights

    plain, weights = train(watched=False)
    assert train(watched=True)[0] == plain
    with bv.load(tmp_path / "run.bprec") as loaded:
        assert len(loaded) == 3
        for recording, expected in zip(loaded, weights, strict=True):
            end = recording.at(len(recording.events))
            for key, weight in expected.items():
                event = end.last(key, bv.Phase.UPDATE)
                assert event is not None
                assert event.outputs[0] is not None
                assert event.outputs[0].tobytes() == weight.numpy().tobytes()
        if name == "lazy":  # that its weights are made is no part of its forward
            ran = [e.op for e in loaded[0].events if e.phase is bv.Phase.FORWARD]
            assert ran == ["linear", "tanh", "linear"]
