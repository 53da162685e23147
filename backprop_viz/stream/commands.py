"""What the window may ask of the worker: a record for each command.

A command that is added here is added to ``COMMANDS``, and to the worker's table of handlers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.kept import Kept
from backprop_viz.recording.requests.loss_surface import SurfaceRequest
from backprop_viz.recording.requests.pictures import Pictures
from backprop_viz.recording.requests.race import RaceRequest
from backprop_viz.recording.requests.samples import SamplePart
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.window_part import WindowPart
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import GradientIntervention


class Command:
    """Something that the worker is to do; the worker carries commands out in order."""

    __slots__ = ()


# -- the run -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step(Command):
    """Run the phase that is due, recorded; training stops.

    ``by_event``: a script is held at its next event instead.
    """

    by_event: bool = False


@dataclass(frozen=True, slots=True)
class Iterate(Command):
    """Run to the end of the iteration, recorded; training stops."""


@dataclass(frozen=True, slots=True)
class Train(Command):
    """Train until told to pause, or until a breakpoint holds."""


@dataclass(frozen=True, slots=True)
class Pause(Command):
    """Stop training, with the last iteration recorded whole."""


@dataclass(frozen=True, slots=True)
class Reset(Command):
    """The same settings again, from a fresh network."""


@dataclass(frozen=True, slots=True)
class Configure(Command):
    """Take over settings: at once where that can be, else from a fresh network."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class RunNetwork(Command):
    """Begin a run of the same settings with a network of this source; None: the built-in one."""

    source: str | None


@dataclass(frozen=True, slots=True)
class SetBreakpoints(Command):
    """Stop free training from now on where one of these holds."""

    breakpoints: tuple[Breakpoint, ...]


@dataclass(frozen=True, slots=True)
class ContinueFrom(Command):
    """Take the run up again as it was after an iteration."""

    iteration: int


@dataclass(frozen=True, slots=True, eq=False)
class HoldPictures(Command):
    """Keep a folder of images that was read, before ``Configure`` names it."""

    pictures: Pictures


# -- the drawing ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Draw(Command):
    """Classify a drawing from now on, (32, 32) float32 as ``digits.prepare`` makes it, or none."""

    prepared: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True)
class ChooseLabel(Command):
    """Say which digit the drawing is; without a label it is not the batch any more."""

    label: int | None


@dataclass(frozen=True, slots=True)
class RestoreDrawing(Command):
    """Have the drawing's label, and whether it is the batch, as they were in a session."""

    label: int | None
    is_batch: bool


@dataclass(frozen=True, slots=True)
class UseDrawing(Command):
    """Take the drawing as the batch of the iterations to begin, or the data again."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class TrainOnDrawing(Command):
    """Run one iteration on the drawing."""


@dataclass(frozen=True, slots=True)
class UndoDrawing(Command):
    """Take back the newest iteration, which was on a drawing."""


@dataclass(frozen=True, slots=True)
class ExplainDrawing(Command):
    """Say from now on which pixels speak for the digit, or no longer."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class RecordSaliency(Command):
    """Record how the saliency of the drawing comes about, and send it with this pixel's number."""

    row: int
    column: int


# -- experiments ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AlterGradient(Command):
    """Run the newest iteration's backward again with a gradient altered; None: as it was."""

    intervention: GradientIntervention | None


@dataclass(frozen=True, slots=True)
class BackwardTwice(Command):
    """Run the newest iteration's backward twice, with the graph retained or not."""

    retain_graph: bool


# -- files ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class SaveSessionFile(Command):
    """Write the session to a file; ``auto``: without the user having asked for it.

    ``kept`` says how the recordings that the window has were made, ``about`` is for those who ask
    what the file is.
    """

    path: str
    auto: bool
    kept: tuple[Kept, ...]
    about: Mapping[str, str]
    part: WindowPart


@dataclass(frozen=True, slots=True)
class OpenSessionFile(Command):
    """Take up the run of a session file.

    ``code`` is the source of a network that the user has agreed to run: another one is not run.
    """

    path: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class SaveWeights(Command):
    """Write the weights to a file."""

    path: str


@dataclass(frozen=True, slots=True)
class LoadWeights(Command):
    """Go on with the weights of a file."""

    path: str


@dataclass(frozen=True, slots=True)
class CopyScript(Command):
    """Give the run so far as a script."""


