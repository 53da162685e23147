"""What the worker tells the window, and what the window tells the worker beside commands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import (
    Effect,
    Fact,
    GradientCheck,
    NumberExplanation,
)
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.requests.drawing_training import DrawingTrainingState, Prediction
from backprop_viz.recording.requests.loss_surface import SurfacePlane
from backprop_viz.recording.requests.race import RacerProgress
from backprop_viz.recording.requests.samples import EvaluationProgress, Page, Sheet
from backprop_viz.recording.run.history import Curves, Points, ValidationPoints
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.run.scalar_curves import LoggedScalar
from backprop_viz.recording.run.whereabouts import Whereabouts
from backprop_viz.recording.run.window_part import WindowPart
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase

# -- from the worker -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RunAttached:
    """The first message of a run that the window did not start."""

    origin: RunOrigin


@dataclass(frozen=True, slots=True)
class Preparing:
    """A script has run for this many ``seconds`` without training, and is at this line of its own.

    ``over``: it begins to train, or has ended.
    """

    line: int | None
    seconds: float
    over: bool = False


@dataclass(frozen=True, slots=True)
class RunEnded:
    """A script has ended, with this exit status.

    ``error`` is the exception that ended it, "" for none, with its traceback in ``details`` and
    the ``line`` of the script that it came from. A UserError is told as ``as_value`` does.
    ``recorded``: the iteration that was under way was being recorded, if only from its start; else
    what was shown as one is none, unless an ``error`` or a negative status has cut it short.
    """

    status: int
    error: str = ""
    details: str = ""
    line: int | None = None
    recorded: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """``count`` recordings of the iterations from ``first`` to ``last`` are not sent.

    The window was too slow for them, or not connected.
    """

    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Another window has attached to the run in place of this one: nothing follows."""


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """How things stand after ``command``, and what is new since the update before.

    ``due`` is the phase that comes next, None if nobody knows. ``settings`` and ``program`` are
    None where they have not changed. ``points`` are the losses and accuracies of the iterations
    since, ``validation`` the evaluations, ``scalars`` what a script has logged; before them
    come the curves of a run that was ``opened``. ``line`` is the one that a script stands at;
    ``before_line``: held there, for it has a breakpoint, and ``gradients_off`` if autograd follows
    nothing of what runs there; ``between_cells``: it stands, for no cell of a notebook runs,
    nor what is typed at a prompt; ``unrecorded``: it goes on, and nothing of it is recorded or told
    any more. ``run`` counts runs;
    a new one begins with the first ``kept`` iterations of the one before. The recording, where it
    has changed, comes with it.
    """

    command: int
    run: int
    iteration: int
    due: Phase | None
    training: bool = False
    rate: float = 0.0
    kept: int = 0
    settings: Settings | None = None
    prediction: Prediction | None = None
    drawing_training: DrawingTrainingState = field(default_factory=DrawingTrainingState)
    program: Program | None = None
    points: Points = ()
    validation: ValidationPoints = ()
    opened: Curves | None = None
    line: int | None = None
    before_line: bool = False
    gradients_off: bool = False
    between_cells: bool = False
    unrecorded: bool = False
    scalars: tuple[LoggedScalar, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Filed:
    """What became of a file: ``what`` is "saved", "autosaved", "opened", "weights_saved" or
    "weights_loaded", ``refusal`` why it was not.

    ``state`` (iterations done, the phase that is due) is what was written. Of what was opened,
    ``stamp`` is the file's, and ``rerecorded`` counts the iterations that are then recorded again.
    ``part`` is what the window then reads itself. ``lost`` if there was no worker to do it, or
    none any more: then the window says so itself.
    """

    what: str
    path: str
    refusal: Notice | None = None
    state: tuple[int, Phase] | None = None
    stamp: str = ""
    rerecorded: int = 0
    lost: bool = False
    part: WindowPart | None = None


@dataclass(frozen=True, slots=True)
class CodeFound:
    """A session file has the source of a network, of which nothing is run yet."""

    path: str
    code: str


@dataclass(frozen=True, slots=True)
class NetworkTried:
    """A run has begun with the network of a source, or why not, and the ``line`` of the mistake."""

    source: str | None
    refusal: Notice | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Rerecorded:
    """Of ``run`` an iteration was recorded again, which comes with it; ``left`` follow.

    The last one may come without.
    """

    run: int
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


@dataclass(frozen=True, slots=True)
class SaliencyRecorded:
    """How the saliency of the drawing came about comes with it; ``number`` is the pixel's."""

    number: Number


@dataclass(frozen=True, slots=True, eq=False)
class NumberExplained:
    """Why a number is what it is; None if the worker does not hold the recording."""

    request: int
    explanation: NumberExplanation | None


@dataclass(frozen=True, slots=True, eq=False)
class ChainFollowed:
    """The way from a number to where its gradient started, the number first.

    Of each step the largest terms are told, not all.
    """

    request: int
    chain: tuple[NumberExplanation, ...]


@dataclass(frozen=True, slots=True, eq=False)
class EffectsFound:
    """What a number changes next."""

    request: int
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True, eq=False)
class GradientChecked:
    """As much of a check as is done, ``share`` of it from 0 to 1; 1: there will be no more.

    ``reason``: why there is not all of it; "not_held" asks for the recording.
    """

    request: int
    check: GradientCheck | None
    reason: Fact | None = None
    share: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class SurfaceComputed:
    """As much of a loss surface as is done, ``share`` of it; 1: there will be no more.

    ``losses`` (ny, nx) where they are ``known`` (ny, nx). ``reason``: why there is not all of it.
    """

    request: int
    plane: SurfacePlane | None
    losses: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    known: NDArray[np.bool_] = field(default_factory=lambda: np.empty((0, 0), np.bool_))
    reason: Fact | None = None
    share: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class RaceRan:
    """What is new of each racer; ``share`` of the race is done, 1: there will be no more.

    ``reason``: why it is not whole.
    """

    request: int
    racers: tuple[RacerProgress, ...]
    share: float
    reason: Fact | None = None


