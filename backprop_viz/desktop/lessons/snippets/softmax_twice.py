"""A perfect answer, given to cross-entropy as logits and as probabilities."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn


class _Certain(nn.Module):
    """Ten logits, all the weight on one class."""

    def __init__(self) -> None:
        super().__init__()
        self.logits = nn.Parameter(100.0 * torch.eye(10)[3:4])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.softmax(x * self.logits, 1)


def snippet(record: Callable[..., Any]) -> dict[str, float]:
    """The loss of each."""
    net, label = _Certain(), torch.tensor([3])
    logits = nn.functional.cross_entropy(net.logits, label).item()
    with record(net):
        loss = nn.functional.cross_entropy(net(torch.ones(1, 1)), label)
        loss.backward()
    return {"logits": logits, "probabilities": loss.item()}
