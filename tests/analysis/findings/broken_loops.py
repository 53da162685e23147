"""A training loop for each finding, with the mistake that the finding is about in it."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording

X = torch.linspace(-1, 1, 45).reshape(9, 5)
Loss = Callable[[Tensor], Tensor]


def iterations(
    net: nn.Module,
    x: Tensor = X,
    *,
    lr: float = 0.01,
    owned: Iterable[Any] | None = None,
    loss: Loss | None = None,
    clear: bool = True,
    times: int = 1,
    backwards: int = 1,
) -> Recording:
    """The recording of the last of some iterations."""
    optimizer = torch.optim.SGD(net.parameters() if owned is None else owned, lr=lr)
    labels = torch.arange(len(x)) % 3
    for _ in range(times):
        with bv.record(net, optimizer) as recorded:
            if clear:
                optimizer.zero_grad()
            for _ in range(backwards):
                out = net(x)
                (F.cross_entropy(out, labels) if loss is None else loss(out)).backward()
            optimizer.step()
    return recorded.recording


def small() -> nn.Sequential:
    return nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 3))


def deep(std: float) -> nn.Sequential:
    layers: list[nn.Module] = []
    for i in range(14):
        layer = nn.Linear(5 if i == 0 else 8, 8)
        nn.init.normal_(layer.weight, std=std)
        layers += [layer, nn.Sigmoid() if std < 1 else nn.Identity()]
    return nn.Sequential(*layers, nn.Linear(8, 3))


def convolutional() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(18, 3))


class Unused(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.used, self.unused = nn.Linear(5, 3), nn.Linear(5, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.used(x)


class InAList(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = [nn.Linear(5, 4)]
        self.last = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.layers[0](x))


class Logarithm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(5, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(torch.log(x))


def batch_norm_in_eval() -> Recording:
    return iterations(convolutional().eval(), torch.randn(4, 1, 5, 5))


def dying(*biases: float) -> nn.Sequential:
    net = nn.Sequential(nn.Linear(5, 6), nn.ReLU(), nn.Linear(6, 3))
    with torch.no_grad():
        net[0].bias.copy_(torch.tensor(biases))
    return net


def dead_layer() -> Recording:
    return iterations(dying(-10, -10, -10, -10, -10, -10))


def dead_units() -> Recording:
    return iterations(dying(-10, -10, -10, -10, -10, 10))


def exploding() -> Recording:
    net = deep(3.0)
    with torch.no_grad():
        net[-1].weight.mul_(1e6)
    return iterations(net, lr=0.0, loss=lambda out: out.sum())


def gradients_kept() -> Recording:
    return iterations(small(), clear=False, times=2)


def growing_graph() -> Recording:
    net, total = small(), torch.zeros(())
    for _ in range(4):
        with bv.record(net) as recording:
            net.zero_grad()
            loss = net(X).square().mean()
            loss.backward()
            total = total + loss
    return recording.recording


def never_reached() -> Recording:
    return iterations(Unused())


def not_finite() -> Recording:
    return iterations(Logarithm(), lr=0.0)


def not_finite_from_start() -> Recording:
    net = small()
    with torch.no_grad():
        net[0].weight[0, 0] = torch.nan
    return iterations(net)


def not_in_optimizer() -> Recording:
    net = small()
    return iterations(net, owned=net[0].parameters())


def nothing_reached() -> Recording:
    net, other = small(), nn.Parameter(torch.ones(3))
    return iterations(net, loss=lambda out: other.square().sum())


def one_sample_batch_norm() -> Recording:
    return iterations(convolutional(), torch.randn(1, 1, 5, 5))


def squashed_twice() -> Recording:
    return iterations(nn.Sequential(*small(), nn.Softmax(1)))


def steps_too_large() -> Recording:
    return iterations(small(), lr=100.0)


def steps_too_small() -> Recording:
    return iterations(small(), lr=3e-6)


def undivided() -> Recording:
    return iterations(small(), backwards=2)


def unregistered() -> Recording:
    return iterations(InAList())


def vanishing() -> Recording:
    return iterations(deep(0.35), lr=0.0)


BROKEN_LOOPS: dict[str, Callable[[], Recording]] = {
    loop.__name__: loop
    for loop in (
        batch_norm_in_eval,
        dead_layer,
        dead_units,
        exploding,
        gradients_kept,
        growing_graph,
        never_reached,
        not_finite,
        not_finite_from_start,
        not_in_optimizer,
        nothing_reached,
        one_sample_batch_norm,
        squashed_twice,
        steps_too_large,
        steps_too_small,
        undivided,
        unregistered,
        vanishing,
    )
}
