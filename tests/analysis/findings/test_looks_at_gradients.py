"""What is only looked at, and what a custom Function computes, is no mistake of a loop."""

import torch
from torch import Tensor, nn

import backprop_viz as bv


def test_gradients_that_are_added_up_looked_at_and_cleared_once() -> None:
    net = nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recorded:
        for _ in range(5):
            net(torch.randn(4, 5)).square().mean().backward()
        optimizer.zero_grad(set_to_none=False)
    assert "never_stepped" not in [finding.code for finding in recorded.recording.findings()]


class Sinh(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):  # type: ignore[no-untyped-def]
        up, down = torch.exp(x), torch.exp(-x)
        ctx.save_for_backward(up, down)
        return (up - down) / 2

    @staticmethod
    def backward(ctx, grad):  # type: ignore[no-untyped-def]
        up, down = ctx.saved_tensors
        return grad * (up + down) / 2


class Cut(nn.Module):
    """The graph of one weight is cut after a custom Function."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = nn.Parameter(torch.ones(3)), nn.Parameter(torch.ones(3))

    def forward(self, x: Tensor) -> Tensor:
        return Sinh.apply(self.one * 1).sum().detach() * (self.other * x).square()


def test_what_cuts_the_graph_is_not_the_forward_of_a_custom_function() -> None:
    net = Cut()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recorded:
        net(torch.ones(3)).sum().backward()
        optimizer.step()
    (finding,) = (f for f in recorded.recording.findings() if f.code.startswith("cut"))
    assert (finding.code, finding.values[0]) == ("cut_off", "detach")
    assert net.one.grad is None
