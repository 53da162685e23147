"""Where batches come from: a training part, read in batches, and a validation part."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.utils.data import Dataset

from backprop_viz.digits.data_set import DIGITS
from backprop_viz.digits.data_sets import data_set
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.training.data.prefetch import WORTHWHILE, Ahead


class Samples(Protocol):
    """Images (B, 1, 32, 32) float32 and labels (B,) int64 by index."""

    def __len__(self) -> int: ...

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """The samples at ``index`` (B,) int64."""

    @property
    def labels(self) -> Tensor:
        """The labels (N,) int64 of all samples, without making their images."""


class DatasetSamples:
    """Part of any torch ``Dataset`` whose items are (1x32x32 float tensor, int)."""

    def __init__(self, dataset: Dataset[Any], part: range) -> None:
        self._dataset = dataset
        self._part = part

    def __len__(self) -> int:
        return len(self._part)

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """The samples at ``index``, stacked."""
        items = [self._dataset[self._part[i]] for i in index.tolist()]
        images = torch.stack([torch.as_tensor(image) for image, _ in items])
        return images, torch.tensor([int(label) for _, label in items])

    @property
    def labels(self) -> Tensor:
        """The labels (N,) int64. There is no other way to know them than to ask for every item."""
        return torch.tensor([int(self._dataset[i][1]) for i in self._part])


@dataclass(frozen=True)
class DataSource:
    """A training part, a validation part, and the regression targets where the data has its own.

    ``targets`` (N, C) float32 belong to the samples in their order; ``classes`` are the names of
    the labels.
    """

    train: Samples
    validation: Samples
    targets: Tensor | None = None
    # Samples that are made one after the other in random order need no shuffle at first.
    in_order_first: bool = False
    # All samples are one batch, the same in each epoch.
    one_batch: bool = False
    classes: tuple[str, ...] = DIGITS


def open_source(
    data: str | Dataset[Any], root: str | None = None, batch_size: int = 1
) -> DataSource:
    """The data of that name, or any ``Dataset``, whose last tenth is the validation part.

    ``batch_size`` is how many samples the random data has, which are one batch.
    Raises ValueError for an unknown name, an empty data set, or an unreadable folder.
    """
    if not isinstance(data, str):
        return _split(data)
    entry = data_set(data)
    if entry.root is not None and not root:
        raise ArgumentError(entry.root.missing)
    train, validation = entry.load(root or "", batch_size)
    targets = train.targets if entry.one_batch else None
    in_order, classes = not entry.shuffled, entry.classes
    return DataSource(train, validation, targets, in_order, entry.one_batch, classes)


def _split(dataset: Dataset[Any]) -> DataSource:
    size = len(dataset)  # type: ignore[arg-type]  # Dataset declares no __len__
    if size == 0:
        raise ArgumentError(
            QT_TRANSLATE_NOOP("errors", "The data set is empty: give one with at least one sample.")
        )
    validation = size // 10
    if not validation:
        samples = DatasetSamples(dataset, range(size))
        return DataSource(samples, samples)
    first = size - validation
    return DataSource(
        DatasetSamples(dataset, range(first)), DatasetSamples(dataset, range(first, size))
    )


@dataclass(frozen=True, slots=True, eq=False)
class LoaderState:
    """A loader's epoch and its place in it.

    It holds not the epoch's order, which is far longer, but the generator's state before the draw.
    """

    generator: Tensor
    shuffled: bool
    position: int


class Loader:
    """Batches of the training part, epoch after epoch, each in its own random order."""

    def __init__(self, source: DataSource, seed: int) -> None:
        self._samples = source.train
        self._generator = torch.Generator().manual_seed(seed)
        self._ahead: Ahead | None = None
        self._shuffles = not source.one_batch
        self._begin_epoch(shuffled=not source.in_order_first)

    def _begin_epoch(self, shuffled: bool) -> None:
        self._before = self._generator.get_state()
        self._shuffled = shuffled
        size = len(self._samples)
        self._order = (
            torch.randperm(size, generator=self._generator) if shuffled else torch.arange(size)
        )
        self._position = 0
        # What is read ahead: its number and the size asked for.
        self._begun: tuple[int, int] | None = None

    def read_ahead(self, ahead: Ahead) -> None:
        """Have large batches read while the one before is used, by a thread that may read them."""
        self._ahead = ahead

    def next(self, batch_size: int) -> tuple[Tensor, Tensor]:
        """The next batch; the last one of an epoch may be smaller."""
        if self._position >= len(self._order):
            self._begin_epoch(shuffled=self._shuffles)
        index = self._due(batch_size)
        batch = self._taken(batch_size) or self._samples.batch(index)
        self._position += len(index)  # where that raised, the same samples are asked for again
        following = self._due(batch_size)
        if self._ahead is not None and len(following) >= WORTHWHILE:
            number = self._ahead.begin(partial(self._samples.batch, following))
            self._begun = (number, batch_size)
        return batch

    def _due(self, batch_size: int) -> Tensor:
        return self._order[self._position : self._position + batch_size]

    def _taken(self, batch_size: int) -> tuple[Tensor, Tensor] | None:
        """The batch that is due, if it was read ahead."""
        begun, self._begun = self._begun, None
        if self._ahead is None or begun is None or begun[1] != batch_size:
            return None
        return self._ahead.take(begun[0])

    def state(self) -> LoaderState:
        """Where the loader is.

        The generator's state is copied: the kept states of a long run belong to ever more different
        epochs, and would take more memory the longer it goes on.
        """
        return LoaderState(self._before.clone(), self._shuffled, self._position)

    def restore(self, state: LoaderState) -> None:
        """Go on from a state."""
        self._generator.set_state(state.generator)
        self._begin_epoch(state.shuffled)
        self._position = state.position
