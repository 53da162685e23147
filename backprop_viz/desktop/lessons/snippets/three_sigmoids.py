"""Three sigmoids in a row, as deep as a gradient can be made to go through them."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn


class _Sigmoids(nn.Module):
    """Three sigmoids, each moved to where its slope is largest."""

    def __init__(self) -> None:
        super().__init__()
        self.x = nn.Parameter(torch.zeros(1))

    def forward(self, moved_by: torch.Tensor) -> torch.Tensor:
        first = torch.sigmoid(self.x + moved_by)
        second = torch.sigmoid(first - 0.5)
        return torch.sigmoid(second - 0.5)


def snippet(record: Callable[..., Any]) -> dict[str, float]:
    """The slope of one sigmoid at its steepest, and of three in a row."""
    x = torch.zeros(1, requires_grad=True)
    torch.sigmoid(x).backward()
    net = _Sigmoids()
    with record(net):
        net(torch.zeros(1)).backward()
    assert x.grad is not None
    assert net.x.grad is not None
    return {"one": x.grad.item(), "three": net.x.grad.item()}
