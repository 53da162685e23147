"""backward() of ten numbers, without saying how much each of them counts."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn


def snippet(record: Callable[..., Any]) -> dict[str, str]:
    """What torch says of it."""
    torch.manual_seed(0)
    net = nn.Linear(4, 10)
    x = torch.randn(1, 4)
    try:
        with record(net):
            out = net(x)
            out.backward()
    except RuntimeError as error:
        return {"error": str(error)}
    return {"error": ""}
