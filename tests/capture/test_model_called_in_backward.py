"""A model that is called again while backward runs: what the loop's own phases hold stays right."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase

Loss = Callable[[nn.Module, Tensor], Tensor]


class OfTheNet(torch.autograd.Function):
    """Runs a network without a graph, and again in backward."""

    @staticmethod
    def forward(ctx, net, x):
        ctx.net = net
        ctx.save_for_backward(x)
        return net(x)

    @staticmethod
    def backward(ctx, arrived):
        (x,) = ctx.saved_tensors
        x = x.detach().requires_grad_()
        with torch.enable_grad():
            y = ctx.net(x)
        torch.autograd.backward(y, arrived)
        return None, x.grad


def looked_at_by_a_hook(net: nn.Module, x: Tensor) -> Tensor:
    def look(_: Tensor) -> None:
        with torch.no_grad():
            net(x)

    y = net(x)
    y.register_hook(look)
    return y.square().mean()


LOSSES: dict[str, Loss] = {
    "reentrant": lambda net, x: checkpoint(net, x, use_reentrant=True).square().mean(),
    "not reentrant": lambda net, x: checkpoint(net, x, use_reentrant=False).square().mean(),
    "with its loss": lambda net, x: checkpoint(
        lambda given: net(given).square().mean(), x, use_reentrant=True
    ),
    "with its loss, not reentrant": lambda net, x: checkpoint(
        lambda given: net(given).square().mean(), x, use_reentrant=False
    ),
    "twice": lambda net, x: checkpoint(net, x, use_reentrant=True).square().mean() + net(x).mean(),
    "a hook": looked_at_by_a_hook,
    "a Function": lambda net, x: OfTheNet.apply(net, x).square().mean(),
}


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_and_weights_are_those_of_the_plain_loop(name: str) -> None:
    def train(recorded: bool) -> list[tuple[list[np.ndarray], list[np.ndarray]]]:
        torch.manual_seed(7)
        net = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 4))
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        found = []
        for _ in range(3):
            x = torch.randn(3, 4, requires_grad=True)

            def turn(x: Tensor = x) -> list[np.ndarray]:
                optimizer.zero_grad()
                LOSSES[name](net, x).backward()
                grads = [p.grad.clone().numpy() for p in net.parameters()]
                optimizer.step()
                return grads

            if recorded:
                with bv.record(net, optimizer) as recording:
                    turn()
                end, names = recording.at(len(recording.events)), dict(net.named_parameters())
                grads, values = map(end.grad, names), map(end.value, names)
                phases = [span.phase for span in recording.spans]
                assert (phases[-2:], phases.count(Phase.BACKWARD)) == (list(Phase)[-2:], 1)
                assert not [e for e in recording.events if e.op == "changed"]
                found.append((list(grads), list(values)))
            else:
                grads = turn()
                found.append((grads, [p.detach().clone().numpy() for p in net.parameters()]))
        return found

    plain = train(recorded=False)
    for (grads, values), (plain_grads, plain_values) in zip(train(True), plain, strict=True):
        assert all(map(np.array_equal, grads, plain_grads))
        assert all(map(np.array_equal, values, plain_values))
