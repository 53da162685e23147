"""What is known of a part's samples: labels, what each was read as, losses. No torch here."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Part = Literal["train", "validation"]
PARTS: tuple[Part, ...] = ("validation", "train")
CLASSES = 10


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Of each sample what it was read as, (N,) int16, -1 for one that was not; and its loss.

    ``loss`` (N,) float32 is NaN where the sample was not read, or where there is no loss.
    """

    read: NDArray[np.int16]
    loss: NDArray[np.float32]


def unread(size: int) -> Scores:
    """The scores of samples of which none was read."""
    return Scores(np.full(size, -1, np.int16), np.full(size, np.nan, np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """All samples of a part: ``labels`` (N,) int16, and their scores as of an iteration.

    ``iteration`` is None where nothing was read yet. ``source`` tells one set of data from
    another: pages of images belong to the sheets of the same number.
    """

    part: Part
    source: int
    labels: NDArray[np.int16]
    scores: Scores
    iteration: int | None = None

    @property
    def read(self) -> NDArray[np.int64]:
        """The indices (n,) of the samples that were read."""
        return np.flatnonzero(self.scores.read >= 0)


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Images of some samples: ``index`` (n,) int64, ``images`` (n, H, W) uint8."""

    part: Part
    source: int
    index: NDArray[np.int64]
    images: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an evaluation on demand is; ``total`` is 0 when it is over, finished or not."""

    part: Part
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Query:
    """Which samples to show, and in which order; None for any."""

    part: Part = "validation"
    label: int | None = None
    read: int | None = None
    right: bool | None = None
    order: Literal["stored", "highest", "lowest"] = "stored"


def choose(sheet: Sheet, query: Query) -> NDArray[np.int64]:
    """The indices (n,) of the samples that a query asks for; those without a loss come last."""
    read = sheet.scores.read
    wanted = np.ones(len(sheet.labels), bool)
    if query.label is not None:
        wanted &= sheet.labels == query.label
    if query.read is not None:
        wanted &= read == query.read
    if query.right is not None:
        wanted &= (read >= 0) & ((read == sheet.labels) == query.right)
    index = np.flatnonzero(wanted)
    if query.order == "stored":
        return index
    loss = sheet.scores.loss[index]
    # Stable: samples of one loss stay as they are stored. numpy sorts NaN last.
    return index[np.argsort(-loss if query.order == "highest" else loss, kind="stable")]


def confusion(sheet: Sheet) -> NDArray[np.int64]:
    """How many samples with label r (row) were read as c (column); at least 10 x 10."""
    index = sheet.read
    labels, read = sheet.labels[index], sheet.scores.read[index]
    size = max(CLASSES, int(labels.max(initial=0)) + 1, int(read.max(initial=0)) + 1)
    pairs = labels.astype(np.int64) * size + read
    return np.bincount(pairs, minlength=size * size).reshape(size, size)
