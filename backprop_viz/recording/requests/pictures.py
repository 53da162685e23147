"""A folder of images, read: what the window's process reads and the worker's trains on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """What was read of the folder ``root``; ``listing`` changes when one of its files does.

    ``images`` (N, 32, 32) uint8 are prepared as a drawing is; ``labels`` (N,) uint8;
    ``validation`` (N,) bool says which of them are not for training.
    """

    root: str
    listing: str
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    validation: NDArray[np.bool_]
