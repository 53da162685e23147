"""However a watched loop runs backward, each iteration has its nodes, its loss and gradients."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.autograd import backward as imported_before
from torch.utils.checkpoint import checkpoint

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase

CODE = imported_before.__code__
WAYS: dict[str, Callable[[Tensor], None]] = {
    "of the tensor": lambda loss: loss.backward(),
    "torch.autograd.backward": lambda loss: torch.autograd.backward(loss),
    "of several": lambda loss: torch.autograd.backward([loss, loss * 2], retain_graph=False),
    "by name": lambda loss: torch.autograd.backward(tensors=(loss,)),
    "of a generator": lambda loss: torch.autograd.backward(one for one in (loss,)),
    "imported before": lambda loss: imported_before(loss),
}


class Checkpointed(nn.Module):
    """Its middle runs again in backward, in a backward of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(4, 5), nn.Linear(5, 2)
        self.middle = nn.Sequential(nn.Linear(5, 5), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        return self.last(checkpoint(self.middle, self.first(x), use_reentrant=True))


NETS: dict[str, Callable[[], nn.Module]] = {
    "plain": lambda: nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 2)),
    "checkpointed": Checkpointed,
}


@pytest.mark.parametrize("net_name", NETS)
@pytest.mark.parametrize("way", WAYS)
def test_backward_is_recorded(way: str, net_name: str, tmp_path: Path) -> None:
    torch.manual_seed(1)
    net = NETS[net_name]()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    x, given = torch.randn(3, 4), []

    def turn() -> None:
        optimizer.zero_grad()
        loss = net(x).square().mean()
        WAYS[way](loss)
        given.append((loss.item(), {name: p.grad.clone() for name, p in net.named_parameters()}))
        optimizer.step()

    with bv.watch(net, optimizer, to=tmp_path / "run.bprec"):
        for _ in range(2):
            turn()
    with bv.record(net, optimizer) as last:
        turn()
    with bv.load(tmp_path / "run.bprec") as loaded:
        for recording, (loss, grads) in zip((*loaded, last.recording), given, strict=True):
            assert recording.loss == loss
            nodes = [event for event in recording.events if event.phase is Phase.BACKWARD]
            accumulated = [e.parameter for e in nodes if e.op == "AccumulateGrad" and e.parameter]
            assert sorted(accumulated) == sorted(grads)
            assert not [event for event in nodes if event.op == "changed"]
            end = recording.at(len(recording.events))
            assert all(np.array_equal(end.grad(name), g.numpy()) for name, g in grads.items())
    assert torch.autograd.backward is imported_before


@pytest.mark.parametrize("way", [torch.autograd.backward, imported_before, Tensor.backward])
def test_a_watch_hears_of_a_backward_once(way: Callable[[Tensor], None], tmp_path: Path) -> None:
    net = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    outer = bv.watch(net, optimizer, to=tmp_path / "outer.bprec", every=2)
    other = nn.Linear(2, 1)
    inner = bv.watch(other, torch.optim.SGD(other.parameters(), lr=0.1), tmp_path / "inner.bprec")
    losses = []
    for _ in range(4):
        optimizer.zero_grad()
        loss = net(torch.ones(3, 2)).sum()
        way(loss)
        optimizer.step()
        losses.append(loss.item())
    outer.close()
    assert imported_before.__code__ is not CODE
    inner.close()
    assert imported_before.__code__ is CODE
    with bv.load(tmp_path / "outer.bprec") as loaded:
        assert loaded.losses[1].tolist() == losses
        assert [recording.loss for recording in loaded] == losses[1::2]
