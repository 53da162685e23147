"""Nets whose gradients are None, zero or not finite for a known reason."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import TensorDataset

import backprop_viz as bv


def some_data() -> TensorDataset:
    generator = torch.Generator().manual_seed(1)
    images = torch.rand(20, 1, 32, 32, generator=generator)
    return TensorDataset(images, torch.randint(10, (20,), generator=generator))


class Net(nn.Module):
    """Two linear layers with the cause between them."""

    def __init__(self, between: Callable[["Net", Tensor], Tensor]) -> None:
        super().__init__()
        self.first = nn.Linear(1024, 12)
        self.middle = nn.Linear(12, 12)
        self.last = nn.Linear(12, 10)
        self.frozen = nn.Parameter(torch.ones(12), requires_grad=False)
        self.between = between

    def forward(self, x: Tensor) -> Tensor:
        h = self.first(x.flatten(1))
        if self.between is detached:
            h = h.detach()
        return self.last(self.between(self, h))


def plain(net: Net, h: Tensor) -> Tensor:
    return torch.tanh(h + net.frozen)


def detached(net: Net, h: Tensor) -> Tensor:
    return h


def without_grad(net: Net, h: Tensor) -> Tensor:
    with torch.no_grad():
        return net.middle(h).relu()


def whole_numbers(net: Net, h: Tensor) -> Tensor:
    return (h > 0).float()


def thrown_away(net: Net, h: Tensor) -> Tensor:
    net.middle(h).tanh()
    return h


def dead_relu(net: Net, h: Tensor) -> Tensor:
    return torch.relu(net.middle(h) - 1e6)


def saturated(net: Net, h: Tensor) -> Tensor:
    return torch.sigmoid(h * 0 + 1e4)


def rounded(net: Net, h: Tensor) -> Tensor:
    return torch.round(h)


def log_of_negative(net: Net, h: Tensor) -> Tensor:
    return torch.log(h * h * 0 - 1)


def root_of_zero(net: Net, h: Tensor) -> Tensor:
    return torch.sqrt(torch.relu(h) * 0 + 0 * h)


def zero_by_zero(net: Net, h: Tensor) -> Tensor:
    nothing = h * 0
    return nothing / nothing


class Nothing(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x * 2

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> None:
        return None


def no_gradient(net: Net, h: Tensor) -> Tensor:
    return Nothing.apply(h)


def make(between: Callable[[Net, Tensor], Tensor], **options: Any) -> bv.Trainer:
    torch.manual_seed(0)
    return bv.Trainer(some_data(), model=Net(between), batch_size=4, **options)
