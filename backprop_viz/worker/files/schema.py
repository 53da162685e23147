"""What a session file may hold: the type, the range and the size of every field, as data.

``SESSION.read`` is the only way from a file into the program, for a network of the user's own that
of ``session_kind``. What is saved goes through it too: a field that is added anywhere has to be
declared here, or no session can be saved.

The settings are in ``training.settings_schema``, and the window's part in
``recording.files.window_schema``: without torch, for the window to look at.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from backprop_viz.analysis.optimizer_entry import STEP, Optimizer, StateTensor
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.digits.lenet import LeNet
from backprop_viz.recording.files.kinds import (
    Exactly,
    Flag,
    Kind,
    NumberKind,
    OneOf,
    Rule,
    Text,
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
from backprop_viz.recording.files.raw import Raw
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
from backprop_viz.recording.kept import Kept
from backprop_viz.recording.settings.input_forms import FORMS
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.settings.schedules import SCHEDULES, Schedule
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.data.data_sources import LoaderState
from backprop_viz.training.script.run_journal import FOREIGN, RunJournal
from backprop_viz.training.session_files.settings_schema import (
    BATCH,
    OPTIONS_OF,
    RATE,
    SCHEDULE_OPTIONS,
    SETTINGS,
)
from backprop_viz.training.state.checkpoints import Checkpoint
from backprop_viz.worker.files.arrays import AnyTensor, GeneratorState, TensorNumbers
from backprop_viz.worker.files.stored_run import StoredRun

FLOAT, LONG = "float32", "int64"
ITERATION = Whole(0, MOST_ITERATIONS)

# -- the network ---------------------------------------------------------------------------------


def _parameters() -> dict[str, tuple[int, ...]]:
    with torch.device("meta"):  # shapes alone: nothing is drawn
        return {name: tuple(value.shape) for name, value in LeNet().state_dict().items()}


PARAMETERS = _parameters()
# Of a network of the user's own; what its shapes have to be, it tells itself when it is made.
MOST_PARAMETERS = 100_000
TENSOR_NAME = Text(1000)

# -- where the run is ----------------------------------------------------------------------------

IMAGES = TensorNumbers(FLOAT, ((1, 4096), 1, 32, 32), finite=True)
LABELS = TensorNumbers(LONG, ((1, 4096),), 0, 9)


def _as_many_labels_as_images(batch: tuple[Tensor, Tensor]) -> str | None:
    images, labels = map(len, batch)
    return None if images == labels else f"has {images:,} images and {labels:,} labels"


BATCH_OF_SAMPLES = Row((IMAGES, LABELS), rules=(_as_many_labels_as_images,))


# What torch keeps of a parameter from step to step, by its place in the network.
def _kept(shape: tuple[int, ...] | None) -> Table:
    """Of a parameter of this shape; of an edited network's it is not known."""
    tensors = {t.name: t for optimizer in OPTIMIZERS.values() for t in optimizer.state}
    kinds: dict[str, Kind] = {}
    for name, tensor in tensors.items():
        own = shape if shape is None else tensor.shape(shape)
        if tensor.scalar:
            kinds[name] = _scalar(tensor)
        elif shape is None:
            kinds[name] = Maybe(AnyTensor())
        elif own is not None:
            kinds[name] = Maybe(TensorNumbers(FLOAT, own))
    return Table(kinds, optional=ALL)


def _scalar(tensor: StateTensor) -> Kind:
    return TensorNumbers(FLOAT, (), tensor.low, tensor.high, finite=True, whole=tensor is STEP)


@dataclass(frozen=True)
class _Network:
    """The kinds of what is kept of a network: its tensors, gradients, and the optimizer's part."""

    model: Kind
    grads: Kind
    state: Kind
    params: Kind