@dataclass(frozen=True, slots=True)
class SaveScript(Command):
    """Write the run so far as a script to a file; as a notebook, if its name ends in ``.ipynb``.

    ``texts`` are what a notebook says of its parts, as ``NOTEBOOK_TEXTS`` has them.
    """

    path: str
    texts: Mapping[str, str] = field(default_factory=dict)


# -- samples -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WatchSamples(Command):
    """Send the part's sheet now and after each evaluation; None: no more."""

    part: SamplePart | None


@dataclass(frozen=True, slots=True, eq=False)
class GetImages(Command):
    """Send a page of images of samples, by index (n,); none if the data has been replaced."""

    part: SamplePart
    source: int
    index: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Evaluate(Command):
    """Classify the part's first ``count`` samples, or all, with the network as it is."""

    part: SamplePart
    count: int | None


@dataclass(frozen=True, slots=True)
class CancelEvaluation(Command):
    """Stop the evaluation on demand."""


@dataclass(frozen=True, slots=True)
class LoadSample(Command):
    """Begin an iteration with a sample as its batch."""

    part: SamplePart
    source: int
    index: int


# -- where a number comes from -------------------------------------------------------------------


# How many of the window's own recordings a worker holds.
HELD = 2


@dataclass(frozen=True, slots=True)
class HoldRecording(Command):
    """Keep the recording that comes with it, to explain its numbers; only the newest are kept."""

    keep: int = HELD


@dataclass(frozen=True, slots=True)
class ExplainNumber(Command):
    """Explain a number of the recording with this serial; what was asked before is dropped.

    The answers carry ``request``. A recording that the worker does not hold is asked for.
    """

    request: int
    serial: int
    number: Number


@dataclass(frozen=True, slots=True)
class RecordWhole(Command):
    """Record a past iteration of the run again, every sample of its batch, and send it."""

    iteration: int


@dataclass(frozen=True, slots=True)
class CheckGradient(Command):
    """Check a number of the recording with this serial by finite differences.

    ``asked`` is the step h to look at closely, ``span`` how far the curve of the loss reaches to
    either side (None: its own measure). ``others``: the serials of the other ranks' recordings of
    that iteration, so that a mean is checked by the mean of all losses. A check that was asked for
    before is dropped.
    """

    request: int
    serial: int
    number: Number
    asked: float
    span: float | None
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CancelCheck(Command):
    """Stop the check; the answer is as much of it as there is."""


# -- the loss surface ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ComputeSurface(Command):
    """Evaluate the loss on a plane of the weights; what was asked for before is dropped."""

    request: int
    surface: SurfaceRequest


@dataclass(frozen=True, slots=True)
class CancelSurface(Command):
    """Stop the surface; the answer is as much of it as there is."""


# -- races ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RunRace(Command):
    """Run several settings side by side, in place of a race that runs."""

    request: int
    race: RaceRequest


@dataclass(frozen=True, slots=True)
class CancelRace(Command):
    """Stop the race; the answer is as much of it as there is."""


# -- lessons -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PutRunAside(Command):
    """Begin another run with these settings, and keep the user's own until it is taken back.

    A run that is not the user's own, as that of a lesson before, is not kept.
    """

    settings: Settings


@dataclass(frozen=True, slots=True)
class TakeRunBack(Command):
    """Go on with the run that was put aside, just where it was; without one, nothing happens."""


@dataclass(frozen=True, slots=True)
class RunSnippet(Command):
    """Run a lesson's snippet of this name and source, and show what it records."""

    name: str
    source: str


COMMANDS: tuple[type[Command], ...] = (
    *(Step, Iterate, Train, Pause, Reset, Configure, RunNetwork, SetBreakpoints, ContinueFrom),
    *(HoldPictures, Draw, ChooseLabel, RestoreDrawing, UseDrawing, TrainOnDrawing, UndoDrawing),
    *(ExplainDrawing, RecordSaliency, AlterGradient, BackwardTwice, SaveSessionFile),
    *(OpenSessionFile, SaveWeights, LoadWeights, CopyScript, SaveScript, WatchSamples),
    *(GetImages, Evaluate, CancelEvaluation, LoadSample, HoldRecording, ExplainNumber),
    *(RecordWhole, CheckGradient, CancelCheck, ComputeSurface, CancelSurface, RunRace),
    *(CancelRace, PutRunAside, TakeRunBack, RunSnippet),
)
# After these another run is shown, or the run goes on from another place.
MOVING = (Reset, Configure, RunNetwork, ContinueFrom, PutRunAside, TakeRunBack)
