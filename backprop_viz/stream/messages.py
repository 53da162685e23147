"""What passes between the window's process and the worker's. Notices pass as they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backprop_viz.recording.drawing_training import DrawingTrainingState, Prediction
from backprop_viz.recording.history import Curves, Points, ValidationPoints
from backprop_viz.recording.iteration import Kept, Recording
from backprop_viz.recording.phases import Phase
from backprop_viz.recording.program import Program
from backprop_viz.recording.samples import EvaluationProgress, Page, Sheet
from backprop_viz.recording.settings import Settings

# The curves of runs before this one, by name.
Earlier = tuple[tuple[str, Curves], ...]


@dataclass(frozen=True, slots=True, eq=False)
class FromWindow:
    """What the window adds to a session: curves of earlier runs, and how the recordings that it
    keeps were made; ``window`` is its own, ``about`` for those who ask what the file is.
    """

    earlier: Earlier
    kept: tuple[Kept, ...]
    window: Mapping[str, Any]
    about: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Filed:
    """What became of a file: ``what`` is "saved", "autosaved", "opened", "weights_saved" or
    "weights_loaded", ``refusal`` the sentence if it was not.

    ``state`` (iterations done, the phase that is due) is what was written; ``earlier`` and
    ``window`` are what was read; so many iterations as ``rerecorded`` are recorded again after it.
    ``lost`` if there was no worker to do it, or none any more: then the window says so itself.
    """

    what: str
    path: str
    refusal: str | None = None
    state: tuple[int, Phase] | None = None
    earlier: Earlier = ()
    window: Mapping[str, Any] = field(default_factory=dict)
    rerecorded: int = 0
    lost: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Rerecorded:
    """An iteration of ``run`` that was recorded again, or None for the last; ``left`` follow."""

    run: int
    recording: Recording | None
    left: int


@dataclass(frozen=True, slots=True)
class Scripted:
    """The run as a script of ``iterations``: its ``text``, or the ``path`` it was saved at.

    Neither: it is too long to be copied. ``foreign`` is the first iteration that it does not
    repeat, and why, as the journal has it. ``data`` is the file beside it that holds its samples.
    """

    iterations: int
    text: str | None
    path: str | None
    foreign: tuple[int, str] | None
    data: str | None = None


# What the worker tells of its samples, of files, and of past iterations.
Answer = Sheet | Page | EvaluationProgress | Filed | Rerecorded | Scripted


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
    the losses and accuracies of the iterations since, ``validation`` the evaluations; before them
    come the curves of a run that was ``opened``. ``run`` counts runs; a new one begins with the
    first ``kept`` iterations of the one before.
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
    drawing_training: DrawingTrainingState
    recording: Recording | None
    program: Program | None
    points: Points
    validation: ValidationPoints
    opened: Curves | None = None
