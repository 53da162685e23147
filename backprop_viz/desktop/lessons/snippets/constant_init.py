"""A network whose weights all begin at the same number."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

import backprop_viz as bv


def snippet(record: Callable[..., Any]) -> dict[str, float]:
    """How far the six kernels of conv1 are apart after twenty steps."""
    torch.manual_seed(0)
    net = bv.LeNet()
    for parameter in net.parameters():
        nn.init.constant_(parameter, 0.01)
    x, label = torch.randn(4, 1, 32, 32), torch.tensor([0, 1, 2, 0])
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    before = net.conv1.weight.detach().clone()
    for _ in range(20):
        with record(net, optimizer):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x), label).backward()
            optimizer.step()
    kernels = net.conv1.weight.detach()
    return {
        "apart": (kernels - kernels[0]).abs().max().item(),
        "moved": (kernels - before).abs().max().item(),
    }
