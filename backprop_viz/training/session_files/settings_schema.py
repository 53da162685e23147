"""What the settings in a session file may be, as data; imports no torch.

Where a range is that of a field in the window, no session could have been made with more.
"""

import math
from collections.abc import Mapping
from typing import Any

from backprop_viz.analysis.losses import LOSSES
from backprop_viz.analysis.optimizer_entry import FlagOption, NumberOption, Option
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.kinds import Flag, Kind, NumberKind, OneOf, Text, Whole, Wrong
from backprop_viz.recording.files.nested import ALL, Maybe, RecordOf, Row, Table, one_of
from backprop_viz.recording.settings.input_forms import FORMS
from backprop_viz.recording.settings.quantities import Quantity
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.settings.schedules import SCHEDULES, Schedule

PATH = Text(4096)
# The source of a network.
NETWORK_SOURCE = Text(200_000)
RATE = NumberKind(0, 1e9)
BATCH = Whole(1, 4096)


def _number(quantity: Quantity) -> Kind:
    """The numbers of a quantity; its lowest, where that is left out, torch itself refuses."""
    if quantity.whole:
        return Whole(int(quantity.low), int(quantity.high))
    high = math.nextafter(quantity.high, -math.inf) if quantity.below else quantity.high
    return NumberKind(quantity.low, high)


def _option(option: Option) -> Kind:
    if isinstance(option, NumberOption):
        return _number(option.quantity)
    if isinstance(option, FlagOption):
        return Flag()
    return Row(tuple(_number(part.quantity) for part in option.parts))


# The options of each optimizer, and of any of them.
OPTIONS_OF = {
    name: Table({option.name: _option(option) for option in optimizer.options}, optional=ALL)
    for name, optimizer in OPTIMIZERS.items()
}
OPTIMIZER_OPTIONS = Table(one_of(OPTIONS_OF.values()), optional=ALL)
SCHEDULE_OPTIONS = Table(
    {
        "iterations": Whole(1, 10_000_000),
        "step_size": Whole(1, 10_000_000),
        "gamma": NumberKind(0, 10),
    },
    optional=ALL,
)


_WITH_ROOT = [name for name, entry in DATA_SETS.items() if entry.root is not None]


def settings_now(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of settings as the newest session files have them.

    Those of before version 4 have a field for the folder of each data set.
    """
    if "roots" in fields:
        return dict(fields)
    given = dict(fields)
    old = {data: given.pop(f"{data}_root", None) for data in ("mnist", "folder")}
    return {**given, "roots": {name: path for name, path in old.items() if path is not None}}


def _schedule_is_possible(settings: Settings) -> str | None:
    try:
        Schedule(settings.schedule, settings.schedule_options)
    except UserError as error:
        return f"does not fit together: {error}".rstrip(".")
    return None


def _options_are_the_optimizers(settings: Settings) -> str | None:
    try:
        OPTIONS_OF[settings.optimizer].read(dict(settings.optimizer_options))
    except Wrong as wrong:
        return f"holds options that {settings.optimizer} does not take: {wrong}"
    return None


SETTINGS = RecordOf(
    Settings,
    {
        "data": OneOf(tuple(DATA_SETS)),
        "loss": OneOf(tuple(LOSSES)),
        "optimizer": OneOf(tuple(OPTIMIZERS)),
        "lr": RATE,
        "batch_size": BATCH,
        "seed": Whole(0, 2**31 - 1),
        "optimizer_options": OPTIMIZER_OPTIONS,
        "set_to_none": Flag(),
        "clear_gradients": Flag(),
        "roots": Table(dict.fromkeys(_WITH_ROOT, PATH), optional=ALL),
        "schedule": OneOf(tuple(SCHEDULES)),
        "schedule_options": SCHEDULE_OPTIONS,
        "input_form": OneOf(FORMS),
        "network": Maybe(NETWORK_SOURCE),
    },
    rules=(_schedule_is_possible, _options_are_the_optimizers),
)
