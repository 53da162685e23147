"""The network of PyTorch's "Neural Networks" tutorial."""

import torch
import torch.nn.functional as F  # noqa: N812 - the name the tutorial and torch's own docs use
from torch import Tensor, nn


class LeNet(nn.Module):
    """LeNet as the tutorial defines it: 10 parameters, 81,194 numbers.

    Input (N, 1, 32, 32) float32, output (N, 10) logits.
    Source: https://pytorch.org/tutorials/beginner/blitz/neural_networks_tutorial.html
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 3)
        self.conv2 = nn.Conv2d(6, 16, 3)
        self.fc1 = nn.Linear(16 * 6 * 6, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    # After each line: the shape of what it made of one sample.
    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, 10) of images (N, 1, 32, 32)."""
        x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))  # 6x15x15
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)  # 16x6x6
        x = x.view(-1, self.num_flat_features(x))  # 576
        x = F.relu(self.fc1(x))  # 120
        x = F.relu(self.fc2(x))  # 84
        x = self.fc3(x)  # 10
        return x

    def num_flat_features(self, x: Tensor) -> int:
        """The numbers in one sample of ``x``: the product of all sizes but the first."""
        return torch.Size(x.size()[1:]).numel()
