"""A backward through which somebody's hooks run is recorded as torch ran it, step by step."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase

# Where a hook writes to the gradient that comes by, unseen, and returns nothing.
Hooked = Callable[[Tensor], object]


def doubles(grad: Tensor) -> None:
    grad.data.mul_(2)


HOOKS: dict[str, Hooked] = {
    "before a node": lambda y: y.grad_fn.register_prehook(lambda came: doubles(came[0])),
    "after a node": lambda y: y.grad_fn.register_hook(lambda sent, came: doubles(came[0])),
    "at a tensor": lambda y: y.register_hook(doubles),
    "nowhere": lambda y: None,
}


class Net(nn.Module):
    """The sine of three times its weight; ``hooked``: that product has a hook."""

    def __init__(self, hook: Hooked) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.arange(1.0, 7.0))
        self.hook = hook

    def hooked(self) -> Tensor:
        y = self.weight * 3
        self.hook(y)
        return y

    def forward(self, y: Tensor | None) -> Tensor:
        return torch.sin((self.hooked() if y is None else y) * 5 / 5).sum()


@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize("where", HOOKS)
def test_what_was_sent_and_what_arrived_where_a_hook_writes_between(
    where: str, earlier: bool
) -> None:
    net = Net(HOOKS[where])
    # A hook that was there before the recording began was not seen to be put there.
    y = net.hooked() if earlier else None
    with bv.record(net) as recorded:
        net(y).backward()
    events = [e for e in recorded.recording.events if e.phase is Phase.BACKWARD]
    (div,) = (e for e in events if e.op == "DivBackward0")
    times = [e for e in events if e.op == "MulBackward0"]
    plain = torch.cos(3 * net.weight.detach())
    twice = 1 if where == "nowhere" else 2
    # What each node has sent, before anything was written to it.
    np.testing.assert_allclose(div.outputs[0], plain / 5, rtol=1e-6)
    np.testing.assert_allclose(times[0].outputs[0], plain, rtol=1e-6)
    assert times[1].inputs[0] is not None
    arrived = times[1].inputs[0] / plain.numpy()
    np.testing.assert_allclose(arrived, 1 if where in ("nowhere", "after a node") else 2, rtol=1e-6)
    assert net.weight.grad is not None
    sent = 1 if where == "after a node" else twice
    np.testing.assert_allclose(times[1].outputs[0], 3 * sent * plain, rtol=1e-6)
    np.testing.assert_array_equal(times[1].outputs[0], net.weight.grad.numpy())
