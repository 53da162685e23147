"""What a forward only asks about its tensors is no operation, and costs next to nothing."""

import os
import sys
from collections.abc import Callable
from types import FrameType

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv

PACKAGE = os.path.dirname(bv.__file__)
ASKING: dict[str, Callable[[Tensor], object]] = {
    "all sizes": lambda x: x.size(),
    "one size": lambda x: x.size(0),
    "the shape": lambda x: x.shape,
    "how many": lambda x: x.numel(),
    "the dtype": lambda x: x.dtype,
}


class Net(nn.Module):
    def __init__(self, asks: Callable[[Tensor], object] = lambda _: None) -> None:
        super().__init__()
        self.first, self.second, self.asks = nn.Linear(3, 4), nn.Linear(4, 2), asks
        self.entered = 0

    def forward(self, x: Tensor) -> Tensor:
        hidden = torch.relu(self.first(x))
        sys.setprofile(self.count)
        self.asks(hidden)
        sys.setprofile(None)
        return self.second(hidden)  # type: ignore[no-any-return]

    def count(self, frame: FrameType, event: str, _: object) -> None:
        """A function is called: of ours it is counted."""
        self.entered += event == "call" and frame.f_code.co_filename.startswith(PACKAGE)


def recorded(asks: Callable[[Tensor], object] = lambda _: None) -> tuple[Net, bv.Recording]:
    torch.manual_seed(0)
    net, x = Net(asks), torch.randn(5, 3)
    with bv.record(net) as recording:
        net(x).square().mean().backward()
    return net, recording.recording


@pytest.mark.parametrize("asking", ASKING)
def test_it_changes_nothing_of_what_is_recorded(asking: str) -> None:
    (_, plain), (net, seen) = recorded(), recorded(ASKING[asking])
    assert 0 < net.entered < 30
    assert [(e.phase, e.op, e.node) for e in seen.events] == [
        (e.phase, e.op, e.node) for e in plain.events
    ]
    for one, other in zip(seen.events, plain.events, strict=True):
        for mine, theirs in zip(one.outputs, other.outputs, strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_the_size_of_an_axis_that_is_not_there_is_told_as_what_raised() -> None:
    net = Net(lambda x: x.size(7))
    with pytest.raises(IndexError, match="got 7"), bv.record(net) as recording:
        net(torch.randn(5, 3))
    sys.setprofile(None)
    assert recording.recording.error is not None
    assert recording.recording.error.op == "size"
