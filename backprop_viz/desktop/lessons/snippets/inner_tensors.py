"""The gradient of a Tensor inside the network: with retain_grad(), and without."""

import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import nn


def snippet(record: Callable[..., Any]) -> dict[str, float | bool]:
    """Whether the hidden Tensor has a .grad after backward, and how large it is."""
    torch.manual_seed(0)
    fc1, fc2 = nn.Linear(4, 3), nn.Linear(3, 1)
    x = torch.randn(1, 4)
    hidden = fc1(x)
    fc2(hidden).sum().backward()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of what is looked at here
        without = hidden.grad is None

    net = nn.Sequential(fc1, fc2)
    net.zero_grad()
    with record(net):
        hidden = fc1(x)
        hidden.retain_grad()
        fc2(hidden).sum().backward()
    assert hidden.grad is not None
    return {
        "without_is_none": without,
        "is_leaf": hidden.is_leaf,
        "norm": hidden.grad.norm().item(),
        "weight_norm": fc2.weight.norm().item(),
    }
