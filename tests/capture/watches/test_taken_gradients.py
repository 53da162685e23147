"""Leaves have the memory that they have without a recording, where somebody else has it too."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording


class Two(nn.Module):
    """Two parameters, of which ``way`` makes one tensor."""

    def __init__(self, way: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.a, self.b = nn.Parameter(torch.arange(4.0)), nn.Parameter(torch.arange(4.0) + 2)
        self._way = way

    def forward(self) -> Tensor:
        return self._way(self.a, self.b)


WAYS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "each viewed": lambda a, b: a.view(2, 2) + b.view(2, 2),
    "one viewed": lambda a, b: a + b.view(2, 2).view(4),
    "the other viewed": lambda a, b: a.view(2, 2).view(4) + b,
    "none viewed": lambda a, b: a + b,
    "turned": lambda a, b: a.view(2, 2).t() + b.view(2, 2),
    "both turned": lambda a, b: a.view(2, 2).t() + b.view(2, 2).t(),
    "side by side": lambda a, b: torch.cat([a, b]),
    "one on the other": lambda a, b: torch.stack([a, b]),
    "taken away": lambda a, b: a.view(2, 2) - b.view(2, 2),
    "used again": lambda a, b: a.view(2, 2) + b.view(2, 2) + a.exp().view(2, 2),
    "viewed by another": lambda a, b: (a.view(2, 2) + b.view(2, 2)) * b.view(2, 2),
    "itself, and viewed before": lambda a, b: (torch.ones(4) + b) + a.view(2, 2).view(4),
    "itself, and viewed twice before": lambda a, b: (
        (torch.ones(4) + b) + (a.view(2, 2).view(4) + a.view(2, 2).view(4))
    ),
    "itself, and viewed again": lambda a, b: (torch.ones(4) + a) + b.view(4) + a.view(4),
    "wide": lambda a, b: a.view(1, 4) + b.view(1, 4) + torch.zeros(3, 1),
}


@contextmanager
def plain(net: nn.Module, step: torch.optim.Optimizer) -> Iterator[None]:
    yield


def trained(
    net: Two, context: Callable[..., object], loss: Callable[[Tensor], Tensor], follows: bool
) -> list[list[float]]:
    """What the ``.grad`` and weights are after all were written to in place."""
    step = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.5)
    seen = []
    with context(net, step):  # type: ignore[attr-defined]
        loss(net()).backward(create_graph=follows)
        for parameter in net.parameters():
            assert parameter.grad is not None
            with torch.no_grad():
                parameter.grad.mul_(0.5)
        seen += [p.grad.tolist() for p in net.parameters() if p.grad is not None]
        step.step()
        step.zero_grad(set_to_none=False)
        loss(net()).backward()
        step.step()
    return seen + [p.tolist() for p in net.parameters()]


LOSSES: dict[str, Callable[[Tensor], Tensor]] = {
    "square": lambda out: out.square().sum(),
    "sum": lambda out: out.sum(),
}


@pytest.mark.filterwarnings("ignore:Using backward")
@pytest.mark.parametrize("follows", [False, True])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("way", WAYS)
def test_what_is_written_to_one_gradient_is_in_the_other_where_it_is_without(
    way: str, loss: str, follows: bool
) -> None:
    expected = trained(Two(WAYS[way]), plain, LOSSES[loss], follows)
    assert trained(Two(WAYS[way]), bv.record, LOSSES[loss], follows) == expected


def recorded() -> tuple[Recording, Two]:
    net = Two(WAYS["each viewed"])
    with bv.record(net) as record:
        net().square().sum().backward()
        assert net.a.grad is not None
        net.a.grad.mul_(10)
    return record.recording, net


def test_a_recording_has_what_arrived_and_what_was_written() -> None:
    recording, net = recorded()
    out = (net.a + net.b).detach()
    assert net.b.grad is not None
    np.testing.assert_array_equal(net.b.grad, 20 * out)
    leaves = {e.parameter: e for e in recording.events if e.op == "AccumulateGrad"}
    for name in ("a", "b"):
        for array in (leaves[name].inputs[1], leaves[name].outputs[0]):
            assert array is not None
            np.testing.assert_array_equal(array, 2 * out)
    end = recording.at(len(recording.events))
    for name in ("a", "b"):
        np.testing.assert_array_equal(end.grad(name), 20 * out)


def test_what_is_added_to_one_gradient_is_in_the_other_from_then_on() -> None:
    net = Two(WAYS["each viewed"])
    net().square().sum().backward()
    assert net.a.grad is not None
    assert net.b.grad is not None
    assert net.a.grad.data_ptr() == net.b.grad.data_ptr()
    first = net.a.grad.clone()
    with bv.record(net) as recorded:
        net().square().sum().backward()
    once, twice = (e for e in recorded.recording.events if e.op == "AccumulateGrad")
    for event, before in ((once, first), (twice, 2 * first)):
        np.testing.assert_array_equal(event.inputs[0], before)
        np.testing.assert_array_equal(event.inputs[1], first)
        np.testing.assert_array_equal(event.outputs[0], before + first)
    np.testing.assert_array_equal(net.b.grad, 3 * first)


def test_a_gradient_of_somebodys_memory_is_that_memory() -> None:
    found = []
    for context in (plain, bv.record):
        net = nn.ParameterList([nn.Parameter(torch.ones(4, 3))])
        step = torch.optim.SGD(net.parameters(), lr=0.1)
        given = np.linspace(-1, 1, 12, dtype=np.float32)
        with context(net, step):
            net[0].view(12).backward(torch.from_numpy(given))
            given[...] = 5
            step.step()
        found.append(net[0].tolist())
    assert found[0] == found[1]
