"""The gradient of a Tensor inside the network: with retain_grad(), and without."""

import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn


def snippet(record: Callable[..., Any]) -> dict[str, float | bool]:
    """Whether the hidden Tensor has a .grad after backward, and how large it is."""
    torch.manual_seed(0)
    net = TwoLayers()
    x = torch.randn(1, 4)
    hidden = net.fc1(x)
    net.fc2(hidden).sum().backward()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        without = hidden.grad is None

    net.zero_grad()
    with record(net):
        net(x).sum().backward()
    hidden = net.hidden
    assert hidden.grad is not None
    return {
        "without_is_none": without,
        "is_leaf": hidden.is_leaf,
        "norm": hidden.grad.norm().item(),
        "weight_norm": net.fc2.weight.norm().item(),
    }


class TwoLayers(nn.Module):
    """Two linear layers, and what lies between them."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(4, 3), nn.Linear(3, 1)

    def forward(self, x: Tensor) -> Tensor:
        """A number (N, 1) of each sample (N, 4)."""
        self.hidden = self.fc1(x)
        self.hidden.retain_grad()
        out: Tensor = self.fc2(self.hidden)
        return out
