"""Which settings can change while the network stays. Imports no torch: the window asks too."""

from dataclasses import replace
from typing import Any

from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.recording.settings.run_settings import Settings


def live_settings(settings: Settings) -> dict[str, Any]:
    """The settings that can change while the network stays.

    The batch size is none of them where the data is one batch, made before the run begins.
    """
    rate = ("lr", "schedule", "schedule_options")
    size = () if DATA_SETS[settings.data].one_batch else ("batch_size",)
    names = (*rate, *size, "set_to_none", "clear_gradients", "input_form")
    return {name: getattr(settings, name) for name in names}


def continues(settings: Settings, other: Settings) -> bool:
    """Whether a run with ``other`` can continue with ``settings``; if not, a new one starts."""
    return replace(other, **live_settings(settings)) == settings
