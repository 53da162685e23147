"""Stored images as inputs of the network."""

import torch
from torch import Tensor
from torch.utils.data import Dataset


class StoredImages(Dataset[tuple[Tensor, int]]):
    """Labelled images in memory; item i is (image (1, H, W) float32 in 0..1, label)."""

    def __init__(self, images: Tensor, labels: Tensor) -> None:
        """`images` (N, H, W) uint8 and `labels` (N,) int64."""
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        if not -len(self) <= index < len(self):
            raise IndexError(f"sample {index} of {len(self)}")
        images, labels = self.batch(torch.tensor([index % len(self)]))
        return images[0], int(labels[0])

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Images (B, 1, H, W) float32 in 0..1 and labels (B,) int64 of `index` (B,) int64."""
        return as_batch(self.images, self.labels, index)


def as_batch(images: Tensor, labels: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
    """Rows `index` (B,) int64 of uint8 (N, H, W) images as float32 (B, 1, H, W) in 0..1, and
    their int64 labels (B,)."""
    return images[index].unsqueeze(1).to(torch.float32).div_(255), labels[index]
