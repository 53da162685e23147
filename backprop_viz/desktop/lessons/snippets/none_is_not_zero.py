"""A frozen conv1 under momentum and weight decay: .grad None, and .grad zeros."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

import backprop_viz as bv


def snippet(record: Callable[..., Any]) -> dict[str, float | bool]:
    """How far each conv1 moves in one step of the same optimizer."""
    moved = {}
    for frozen in ("none", "zeros"):
        torch.manual_seed(0)
        net = bv.LeNet()
        x, target = torch.randn(1, 1, 32, 32), torch.randn(1, 10)
        net.conv1.weight.requires_grad_(frozen == "zeros")
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=0.1)
        before = net.conv1.weight.detach().clone()
        with record(net, optimizer):
            nn.functional.mse_loss(net(x), target).backward()
            if frozen == "zeros":
                net.conv1.weight.grad = torch.zeros_like(net.conv1.weight)
            optimizer.step()
        moved[frozen] = (net.conv1.weight.detach() - before).abs().max().item()
    return {
        "none": moved["none"],
        "zeros": moved["zeros"],
        "decay": (0.1 * 0.1 * before).abs().max().item(),
    }
