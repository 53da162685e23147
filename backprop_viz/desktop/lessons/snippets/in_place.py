"""A Tensor that backward needs is changed in place."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn


def snippet(record: Callable[..., Any]) -> dict[str, str | float]:
    """What torch says of y += 1 after a sigmoid; and the gradient with y = y + 1."""
    net = nn.Linear(1, 1)
    nn.init.zeros_(net.weight)
    nn.init.zeros_(net.bias)
    x = torch.ones(1, 1)
    with record(net):
        y = torch.sigmoid(net(x))
        y = y + 1
        y.sum().backward()
    assert net.weight.grad is not None
    answers: dict[str, str | float] = {"grad": net.weight.grad.item(), "error": ""}
    y = torch.sigmoid(net(x))
    y += 1
    try:
        y.sum().backward()
    except RuntimeError as error:
        answers["error"] = str(error).split(";")[0]
    return answers
