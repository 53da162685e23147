"""Backwards that belong to no iteration: no step follows, and what they gave is cleared."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Protocol

from torch import nn
from torch.optim import Optimizer

from backprop_viz.capture.live.discovery import owned_by
from backprop_viz.capture.live.iteration_loss import IterationLosses
from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.watches.clearing_watch import (
    module_clearings_seen,
    optimizer_clearings_seen,
)
from backprop_viz.recording.trace.phases import Phase


class WatchedIteration(Protocol):
    """An iteration that is watched; ``recorder`` records it, if it is recorded."""

    recorder: Recorder | None

    def drop(self) -> int | None:
        """What is recorded of it is none; its number, if it was recorded."""

    def begin(self) -> LoopWatch | None:
        """It begins; what records it."""


class BegunAnew:
    """Has an iteration that is recorded begin anew, with what clears the gradients.

    That is where backwards have run in it at other lines than in those before, and no step since:
    they were run for a Fisher matrix between two tasks, or to ask what an input counts for. Where
    the model has run since, as for the loss of a step that follows, the iteration stays whole.
    """

    def __init__(
        self, watched: WatchedIteration, losses: IterationLosses, owned: AbstractSet[int]
    ) -> None:
        """``owned``: the parameters of the models, by their id()."""
        self._watched, self._losses, self._owned = watched, losses, owned
        self._waits = False

    def backward_begins(self, recorded: ExitStack) -> None:
        """One begins; ``recorded`` is closed when the recording of the iteration ends."""
        if self._losses.are_elsewhere and not self._waits:
            self._waits = True
            recorded.callback(self._waits_no_more)
            recorded.enter_context(module_clearings_seen(self._module_clears))
            recorded.enter_context(optimizer_clearings_seen(self._optimizer_clears))

    def _waits_no_more(self) -> None:
        self._waits = False

    @contextmanager
    def _module_clears(self, module: nn.Module) -> Iterator[None]:
        loop = self._cleared(map(id, module.parameters()))
        # The one that was there heard of it before.
        with nullcontext() if loop is None else loop.clearing_module(module):
            yield

    @contextmanager
    def _optimizer_clears(self, optimizer: Optimizer) -> Iterator[None]:
        self._cleared(map(id, owned_by(optimizer)))
        yield

    def _cleared(self, parameters: Iterator[int]) -> LoopWatch | None:
        if not self._losses.are_elsewhere or self._owned.isdisjoint(parameters):
            return None
        recorder = self._watched.recorder
        if recorder is not None and recorder.spans.phase in (Phase.FORWARD, Phase.LOSS):
            return None
        self._watched.drop()
        self._losses.forget()
        return self._watched.begin()
