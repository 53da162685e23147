"""A gradient checked by (f(x + h) - f(x - h)) / 2h, in float32, with larger and smaller h."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn


class _Curve(nn.Module):
    """f(x) = exp(x), whose slope at x is exp(x)."""

    def __init__(self) -> None:
        super().__init__()
        self.x = nn.Parameter(torch.tensor(1.0))

    def forward(self, moved_by: torch.Tensor) -> torch.Tensor:
        return torch.exp(self.x + moved_by)


def snippet(record: Callable[..., Any]) -> dict[str, float]:
    """The relative error for each h."""
    net = _Curve()
    with record(net):
        net(torch.tensor(0.0)).backward()
    assert net.x.grad is not None
    slope = net.x.grad.item()
    answers = {}
    for name, h in (("h_1e_1", 1e-1), ("h_1e_2", 1e-2), ("h_1e_7", 1e-7)):
        x, step = torch.tensor(1.0), torch.tensor(h)
        numeric = ((torch.exp(x + step) - torch.exp(x - step)) / (2 * step)).item()
        answers[name] = abs(numeric - slope) / slope
    return answers
