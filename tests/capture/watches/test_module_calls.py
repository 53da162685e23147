"""The modules of a recorded model are seen without a hook on them."""

from contextlib import suppress

import torch
from torch import Tensor, nn

import backprop_viz as bv
from tests.nightly import by_night


class Net(nn.Module):
    """Notes whether its layer has a hook while it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.rest = nn.Linear(3, 3), nn.Sequential(nn.Linear(3, 3), nn.Tanh())
        self.hooked = False

    def forward(self, x: Tensor, module: float = 1.0) -> Tensor:
        """(N, 3) to a number; an argument may have any name."""
        self.hooked = bool(self.layer._forward_hooks or self.layer._forward_pre_hooks)
        return (self.rest(self.layer(x)) * module).sum()


def modules_of(net: Net) -> list[str | None]:
    with bv.record(net, torch.optim.SGD(net.parameters(), lr=0.1)) as recording:
        net(torch.ones(2, 3), module=2.0).backward()
    return [event.module for event in recording.events if event.module is not None]


EXPECTED = ["layer", "rest.0", "rest.1", "", ""]


def test_each_operation_has_its_module_and_no_module_has_a_hook() -> None:
    net, called = Net(), nn.Module._call_impl
    assert modules_of(net) == EXPECTED
    assert not net.hooked
    assert nn.Module._call_impl is called


@by_night
def test_a_compiled_module_is_seen_too_and_stays_compiled() -> None:
    net = Net()
    net.layer.compile(backend="eager")
    compiled = net.layer._compiled_call_impl
    assert modules_of(net) == EXPECTED
    assert net.layer._compiled_call_impl is compiled is not None


def test_a_module_that_raises_is_left_again() -> None:
    net = Net()
    with bv.record(net, torch.optim.SGD(net.parameters(), lr=0.1)) as recording:
        with suppress(RuntimeError):
            net.rest(torch.ones(2, 4))
        net(torch.ones(2, 3)).backward()
    assert [e.module for e in recording.events if e.module is not None] == EXPECTED