@dataclass(frozen=True, slots=True)
class SnippetRan:
    """A lesson's snippet has run; ``answers`` are the values that it returned, by name."""

    name: str
    answers: Mapping[str, float | bool | str]


ExplanationAnswer = NumberExplained | ChainFollowed | EffectsFound
# What the worker tells of its samples, of files, of past iterations, and of numbers.
Answer = (
    Sheet
    | Page
    | EvaluationProgress
    | Filed
    | CodeFound
    | NetworkTried
    | Rerecorded
    | Scripted
    | SaliencyRecorded
    | ExplanationAnswer
    | GradientChecked
    | SurfaceComputed
    | RaceRan
    | SnippetRan
)
FROM_WORKER: Sequence[type[object]] = (
    *(Update, Notice, RunAttached, RunEnded, LeftOut, TakenOver, Whereabouts, Preparing),
    *(Sheet, Page, EvaluationProgress, Filed, CodeFound, Rerecorded, Scripted, SaliencyRecorded),
    *(NumberExplained, ChainFollowed, EffectsFound, GradientChecked, SnippetRan, NetworkTried),
    *(SurfaceComputed, RaceRan),
)

# -- from the window -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Begin:
    """The first message: what the run is made from."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class UpdateWanted:
    """What was sent is shown: there may be more."""


@dataclass(frozen=True, slots=True)
class Painted:
    """What was sent last is painted."""


@dataclass(frozen=True, slots=True)
class InterruptScript:
    """Interrupt the script, as Ctrl+C in its terminal would."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Send what is recorded since ``newest``, the last iteration that the window has whole.

    The first message of a window that attaches; 0: it has none.
    """

    newest: int


@dataclass(frozen=True, slots=True)
class Leave:
    """The window is closed; a connection that ends without this was lost."""


FROM_WINDOW: Sequence[type[object]] = (
    *(Begin, UpdateWanted, Painted, InterruptScript),
    *(Resume, Leave),
)
