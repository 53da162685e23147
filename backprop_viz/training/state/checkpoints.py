"""Keeps checkpoints of a run: the newest ones, and a few from its whole length."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.settings.schedules import Schedule
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.training.data.data_sources import LoaderState

# Each holds the weights, the optimizer's state and a batch: 0.9 MB for the digits preset.
RECENT = 16
SPARSE = 40
FIRST_STRIDE = 50


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """The state of a trainer between two iterations, for ``Trainer.restore``."""

    iteration: int
    model: dict[str, Any]
    grads: list[Tensor | None] | None
    optimizer: dict[str, Any] | None
    random_state: Tensor
    loader: LoaderState
    fetched: tuple[int, tuple[Tensor, Tensor]]
    given_batch: tuple[Tensor, Tensor] | None
    settings: tuple[float, Schedule, int, bool, bool]
    input_form: str = "batch"

    @property
    def bytes(self) -> int:
        """The approximate size of its tensors; the batch may be shared with other checkpoints."""
        return sum(
            t.nbytes for t in _tensors((self.model, self.grads, self.optimizer, *self.fetched[1]))
        )


class Checkpoints:
    """The checkpoints from which any iteration of the run can be run again.

    The longer the run, the farther apart the old ones are, so that their number stays bounded.
    """

    def __init__(self, first: Checkpoint) -> None:
        self._recent: OrderedDict[int, Checkpoint] = OrderedDict()
        self._sparse: dict[int, Checkpoint] = {first.iteration: first}
        self._stride = FIRST_STRIDE

    def wants(self, iteration: int) -> bool:
        """Whether a checkpoint of this iteration is to be kept for the whole run."""
        return iteration % self._stride == 0 and iteration not in self._sparse

    def add(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint; it replaces one of the same iteration.

        One that is kept for the whole run does not count among the newest ones as well.
        """
        iteration = checkpoint.iteration
        if iteration % self._stride == 0 or iteration in self._sparse:
            self._sparse[iteration] = checkpoint
            if len(self._sparse) > SPARSE:
                # For each new one an old one goes, so that the memory stays the same.
                if all(i % self._stride == 0 for i in self._sparse):
                    self._stride *= 2
                del self._sparse[next(i for i in self._sparse if i % self._stride)]
        else:
            self._recent[iteration] = checkpoint
            self._recent.move_to_end(iteration)
            if len(self._recent) > RECENT:
                self._recent.popitem(last=False)

    def at(self, iteration: int) -> Checkpoint | None:
        """The checkpoint with just this many iterations, if it is kept."""
        return self._recent.get(iteration) or self._sparse.get(iteration)

    def before(self, iteration: int) -> Checkpoint:
        """The last checkpoint with fewer iterations than ``iteration``, which is at least 1.

        Raises UserError if what was before is not known, as in a run that was opened.
        """
        found = self.nearest(iteration)
        if found is None:
            first = min((*self._sparse, *self._recent))
            raise UserError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "What was before iteration {0} is not known in a run that was opened from"
                    " a file: continue from a later iteration.",
                ),
                first + 1,
            )
        return found

    def nearest(self, iteration: int) -> Checkpoint | None:
        """The last checkpoint with fewer iterations than ``iteration``, None if none is kept."""
        kept = {**self._sparse, **self._recent}
        found = max((i for i in kept if i < iteration), default=None)
        return None if found is None else kept[found]

    def forget_after(self, iteration: int) -> None:
        """Drop the checkpoints after an iteration; its own stays."""
        self._sparse = {i: c for i, c in self._sparse.items() if i <= iteration}
        for i in [i for i in self._recent if i > iteration]:
            del self._recent[i]


def _tensors(value: object) -> Iterator[Tensor]:
    """The tensors in nested containers."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _tensors(item)
