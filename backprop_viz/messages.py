"""What passes between the window's process and the worker's. Notices pass as they are."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .core.lesson import Lesson
from .core.records import Phase, Prediction, Program, Recording, Settings
from .core.samples import Page, Progress, Sheet

# What the worker tells of its samples.
Answer = Sheet | Page | Progress


@dataclass(frozen=True, slots=True)
class Command:
    """A method of the worker to call, with its arguments; ``number`` counts from 1."""

    number: int
    name: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """How things stand after ``command``, and what is new since the update before.

    ``recording`` and ``program`` are None where they have not changed. ``points`` (n, 2) float64
    are the losses and accuracies of the iterations since, ``held_out`` (m, 3) the evaluations:
    iteration, loss, accuracy. ``run`` counts runs; a new one begins with the first ``kept``
    iterations of the one before.
    """

    command: int
    run: int
    kept: int
    settings: Settings
    iteration: int
    due: Phase
    training: bool
    rate: float
    prediction: Prediction | None
    lesson: Lesson
    recording: Recording | None
    program: Program | None
    points: NDArray[np.float64]
    held_out: NDArray[np.float64]
