"""What a session file may hold: the type, the range and the size of every field, as data.

``SESSION.read`` is the only way from a file into the program, and what is saved goes through it
too: a field that is added anywhere has to be declared here, or no session can be saved.

The settings are in ``training.settings_schema``, and the window's part in
``recording.files.window_schema``: without torch, for the window to look at.
"""

import torch
from torch import Tensor

from backprop_viz.analysis.optimizer_entry import STEP, Optimizer, StateTensor
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.digits.lenet import LeNet
from backprop_viz.recording.events import GradientIntervention
from backprop_viz.recording.files.kinds import (
    Exactly,
    Flag,
    Kind,
    NumberKind,
    OneOf,
    Rule,
    Whole,
    Wrong,
)
from backprop_viz.recording.files.nested import (
    ALL,
    Cases,
    Entries,
    Items,
    Maybe,
    RecordOf,
    Row,
    Table,
    one_of,
)
from backprop_viz.recording.files.window_schema import (
    ANY_NUMBER,
    CURVES,
    EARLIER,
    LARGEST_FLOAT32,
    MOST_ITERATIONS,
    NODE,
    NOTHING,
    WINDOW,
)
from backprop_viz.recording.input_forms import FORMS
from backprop_viz.recording.iteration import Kept
from backprop_viz.recording.phases import Phase
from backprop_viz.recording.schedules import SCHEDULES, Schedule
from backprop_viz.training.checkpoints import Checkpoint
from backprop_viz.training.data_sources import LoaderState
from backprop_viz.training.run_journal import FOREIGN, RunJournal
from backprop_viz.training.settings_schema import (
    BATCH,
    OPTIONS_OF,
    RATE,
    SCHEDULE_OPTIONS,
    SETTINGS,
)
from backprop_viz.worker.files.arrays import GeneratorState, TensorNumbers
from backprop_viz.worker.files.stored_run import StoredRun

FLOAT, LONG = "float32", "int64"
ITERATION = Whole(0, MOST_ITERATIONS)

# -- the network ---------------------------------------------------------------------------------


def _parameters() -> dict[str, tuple[int, ...]]:
    with torch.device("meta"):  # shapes alone: nothing is drawn
        return {name: tuple(value.shape) for name, value in LeNet().state_dict().items()}


PARAMETERS = _parameters()

# -- where the run is ----------------------------------------------------------------------------

IMAGES = TensorNumbers(FLOAT, ((1, 4096), 1, 32, 32), finite=True)
LABELS = TensorNumbers(LONG, ((1, 4096),), 0, 9)


def _as_many_labels_as_images(batch: tuple[Tensor, Tensor]) -> str | None:
    images, labels = map(len, batch)
    return None if images == labels else f"has {images:,} images and {labels:,} labels"


BATCH_OF_SAMPLES = Row((IMAGES, LABELS), rules=(_as_many_labels_as_images,))


# What torch keeps of a parameter from step to step, by its place in the network.
def _kept(shape: tuple[int, ...]) -> Table:
    same = Maybe(TensorNumbers(FLOAT, shape))
    tensors = {t.name: t for optimizer in OPTIMIZERS.values() for t in optimizer.state}
    kinds = {name: _scalar(t) if t.scalar else same for name, t in tensors.items()}
    return Table(kinds, optional=ALL)


def _scalar(tensor: StateTensor) -> Kind:
    return TensorNumbers(FLOAT, (), tensor.low, tensor.high, finite=True, whole=tensor is STEP)


_STATE = Table({i: _kept(s) for i, s in enumerate(PARAMETERS.values())}, optional=ALL)
NEVER = Exactly(False)  # torch's options that the program never sets


def _group(optimizer: Optimizer) -> Table:
    """What a parameter group holds; which of torch's own, it is asked for when a run goes on."""
    return Table(
        {
            "lr": NumberKind(0, LARGEST_FLOAT32, infinite=True),
            "initial_lr": NumberKind(0, LARGEST_FLOAT32, infinite=True),
            "maximize": NEVER,
            "capturable": NEVER,
            "differentiable": NEVER,
            "decoupled_weight_decay": NEVER,
            "foreach": NOTHING,
            "fused": NOTHING,
            "params": Items(Whole(0, len(PARAMETERS) - 1), len(PARAMETERS), len(PARAMETERS)),
            **OPTIONS_OF[optimizer.name].kinds,
            **{
                name: Exactly(value) if isinstance(value, bool) else NumberKind(value, value)
                for name, value in optimizer.constants.items()
            },
        },
        optional=ALL,
    )


