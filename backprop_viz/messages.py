"""What passes between the window's process and the worker's. Notices pass as they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .core.history import HeldOut, Points
from .core.lesson import Lesson
from .core.records import Curves, Phase, Prediction, Program, Recording, Settings
from .core.samples import Page, Progress, Sheet


@dataclass(frozen=True, slots=True, eq=False)
class Filed:
    """What became of a file: ``what`` is "saved", "autosaved", "opened", "weights_saved" or
    "weights_loaded", ``refusal`` the sentence if it was not.

    ``state`` (iterations done, the phase that is due) is what was written; ``earlier`` and
    ``window`` are what was read.
    """

    what: str
    path: str
    refusal: str | None = None
    state: tuple[int, Phase] | None = None
    earlier: tuple[tuple[str, Curves], ...] = ()
    window: Mapping[str, Any] = field(default_factory=dict)


# What the worker tells of its samples, and of files.
Answer = Sheet | Page | Progress | Filed


@dataclass(frozen=True, slots=True)
class Command:
    """A method of the worker to call, with its arguments; ``number`` counts from 1."""

    number: int
    name: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """How things stand after ``command``, and what is new since the update before.

    ``settings``, ``recording`` and ``program`` are None where they have not changed. ``points`` are
    the losses and accuracies of the iterations since, ``held_out`` the evaluations. ``run`` counts
    runs; a new one begins with the first ``kept`` iterations of the one before.
    """

    command: int
    run: int
    kept: int
    settings: Settings | None
    iteration: int
    due: Phase
    training: bool
    rate: float
    prediction: Prediction | None
    lesson: Lesson
    recording: Recording | None
    program: Program | None
    points: Points
    held_out: HeldOut
