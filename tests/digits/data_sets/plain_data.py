"""In which order a data set is trained on. Each data set's own test states it, as ``PLAIN``."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor

import backprop_viz as bv
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.training.data.data_sources import open_source
from tests.plain import stated

# Images (N, 1, 32, 32), labels (N,), and the data's own targets (N, 10) where it has some.
Batch = tuple[Tensor, Tensor, Tensor | None]


@dataclass(frozen=True, slots=True)
class PlainData:
    """``batches``: those of a run with these settings, without end.

    What they draw from torch's generator, they draw when the first is asked for.
    """

    batches: Callable[[Settings], Iterator[Batch]]


def plain_data(name: str) -> PlainData:
    """The data set of that name."""
    found: PlainData = stated("digits/data_sets", name, PlainData)
    return found


def _epochs(settings: Settings, in_order: bool) -> Iterator[Batch]:
    samples = open_source(settings.data, settings.root).train
    generator, size = torch.Generator().manual_seed(settings.seed), len(samples)
    while True:
        order = torch.arange(size) if in_order else torch.randperm(size, generator=generator)
        in_order = False
        for index in order.split(settings.batch_size):
            yield (*samples.batch(index), None)


SHUFFLED = PlainData(lambda settings: _epochs(settings, in_order=False))
IN_ORDER_AT_FIRST = PlainData(lambda settings: _epochs(settings, in_order=True))


def batches_are_plain(settings: Settings, count: int) -> None:
    """The run's first batches, and their targets, are those of plain torch, bit for bit."""
    trainer = bv.Trainer.from_settings(settings)
    torch.manual_seed(settings.seed)
    bv.LeNet()
    for images, labels, own in islice(plain_data(settings.data).batches(settings), count):
        trainer.iterate()
        x, y = trainer.batch
        assert torch.equal(x, images)
        assert torch.equal(y, labels if own is None else own)