_OF_PARAMETERS = [TensorNumbers(FLOAT, shape) for shape in PARAMETERS.values()]
_BUILT_IN = _Network(
    Table(dict(zip(PARAMETERS, _OF_PARAMETERS, strict=True))),
    Row(tuple(map(Maybe, _OF_PARAMETERS)), list),
    Table({i: _kept(shape) for i, shape in enumerate(PARAMETERS.values())}, optional=ALL),
    Items(Whole(0, len(PARAMETERS) - 1), len(PARAMETERS), len(PARAMETERS)),
)
_EDITED = _Network(
    Entries(TENSOR_NAME, AnyTensor(), MOST_PARAMETERS),
    Items(Maybe(AnyTensor()), MOST_PARAMETERS),
    Entries(Whole(0, MOST_PARAMETERS), _kept(None), MOST_PARAMETERS),
    Items(Whole(0, MOST_PARAMETERS), MOST_PARAMETERS, 1),
)
NEVER = Exactly(False)  # torch's options that the program never sets


def _group(optimizer: Optimizer, params: Kind) -> Table:
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
            "params": params,
            **OPTIONS_OF[optimizer.name].kinds,
            **{
                name: Exactly(value)
                if isinstance(value, bool | tuple)
                else NumberKind(value, value)
                for name, value in optimizer.constants.items()
            },
        },
        optional=ALL,
    )


def _groups(network: _Network) -> dict[str, Table]:
    return {name: _group(optimizer, network.params) for name, optimizer in OPTIMIZERS.items()}


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


def _checkpoint(network: _Network) -> RecordOf:
    group = Table(one_of(_groups(network).values()), optional=ALL)
    return RecordOf(
        Checkpoint,
        {
            "iteration": ITERATION,
            "model": network.model,
            "grads": Maybe(network.grads),
            "optimizer": Maybe(Table({"state": network.state, "param_groups": Items(group, 1, 1)})),
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
    group_kind = _group(optimizer, _network_of(run.settings).params)
    for checkpoint in (run.checkpoint, run.before, *run.past):
        if checkpoint is None:
            continue
        if (checkpoint.optimizer is None) != optimizer.by_hand:
            return f"holds a checkpoint that is not of its optimizer, {name}"
        if checkpoint.optimizer is None:
            continue
        group = checkpoint.optimizer["param_groups"][0]
        try:
            group_kind.read(group)
        except Wrong as wrong:
            return f"holds a checkpoint that is not of its optimizer, {name}: {wrong}"
        own = [t for t in optimizer.state if not t.when or group.get(t.when)]
        # One that is empty is of a parameter that was not stepped yet.
        for found in filter(None, checkpoint.optimizer["state"].values()):
            of_axes = any(found.get(t.name) is not None for t in own if t.axis is not None)
            kept = {t.name for t in own if not (t.of_vectors if of_axes else t.axis is not None)}
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


def _network_of(settings: Settings) -> _Network:
    return _BUILT_IN if settings.network is None else _EDITED


def _one_network(run: StoredRun) -> str | None:
    """What the user is asked about is all that is run."""
    settings = () if run.journal is None else run.journal.settings.values()
    if any(other.network != run.settings.network for other in settings):
        return "holds another network in its journal"
    return None


_RULES: tuple[Rule, ...] = (_follow_each_other, _optimizer_is_its_own, _one_network)


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


def _session(network: _Network) -> RecordOf:
    checkpoint = _checkpoint(network)
    return RecordOf(
        StoredRun,
        {
            "settings": SETTINGS,
            "due": OneOf(Phase),
            "checkpoint": checkpoint,
            "before": Maybe(checkpoint),
            "curves": CURVES,
            "intervention": INTERVENTION,
            "backwards": BACKWARDS,
            "earlier": EARLIER,
            "window": WINDOW,
            "kept": Items(KEPT, 10_000, type=tuple),
            "past": Items(checkpoint, 1_000, type=tuple),
            "given_batches": Entries(ITERATION, BATCH_OF_SAMPLES, 100_000),
            "journal": Maybe(JOURNAL),
        },
        rules=_RULES,
    )


SESSION = _session(_BUILT_IN)
_EDITED_SESSION = _session(_EDITED)


def session_kind(settings: Any) -> RecordOf:
    """What a session is that has these settings; they may be anything still."""
    given = settings.fields if isinstance(settings, Raw) else None
    network = given.get("network") if given is not None else getattr(settings, "network", None)
    return SESSION if network is None else _EDITED_SESSION
