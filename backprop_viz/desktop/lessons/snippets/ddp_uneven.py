"""What all-reduce makes of two ranks' gradients where one has six samples and one has two."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn


def snippet(record: Callable[..., Any]) -> dict[str, float]:
    """How far the mean over two ranks is from the joint batch's gradient."""
    torch.manual_seed(0)
    net = nn.Linear(4, 1)  # all ranks have the same weights
    x, target = torch.randn(8, 4), torch.randn(8, 1)

    def gradient(start: int, stop: int) -> torch.Tensor:
        net.zero_grad()
        with record(net):
            nn.functional.mse_loss(net(x[start:stop]), target[start:stop]).backward()
        assert net.weight.grad is not None
        return net.weight.grad.clone()

    joint = gradient(0, 8)
    uneven = gradient(0, 6) / 2 + gradient(6, 8) / 2
    return {
        "joint_norm": joint.norm().item(),
        "uneven_distance": (uneven - joint).norm().item(),
    }