_GROUPS = {name: _group(optimizer) for name, optimizer in OPTIMIZERS.items()}
GROUP = Table(one_of(_GROUPS.values()), optional=ALL)
SCHEDULE = Cases(
    "name",
    {
        name: RecordOf(
            Schedule,
            {
                "name": OneOf((name,)),
                "given": Table(
                    {option: SCHEDULE_OPTIONS.kinds[option] for option in options},
                    optional=ALL,
                ),
            },
        )
        for name, options in SCHEDULES.items()
    },
)
CHECKPOINT = RecordOf(
    Checkpoint,
    {
        "iteration": ITERATION,
        "model": Table({n: TensorNumbers(FLOAT, shape) for n, shape in PARAMETERS.items()}),
        "grads": Maybe(
            Row(tuple(Maybe(TensorNumbers(FLOAT, s)) for s in PARAMETERS.values()), list)
        ),
        "optimizer": Maybe(Table({"state": _STATE, "param_groups": Items(GROUP, 1, 1)})),
        "random_state": GeneratorState(),
        "loader": RecordOf(
            LoaderState,
            {"generator": GeneratorState(), "shuffled": Flag(), "position": ITERATION},
        ),
        "fetched": Row((Whole(-1, MOST_ITERATIONS + 1), BATCH_OF_SAMPLES)),
        "given_batch": Maybe(BATCH_OF_SAMPLES),
        "settings": Row((RATE, SCHEDULE, BATCH, Flag(), Flag())),
        "input_form": OneOf(FORMS),
    },
)

# -- all of it -----------------------------------------------------------------------------------


def _follow_each_other(run: StoredRun) -> str | None:
    now, before = run.checkpoint.iteration, run.before
    if before is not None and before.iteration != now - 1:
        return f"holds iteration {before.iteration:,} as the one before {now:,}"
    for part, found in (("kept", run.kept), ("past", run.past)):
        numbers = [one.iteration for one in found]
        if numbers != sorted(numbers) or (numbers and numbers[-1] > now):
            return f"holds iterations in {part} that do not come one after the other up to {now:,}"
    return None


def _optimizer_is_its_own(run: StoredRun) -> str | None:
    name = run.settings.optimizer
    optimizer = OPTIMIZERS[name]
    for checkpoint in (run.checkpoint, run.before, *run.past):
        if checkpoint is None:
            continue
        if (checkpoint.optimizer is None) != optimizer.by_hand:
            return f"holds a checkpoint that is not of its optimizer, {name}"
        if checkpoint.optimizer is None:
            continue
        group = checkpoint.optimizer["param_groups"][0]
        try:
            _GROUPS[name].read(group)
        except Wrong as wrong:
            return f"holds a checkpoint that is not of its optimizer, {name}: {wrong}"
        kept = {t.name for t in optimizer.state if not t.when or group.get(t.when)}
        # One that is empty is of a parameter that was not stepped yet.
        for found in filter(None, checkpoint.optimizer["state"].values()):
            # Of a momentum that is 0, older torch keeps None.
            if any(found[other] is not None for other in set(found) - kept):
                return f"holds the state of another optimizer than {name} with its options"
            for missing in sorted(kept):
                if found.get(missing) is None:
                    return f"holds no {missing} of a parameter that was stepped by {name}"
    return None


INTERVENTION = Maybe(
    RecordOf(
        GradientIntervention,
        {
            "node": NODE,
            "kind": OneOf(("scale", "clip", "zero", "noise")),
            "value": ANY_NUMBER,
        },
    )
)
BACKWARDS = Whole(1, 2)
KEPT = RecordOf(
    Kept,
    {
        "iteration": ITERATION,
        "samples": Maybe(BATCH),
        "intervention": INTERVENTION,
        "backwards": BACKWARDS,
    },
)
_RULES: tuple[Rule, ...] = (_follow_each_other, _optimizer_is_its_own)


def _begins_at_the_start(journal: RunJournal) -> str | None:
    return None if 0 in journal.settings else "holds no settings that begin the run"


JOURNAL = RecordOf(
    RunJournal,
    {
        "settings": Entries(ITERATION, SETTINGS, 100_000),
        "twice": Items(ITERATION, 100_000, type=tuple),
        "foreign": Entries(ITERATION, OneOf(FOREIGN), 100_000),
    },
    rules=(_begins_at_the_start,),
)
SESSION = RecordOf(
    StoredRun,
    {
        "settings": SETTINGS,
        "due": OneOf(Phase),
        "checkpoint": CHECKPOINT,
        "before": Maybe(CHECKPOINT),
        "curves": CURVES,
        "intervention": INTERVENTION,
        "backwards": BACKWARDS,
        "earlier": EARLIER,
        "window": WINDOW,
        "kept": Items(KEPT, 10_000, type=tuple),
        "past": Items(CHECKPOINT, 1_000, type=tuple),
        "given_batches": Entries(ITERATION, BATCH_OF_SAMPLES, 100_000),
        "journal": Maybe(JOURNAL),
    },
    rules=_RULES,
)
