"""The gradient (3, 4) clipped by value and by norm, each to 1."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn


def snippet(record: Callable[..., Any]) -> dict[str, float]:
    """What each leaves, and the angle in degrees that the direction has turned."""
    answers: dict[str, float] = {}
    gradient = torch.tensor([3.0, 4.0])
    for name, clip in (
        ("norm", nn.utils.clip_grad_norm_),
        ("value", nn.utils.clip_grad_value_),
    ):
        net = nn.Linear(2, 1, bias=False)
        with record(net):
            net(gradient.unsqueeze(0)).backward()
            clip(net.parameters(), 1.0)
        assert net.weight.grad is not None
        left = net.weight.grad[0].clone()
        cosine = torch.dot(left, gradient) / (left.norm() * gradient.norm())
        answers |= {
            f"{name}_0": left[0].item(),
            f"{name}_1": left[1].item(),
            f"{name}_angle": torch.rad2deg(torch.arccos(cosine.clamp(max=1))).item(),
        }
    return answers
