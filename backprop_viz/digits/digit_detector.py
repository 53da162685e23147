"""Whether a drawing looks like a digit at all: judged by a small network that comes ready-made.

A network that knows ten digits has to call everything one of them. This one does not depend on
the user's, and knows letters, shapes and scribbles too.
`tests/benchmarks/detector/train_detector.py` makes its numbers.
"""

from functools import cache
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn

NUMBERS = Path(__file__).with_name("digit_detector.safetensors")


class DigitDetector(nn.Module):
    """Input (N, 1, 32, 32) float32 in 0..1; output logits (N, 11): ten digits, and none of them."""

    bound: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 12, 5, stride=2, padding=2)
        self.conv2 = nn.Conv2d(12, 24, 3, padding=1)
        self.conv3 = nn.Conv2d(24, 32, 3, padding=1)
        self.fc1 = nn.Linear(32 * 4 * 4, 64)
        self.fc2 = nn.Linear(64, 11)
        # The doubt above which a drawing does not look like a digit.
        self.register_buffer("bound", torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, 11)."""
        x = F.relu(self.conv1(x))  # 12x16x16
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)  # 24x8x8
        x = F.max_pool2d(F.relu(self.conv3(x)), 2)  # 32x4x4
        x = F.relu(self.fc1(F.dropout(x.flatten(1), 0.2, self.training)))
        logits: Tensor = self.fc2(x)
        return logits

    def doubt(self, x: Tensor) -> Tensor:
        """How surely each (N,) is none of the ten: the log of the odds."""
        logits = self(x)
        doubt: Tensor = logits[:, 10] - torch.logsumexp(logits[:, :10], 1)
        return doubt


def looks_like_a_digit(seen: NDArray[Any]) -> bool:
    """Whether a prepared drawing (32, 32) looks like one of the ten; an empty one does not."""
    net = trained_detector()
    with torch.inference_mode():
        return bool(net.doubt(torch.from_numpy(seen).view(1, 1, 32, 32)) <= net.bound)


@cache
def trained_detector() -> DigitDetector:
    """The detector with the numbers that it was trained to; one for the whole process."""
    with torch.device("meta"):  # no first weights, which would be drawn from torch's generator
        net = DigitDetector()
    net.load_state_dict(load_file(NUMBERS), assign=True)
    return net.eval()
