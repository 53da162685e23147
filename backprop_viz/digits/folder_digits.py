"""A folder of images as a data set."""

import os

import numpy as np
import torch

from backprop_viz.digits.image_folder import list_folder, read_folder
from backprop_viz.digits.stored_images import StoredImages
from backprop_viz.recording.requests.pictures import Pictures
from backprop_viz.recording.requests.progress import Progress

# What was read last: Reset must not read every file again.
_kept: list[Pictures] = []


def keep_pictures(pictures: Pictures) -> None:
    """Have what was read of a folder already at hand for ``load_folder``."""
    _kept[:] = [pictures]


def load_folder(root: str | os.PathLike[str]) -> tuple[StoredImages, StoredImages]:
    """The training part of a folder's images and the validation part, a tenth of each digit.

    Of fewer images than that takes, all are in both. Raises ImageError, a ValueError.
    """
    digest = list_folder(root).digest
    if not (_kept and _kept[0].listing == digest):
        keep_pictures(read_folder(root, _ignore))
    train = part_of(_kept[0], validation=False)
    validation = part_of(_kept[0], validation=True)
    return train, validation if len(validation) else train


def part_of(pictures: Pictures, validation: bool) -> StoredImages:
    """The images of a folder that are for validation, or those that are not."""
    part = np.flatnonzero(pictures.validation == validation)
    labels = torch.from_numpy(pictures.labels[part].astype(np.int64))
    return StoredImages(torch.from_numpy(pictures.images[part]), labels)


def _ignore(progress: Progress) -> None:
    """Nobody waits for it."""
