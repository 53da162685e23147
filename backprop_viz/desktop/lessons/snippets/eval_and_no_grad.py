"""net.eval() and torch.no_grad(): which of them stops the gradients?"""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

import backprop_viz as bv


def snippet(record: Callable[..., Any]) -> dict[str, float | bool | str]:
    """What becomes of the gradient of conv1.weight under each."""
    torch.manual_seed(0)
    net = bv.LeNet()
    x, target = torch.randn(1, 1, 32, 32), torch.randn(1, 10)
    net.eval()
    with record(net):
        nn.functional.mse_loss(net(x), target).backward()
    grad = net.conv1.weight.grad
    assert grad is not None
    answers: dict[str, float | bool | str] = {"eval_norm": grad.norm().item()}
    with torch.no_grad():
        out = net(x)
    answers["tracked"] = out.requires_grad
    try:
        out.sum().backward()
    except RuntimeError as error:
        answers["error"] = str(error)
    return answers
