"""Stored images as what the net is fed."""

import torch
from torch import Tensor


def as_batch(images: Tensor, labels: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
    """Rows `index` (B,) int64 of uint8 (N, H, W) images as float32 (B, 1, H, W) in 0..1, and
    their int64 labels (B,)."""
    return images[index].unsqueeze(1).to(torch.float32).div_(255), labels[index]
