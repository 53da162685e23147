"""Every optimizer with every loss trains as a plain loop of torch's does, bit for bit."""

import numpy as np
import pytest
import torch

from backprop_viz.analysis.losses import LOSSES
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.training.trainer import Trainer
from tests.monkey.plain_loop import differences, plain_loop
from tests.nightly import by_day_each


@pytest.mark.parametrize(
    ("loss", "optimizer", "form"),
    by_day_each(LOSSES, OPTIMIZERS, ["batch", "unsqueezed"], rounds=1),
)
def test_three_iterations_and_a_recorded_one(loss: str, optimizer: str, form: str) -> None:
    for data in ("random", "strokes"):
        settings = Settings(
            data=data, loss=loss, optimizer=optimizer, lr=0.01, batch_size=4, input_form=form
        )
        trainer = Trainer.from_settings(settings)
        losses = [trainer.iterate().loss for _ in range(3)]
        plain, weights = plain_loop(settings, 3)
        assert np.array_equal(losses, plain, equal_nan=True)
        for name, parameter in trainer.model.named_parameters():
            assert torch.equal(parameter, weights[name])
        assert differences(settings, trainer.record()) == []
