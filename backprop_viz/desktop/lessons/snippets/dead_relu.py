"""A layer whose ReLU never lets anything through: fc1.bias = -10."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

import backprop_viz as bv


def snippet(record: Callable[..., Any]) -> dict[str, float]:
    """The norms of the gradients before and behind the dead layer."""
    torch.manual_seed(0)
    net = bv.LeNet()
    nn.init.constant_(net.fc1.bias, -10)
    x, target = torch.randn(4, 1, 32, 32), torch.randn(4, 10)
    with record(net):
        nn.functional.mse_loss(net(x), target).backward()
    norms = {name: 0.0 if p.grad is None else p.grad.norm().item() for name, p in _all(net)}
    return {
        "conv1": norms["conv1.weight"],
        "fc1": norms["fc1.weight"],
        "fc2": norms["fc2.weight"],
        "fc2_bias": norms["fc2.bias"],
        "fc3_bias": norms["fc3.bias"],
    }


def _all(net: nn.Module) -> list[tuple[str, nn.Parameter]]:
    return list(net.named_parameters())
