"""What all-reduce makes of two ranks' gradients, in one process: it divides their sum by two."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn


def snippet(record: Callable[..., Any]) -> dict[str, float]:
    """The mean over two ranks beside the joint batch's gradient, which has equal parts."""
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
    # As DDP does it: each rank divides by the number of ranks, and all-reduce adds up.
    mean = gradient(0, 4) / 2 + gradient(4, 8) / 2
    return {
        "joint_norm": joint.norm().item(),
        "mean_norm": mean.norm().item(),
        "ratio": (mean.norm() / joint.norm()).item(),
        "sum_ratio": (2 * mean.norm() / joint.norm()).item(),
        "error": (mean - joint).abs().max().item(),
    }
