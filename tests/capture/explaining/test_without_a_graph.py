"""What writes to an activation where autograd looks away has made no node of the graph."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase


def scaled(hidden: Tensor) -> Tensor:
    with torch.no_grad():
        hidden.mul_(2)
    return hidden


def clamped(hidden: Tensor) -> Tensor:
    with torch.no_grad():
        hidden[0] = hidden[0].clamp(-0.1, 0.1)
        hidden.clamp_(max=0.5)
    return hidden


class Net(nn.Module):
    def __init__(self, written: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.one, self.two = nn.Linear(3, 4), nn.Linear(4, 2)
        self.written, self.kept = written, list[Tensor]()

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.one(x)
        tripled = hidden * 3
        self.kept = [hidden, tripled]
        for tensor in self.kept:
            tensor.retain_grad()
        return self.two(self.written(tripled))


@pytest.mark.parametrize("written", [scaled, clamped])
def test_the_gradient_of_what_made_an_activation_is_explained(
    written: Callable[[Tensor], Tensor],
) -> None:
    torch.manual_seed(0)
    net = Net(written)
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    with bv.record(net, optimizer) as found:
        net(torch.linspace(-1, 1, 6).reshape(2, 3)).square().mean().backward()
        optimizer.step()
    recording = found.recording
    hidden, tripled = (tensor.grad for tensor in net.kept)
    assert hidden is not None
    assert tripled is not None
    torch.testing.assert_close(hidden, 3 * tripled)
    (made,) = (e for e in recording.events if e.op == "mul" and e.node is not None)
    (sent,) = (
        i
        for i, e in enumerate(recording.events)
        if e.phase is Phase.BACKWARD and e.node == made.node
    )
    np.testing.assert_array_equal(recording.events[sent].outputs[0], hidden.numpy())
    for index in np.ndindex(2, 4):
        told = recording.explain(sent, 0, index)
        assert told.reason is None
        assert told.value == hidden[index].item()
        assert abs(told.residual) < 1e-7
    writes = [e for e in recording.events if e.op in ("mul_", "clamp_", "setitem")]
    assert writes
    assert all(not e.tracked and e.node is None for e in writes)


def test_a_sum_that_is_the_same_infinity_leaves_no_rounding() -> None:
    net = nn.Linear(2, 1)
    with bv.record(net) as found:
        net(torch.ones(1, 2)).relu().sub(net(torch.ones(1, 2)).relu()).reciprocal().sum().backward()
    recording = found.recording
    (made,) = (i for i, e in enumerate(recording.events) if e.op == "reciprocal")
    told = recording.explain(made, 0, (0, 0))
    assert (told.value, told.total, told.reason, told.residual) == (np.inf, np.inf, None, 0.0)
