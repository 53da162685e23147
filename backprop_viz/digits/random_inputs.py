"""Random images and targets, as in PyTorch's "Neural Networks" tutorial."""

import torch
from torch import Tensor


class RandomInputs:
    """``torch.randn(n, 1, 32, 32)`` and ``torch.randn(n, 10)`` as targets.

    Drawn from torch's global generator, in the tutorial's order.
    """

    def __init__(self, size: int) -> None:
        self.images = torch.randn(size, 1, 32, 32)
        self.targets = torch.randn(size, 10)

    def __len__(self) -> int:
        return len(self.images)

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """The samples at ``index``; the label is where the target is largest."""
        if torch.equal(index, torch.arange(len(self))):
            return self.images, self.labels  # not a copy for each iteration that is kept
        return self.images[index], self.labels[index]

    @property
    def labels(self) -> Tensor:
        """The labels (N,) int64."""
        return self.targets.argmax(1)
