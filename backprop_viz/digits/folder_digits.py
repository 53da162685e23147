"""A folder of images as a data set."""

import os

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from backprop_viz.digits.image_folder import list_folder, read_folder
from backprop_viz.digits.stored_images import as_batch
from backprop_viz.recording.pictures import Pictures
from backprop_viz.recording.progress import Progress

# What was read last: Reset must not read every file again.
_kept: list[Pictures] = []


class FolderDigits(Dataset[tuple[Tensor, int]]):
    """Part of a folder's images; item i is (image (1, 32, 32) float32 in 0..1, label)."""

    def __init__(self, pictures: Pictures, validation: bool) -> None:
        part = np.flatnonzero(pictures.validation == validation)
        self.images = torch.from_numpy(pictures.images[part])
        self.labels = torch.from_numpy(pictures.labels[part].astype(np.int64))

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        if not -len(self) <= index < len(self):
            raise IndexError(f"sample {index} of {len(self)}")
        images, labels = self.batch(torch.tensor([index % len(self)]))
        return images[0], int(labels[0])

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Images (B, 1, 32, 32) float32 in 0..1 and labels (B,) int64 of `index` (B,) int64."""
        return as_batch(self.images, self.labels, index)


def keep_pictures(pictures: Pictures) -> None:
    """Have what was read of a folder already at hand for ``load_folder``."""
    _kept[:] = [pictures]


def load_folder(root: str | os.PathLike[str]) -> tuple[FolderDigits, FolderDigits]:
    """The training part of a folder's images and the validation part, a tenth of each digit.

    Of fewer images than that takes, all are in both. Raises ImageError, a ValueError.
    """
    digest = list_folder(root).digest
    if not (_kept and _kept[0].listing == digest):
        keep_pictures(read_folder(root, _ignore))
    train = FolderDigits(_kept[0], validation=False)
    validation = FolderDigits(_kept[0], validation=True)
    return train, validation if len(validation) else train


def _ignore(progress: Progress) -> None:
    """Nobody waits for it."""
