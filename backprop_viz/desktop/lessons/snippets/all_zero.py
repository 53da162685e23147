"""A network whose parameters all begin at 0."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

import backprop_viz as bv


def snippet(record: Callable[..., Any]) -> dict[str, float]:
    """How many parameters have moved after ten steps, and how far the last bias has."""
    torch.manual_seed(0)
    net = bv.LeNet()
    for parameter in net.parameters():
        nn.init.zeros_(parameter)
    x, label = torch.randn(4, 1, 32, 32), torch.tensor([0, 1, 2, 0])
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(10):
        with record(net, optimizer):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x), label).backward()
            optimizer.step()
    moved = [name for name, p in net.named_parameters() if p.detach().abs().max() > 0]
    return {
        "moved": len(moved),
        "only_last_bias": float(moved == ["fc3.bias"]),
        "last_bias": net.fc3.bias.detach().abs().max().item(),
    }
