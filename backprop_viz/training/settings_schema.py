"""What the settings in a session file may be, as data; imports no torch.

Where a range is that of a field in the window, no session could have been made with more.
"""

from backprop_viz.analysis.losses import LOSSES
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.kinds import Flag, Number, OneOf, Text, Whole
from backprop_viz.recording.files.nested import ALL, Maybe, RecordOf, Row, Table
from backprop_viz.recording.input_forms import FORMS
from backprop_viz.recording.schedules import SCHEDULES, Schedule
from backprop_viz.recording.settings import Settings

PATH = Text(4096)
RATE = Number(0, 1e9)
BATCH = Whole(1, 4096)
SHARE = Number(0, 1)

OPTIMIZER_OPTIONS = Table(
    {
        "momentum": SHARE,
        "weight_decay": SHARE,
        "dampening": SHARE,
        "nesterov": Flag(),
        "betas": Row((SHARE, SHARE)),
        "eps": SHARE,
        "alpha": SHARE,
        "amsgrad": Flag(),
        "centered": Flag(),
    },
    optional=ALL,
)
SCHEDULE_OPTIONS = Table(
    {
        "iterations": Whole(1, 10_000_000),
        "step_size": Whole(1, 10_000_000),
        "gamma": Number(0, 10),
    },
    optional=ALL,
)


def _schedule_is_possible(settings: Settings) -> str | None:
    try:
        Schedule(settings.schedule, settings.schedule_options)
    except UserError as error:
        return f"does not fit together: {error}".rstrip(".")
    return None


SETTINGS = RecordOf(
    Settings,
    {
        "data": OneOf(("strokes", "random", "mnist", "folder")),
        "loss": OneOf(tuple(LOSSES)),
        "optimizer": OneOf(("manual", "sgd", "nesterov", "adam", "rmsprop")),
        "lr": RATE,
        "batch_size": BATCH,
        "seed": Whole(0, 2**31 - 1),
        "optimizer_options": OPTIMIZER_OPTIONS,
        "set_to_none": Flag(),
        "clear_gradients": Flag(),
        "mnist_root": Maybe(PATH),
        "schedule": OneOf(tuple(SCHEDULES)),
        "schedule_options": SCHEDULE_OPTIONS,
        "folder_root": Maybe(PATH),
        "input_form": OneOf(FORMS),
    },
    rules=(_schedule_is_possible,),
)
