"""Iterations that end without a step, where the gradients of their backwards are cleared."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Protocol

from torch import nn
from torch.optim import Optimizer

from backprop_viz.capture.code.loop_places import StackPlace, follows, stack_place
from backprop_viz.capture.code.only_cleared import is_only_cleared
from backprop_viz.capture.code.step_code import backward_follows
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

    @property
    def place(self) -> tuple[int, int]:
        """How many iterations are over, and how many events of the next one are recorded."""

    def drop(self) -> int | None:
        """What is recorded of it is none; its number, if it was recorded."""

    def begin(self) -> LoopWatch | None:
        """It begins; what records it."""

    def next_turn(self) -> LoopWatch | None:
        """It is over, and the next begins; what records that."""


class BegunAnew:
    """Has an iteration begin with what clears the gradients of backwards, if no step came.

    One that is recorded begins anew where backwards have run in it at other lines than in those
    before: they were run for a Fisher matrix between two tasks, or to ask what an input counts
    for. Where the source has the optimizer never step, an iteration is over with each clearing.
    Where the model has run since, as for the loss of a step that follows, it stays whole.
    """

    def __init__(
        self,
        watched: WatchedIteration,
        losses: IterationLosses,
        owned: AbstractSet[int],
        optimizers: Sequence[Optimizer],
        watches: ExitStack,
    ) -> None:
        """``owned``: the parameters of the models, by their id(). ``watches`` is closed at the end.

        An optimizer is taken to step once the first iteration is over with that. Of several only
        that is told: in a turn of theirs backwards run at many lines.
        """
        self._watched, self._losses, self._owned = watched, losses, owned
        self._optimizers, self._over = optimizers, watched.place[0]
        self._hearing, self._waits, self._never = ExitStack(), False, False
        self.may_never_step = bool(optimizers) and not self._over
        self._alone = len(optimizers) < 2
        self._backward: StackPlace = ()  # of several optimizers, the last one
        watches.callback(self._waits_no_more)

    def backward_begins(self, recorded: ExitStack) -> None:
        """One begins; ``recorded`` is closed when the recording of the iteration ends."""
        if self.may_never_step and not self._never and self._watched.place[0] > self._over:
            self.may_never_step = False
            self._waits_no_more()
        if self.may_never_step and not self._alone:
            self._backward, _ = stack_place()
        if (self._are_elsewhere() or self.may_never_step) and not self._waits:
            self._waits = True
            recorded.callback(self._waits_no_more)
            self._hearing.enter_context(module_clearings_seen(self._module_clears))
            self._hearing.enter_context(optimizer_clearings_seen(self._optimizer_clears))

    def _waits_no_more(self) -> None:
        self._waits = False
        self._hearing.close()

    @contextmanager
    def _module_clears(self, module: nn.Module) -> Iterator[None]:
        loop = self._cleared({id(one) for one in module.parameters()}, by_model=True)
        # The one that was there heard of it before.
        with nullcontext() if loop is None else loop.clearing_module(module):
            yield

    @contextmanager
    def _optimizer_clears(self, optimizer: Optimizer) -> Iterator[None]:
        self._cleared({id(one) for one in owned_by(optimizer)}, by_model=False)
        yield

    def _cleared(self, parameters: AbstractSet[int], *, by_model: bool) -> LoopWatch | None:
        if not self._losses.has_begun or self._owned.isdisjoint(parameters):
            return None
        never = self._never_steps(by_model=by_model)
        if never:
            self._tell_recorder()
        recorder = self._watched.recorder
        if recorder is not None and recorder.spans.phase in (Phase.FORWARD, Phase.LOSS):
            return None
        if never and self._goes_on():
            return None
        if never:
            loop = self._watched.next_turn()
            self._tell_recorder()
            return loop
        if not self._are_elsewhere():
            return None
        self._watched.drop()
        self._losses.forget()
        return self._watched.begin()

    def _goes_on(self) -> bool:
        """Whether a clearing is between backwards of one turn, each for another optimizer."""
        return follows(stack_place()[0], self._backward) and backward_follows()

    def _are_elsewhere(self) -> bool:
        """Whether backwards have run at other lines than before, of an optimizer that is alone."""
        return self._alone and self._losses.are_elsewhere

    def _never_steps(self, *, by_model: bool) -> bool:
        if not self._never and self._watched.place[0] == self._over:
            self._never = all(is_only_cleared(one, by_model=by_model) for one in self._optimizers)
            self.may_never_step = self._never
        return self._never

    def _tell_recorder(self) -> None:
        if self._watched.recorder is not None:
            self._watched.recorder.used.never_step()
