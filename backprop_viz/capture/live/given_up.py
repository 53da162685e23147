"""Says that a turn of the loop was given up before its backward, and so is no iteration."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from torch.optim import Optimizer

from backprop_viz.capture.code.loop_places import StackPlace, stack_place
from backprop_viz.capture.live.iteration_loss import IterationLosses
from backprop_viz.capture.watches.clearing_watch import optimizer_clearings_seen


class GivenUpTurns:
    """Hears that an optimizer clears again, at the same place, and nothing was differentiated.

    The loop has caught what the turn raised, or has gone on without its batch. That is said once.
    """

    def __init__(self, losses: IterationLosses) -> None:
        self._losses, self._told, self._number = losses, False, 0
        self._cleared: set[tuple[int, StackPlace]] = set()  # by the id() of the optimizer

    def begin(self, iteration: int, recorded: ExitStack) -> None:
        """An iteration is recorded, until ``recorded`` is closed."""
        if not self._told:
            self._number = iteration
            self._cleared.clear()
            recorded.enter_context(optimizer_clearings_seen(self._clears))

    @contextmanager
    def _clears(self, optimizer: Optimizer) -> Iterator[None]:
        here = id(optimizer), stack_place()[0]
        if here in self._cleared and not (self._told or self._losses.has_asked):
            self._told = True
            print(
                f"backprop_viz: before iteration {self._number} a turn of the loop ended without a "
                "backward. Such a turn is not counted.",
                file=sys.stderr,
            )
        self._cleared.add(here)
        yield
