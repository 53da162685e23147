"""What is known of the samples of a part: labels, predictions, losses. No torch here."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

SamplePart = Literal["train", "validation"]
PARTS: tuple[SamplePart, ...] = ("validation", "train")
CLASSES = 10


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Each sample's predicted class (N,) int16, -1 if it was not evaluated, and its loss.

    ``loss`` (N,) float32 is NaN for samples that were not evaluated, or if there is no loss.
    """

    predicted: NDArray[np.int16]
    loss: NDArray[np.float32]


def not_evaluated(size: int) -> Scores:
    """Scores of samples none of which was evaluated."""
    return Scores(np.full(size, -1, np.int16), np.full(size, np.nan, np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """All samples of a part: ``labels`` (N,) int16, and their scores as of an iteration.

    ``iteration`` is None before any evaluation. ``source`` tells one data set from another: pages
    of images belong to the sheets with the same number.
    """

    part: SamplePart
    source: int
    labels: NDArray[np.int16]
    scores: Scores
    iteration: int | None = None

    @property
    def evaluated(self) -> NDArray[np.int64]:
        """The indices (n,) of the samples that were evaluated."""
        return np.flatnonzero(self.scores.predicted >= 0)


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Images of some samples: ``index`` (n,) int64, ``images`` (n, H, W) uint8."""

    part: SamplePart
    source: int
    index: NDArray[np.int64]
    images: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class EvaluationProgress:
    """How far an evaluation on demand has come; ``total`` is 0 when it is over, finished or not."""

    part: SamplePart
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Query:
    """Which samples to show, and in which order; None for any."""

    part: SamplePart = "validation"
    label: int | None = None
    predicted: int | None = None
    correct: bool | None = None
    order: Literal["stored", "highest", "lowest"] = "stored"


def choose(sheet: Sheet, query: Query) -> NDArray[np.int64]:
    """The indices (n,) of the samples that a query asks for; those without a loss come last."""
    predicted = sheet.scores.predicted
    wanted = np.ones(len(sheet.labels), bool)
    if query.label is not None:
        wanted &= sheet.labels == query.label
    if query.predicted is not None:
        wanted &= predicted == query.predicted
    if query.correct is not None:
        wanted &= (predicted >= 0) & ((predicted == sheet.labels) == query.correct)
    index = np.flatnonzero(wanted)
    if query.order == "stored":
        return index
    loss = sheet.scores.loss[index]
    # Stable: samples of one loss stay as they are stored. numpy sorts NaN last.
    return index[np.argsort(-loss if query.order == "highest" else loss, kind="stable")]


def confusion(sheet: Sheet) -> NDArray[np.int64]:
    """How many samples with label r (row) were predicted as c (column); at least 10 x 10."""
    index = sheet.evaluated
    labels, predicted = sheet.labels[index], sheet.scores.predicted[index]
    size = max(CLASSES, int(labels.max(initial=0)) + 1, int(predicted.max(initial=0)) + 1)
    pairs = labels.astype(np.int64) * size + predicted
    return np.bincount(pairs, minlength=size * size).reshape(size, size)
