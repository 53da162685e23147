"""Networks that the monkey user writes, right ones and wrong ones."""

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

_DENSE = """
class Dense(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(32 * 32, 30)
        self.fc2 = nn.Linear(30, 10, bias=False)

    def forward(self, x):
        return self.fc2(torch.tanh(self.fc1(x.flatten(1))))
"""
_NORMED = """
class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=2)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x):
        return x + F.gelu(self.norm(self.conv(x)))


class Normed(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 5, stride=2)
        self.blocks = nn.Sequential(Block(4), Block(4))
        self.head = nn.Linear(4, 10)

    def forward(self, x):
        x = self.blocks(F.relu(self.stem(x)))
        return self.head(x.mean((2, 3)))
"""
_ONE_LAYER = """
class One(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Flatten(), nn.Linear(1024, 10))
"""
_SEQUENCE = """
class Rows(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(32, 12, batch_first=True)
        self.head = nn.Linear(12, 10)

    def forward(self, x):
        out, last = self.rnn(x.squeeze(1))
        return self.head(last[-1])
"""
TEXTS = (
    _DENSE,
    _NORMED,
    _ONE_LAYER,
    _SEQUENCE,
    _DENSE.replace("self.fc1(x.", "self.fc3(x."),
    _DENSE.replace("30, 10", "30, 9"),
    _ONE_LAYER + "    def (",
    "1 / 0\n" + _DENSE,
    "",
)


def made(text: str) -> nn.Module:
    """The network of a text that has no mistake, without the package."""
    names: dict[str, Any] = {"torch": torch, "nn": nn, "F": F, "Tensor": Tensor}
    exec(text, names)
    kinds = [k for k in names.values() if isinstance(k, type) and k.__module__ == "builtins"]
    network: nn.Module = kinds[-1]()
    return network
