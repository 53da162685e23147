"""Scripts of runs with every optimizer, loss, schedule and kind of data, and all their options.

By day a few of them; by night, with HYPOTHESIS_PROFILE=nightly, each with each.
"""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

import backprop_viz as bv
from backprop_viz.analysis.losses import LOSSES
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.settings.schedules import SCHEDULES
from backprop_viz.training.script.standalone_script import script
from tests.alone import losses_of_text
from tests.analysis.optimizers.plain_optimizer import unusual_options
from tests.nightly import by_day_every
from tests.training.parts.test_network_source import SOURCE
from tests.training.script.test_script import plain_losses, run_of

OPTIONS = unusual_options()
_LOSSES = [name for name, loss in LOSSES.items() if loss.exists]
CASES = list(product(OPTIONS, _LOSSES, ("random", "strokes")))


def settings_of(optimizer: str, loss: str, data: str) -> Settings:
    """Settings in which what is left is another thing from case to case."""
    place = CASES.index((optimizer, loss, data))
    schedule = list(SCHEDULES)[place % len(SCHEDULES)]
    settings = Settings(data, loss, optimizer, lr=0.001, batch_size=5 + place % 7, seed=place)
    return replace(
        settings,
        optimizer_options=OPTIONS[optimizer],
        schedule=schedule,
        clear_gradients=place % 5 != 0,
        set_to_none=place % 3 != 0,
        network=SOURCE if place % 4 == 1 else None,
    )


def test_every_schedule_is_among_them() -> None:
    all_settings = [settings_of(*case) for case in CASES]
    assert {s.schedule for s in all_settings} == set(SCHEDULES)
    assert any(s.network and not s.clear_gradients for s in all_settings)


# A prime, so that the cases of a day have other optimizers and losses.
@pytest.mark.parametrize("case", by_day_every(19, CASES), ids="-".join)
def test_its_losses_are_those_of_the_run_bit_for_bit(
    case: tuple[str, str, str], tmp_path: Path
) -> None:
    settings = settings_of(*case)
    trainer = bv.Trainer.from_settings(settings)
    text = script(run_of(trainer, settings, 8), beside=False)
    losses = plain_losses(trainer, 8)
    assert losses_of_text(text, tmp_path) == losses
    assert len(set(losses)) > 1
