"""A batch of eight whole, and in two parts whose gradients add up; the loss is a mean."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn


def snippet(record: Callable[..., Any]) -> dict[str, float]:
    """The gradient of the two parts over that of the whole, as they are and divided by two."""
    torch.manual_seed(0)
    net = nn.Linear(4, 1)
    x, target = torch.randn(8, 4), torch.randn(8, 1)

    def gradient(parts: int, share: float) -> torch.Tensor:
        net.zero_grad()
        with record(net):
            for xs, ts in zip(x.chunk(parts), target.chunk(parts), strict=True):
                (nn.functional.mse_loss(net(xs), ts) * share).backward()
        assert net.weight.grad is not None
        return net.weight.grad.clone()

    whole, divided, added = gradient(1, 1), gradient(2, 0.5), gradient(2, 1)
    return {
        "ratio": (added.norm() / whole.norm()).item(),
        "divided_ratio": (divided.norm() / whole.norm()).item(),
    }
