"""total += loss, and total += loss.item()."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn


def snippet(record: Callable[..., Any]) -> dict[str, float]:
    """How many nodes the graph of the total holds after one, and after ten iterations."""
    torch.manual_seed(0)
    net = nn.Linear(4, 1)
    total = torch.zeros(())
    answers = {}
    for i in range(1, 11):
        with record(net):
            loss = net(torch.randn(2, 4)).square().mean()
            total = total + loss
        if i in (1, 10):
            answers[f"after_{i}"] = float(len(_held(total.grad_fn)))
    number = 0.0
    number += loss.item()
    answers["of_item"] = float(len(_held(getattr(number, "grad_fn", None))))
    return answers


def _held(node: Any) -> set[Any]:
    """All nodes that can be reached from one."""
    found, ahead = set(), [node]
    while ahead:
        node = ahead.pop()
        if node is not None and node not in found:
            found.add(node)
            ahead += [following for following, _ in node.next_functions]
    return found
