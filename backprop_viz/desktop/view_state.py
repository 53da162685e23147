"""Everything that the window shows at one instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from backprop_viz.analysis.comparison import Comparison
from backprop_viz.analysis.health_series import HealthSeries
from backprop_viz.desktop.rank_states import RanksState
from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.recording_cache import KeptIterations
from backprop_viz.recording.requests.class_names import class_name
from backprop_viz.recording.requests.drawing_training import DrawingTrainingState, Prediction
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.run.scalar_curves import ScalarCurve
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import PHASES, Phase


@dataclass(frozen=True, slots=True, eq=False)
class ViewState:
    """Everything that the window shows at one instant.

    ``rate`` is in iterations per second. ``hit`` is the breakpoint that the cursor stopped at,
    until the cursor moves. ``playing``: the cursor moves by itself. ``sample`` is the place in
    the batch of the sample whose numbers are shown; it is among those recorded. ``full_precision``:
    numbers are written with every digit. ``comparison``: what the shown numbers are compared
    with; None while training runs. ``origin`` is where a run is from that the program did not make:
    then ``settings`` say nothing, and ``line`` is the one that the script stands at, unless it has
    ``ended``; ``before_line``: its breakpoint holds the script there, and ``gradients_off`` if
    autograd follows nothing of what runs there; ``between_cells``: it stands, for no cell of
    a notebook runs, nor what is typed at a prompt; ``unrecorded``: it goes on, and is recorded no
    more, nor told of, until it has ended. ``ranks`` are those that train together, where the window
    shows several. ``health``: the tensors over the iterations, where a file has kept that.
    ``scalars`` is what a script has logged, by name. ``order`` is that of the phases in the run;
    ``due`` is the one that comes next, None if nobody knows. ``last_whole`` is the newest recording
    of an iteration that is over.
    """

    settings: Settings
    cursor: Cursor
    program: Program
    curves: Curves
    iteration: int
    due: Phase | None
    training: bool = False
    rate: float = 0.0
    device: str = "cpu"
    prediction: Prediction | None = None
    earlier: tuple[tuple[str, Curves], ...] = ()
    kept_iterations: KeptIterations = field(default_factory=KeptIterations)
    breakpoints: tuple[Breakpoint, ...] = ()
    hit: Breakpoint | None = None
    playing: bool = False
    drawing_training: DrawingTrainingState = field(default_factory=DrawingTrainingState)
    sample: int = 0
    full_precision: bool = False
    comparison: Comparison | None = None
    origin: RunOrigin | None = None
    line: int | None = None
    before_line: bool = False
    gradients_off: bool = False
    between_cells: bool = False
    unrecorded: bool = False
    ended: bool = False
    ranks: RanksState | None = None
    health: tuple[HealthSeries, ...] = ()
    scalars: Mapping[str, ScalarCurve] = field(default_factory=dict)
    order: tuple[Phase, ...] = PHASES
    last_whole: Recording | None = None

    @property
    def batch_size(self) -> int:
        """How many samples the batch had, recorded or not."""
        recording = self.cursor.recording
        if self.origin is not None:
            return recording.recorded_samples
        whole = recording.samples is None or recording.given_batch
        return recording.recorded_samples if whole else self.settings.batch_size

    @property
    def then(self) -> Cursor | None:
        """The same place in the recording that is compared with; None without one."""
        return None if self.comparison is None else self.comparison.then

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the labels, from 0 on."""
        return () if self.origin is not None else DATA_SETS[self.settings.data].classes

    def class_name(self, label: int) -> str:
        """The name of a label."""
        return class_name(self.classes, label)
