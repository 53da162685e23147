"""The tutorial's data: one batch of noise, drawn after the weights."""

from collections.abc import Iterator

import torch

from backprop_viz.recording.settings.run_settings import Settings
from tests.digits.data_sets.plain_data import Batch, PlainData, batches_are_plain


def batches(settings: Settings) -> Iterator[Batch]:
    x, targets = torch.randn(settings.batch_size, 1, 32, 32), torch.randn(settings.batch_size, 10)
    while True:
        yield x, targets.argmax(1), targets


PLAIN = PlainData(batches)


def test_its_batch() -> None:
    batches_are_plain(Settings("random", "mse", batch_size=3, seed=5), 2)
