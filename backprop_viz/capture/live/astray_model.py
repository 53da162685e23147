"""A model that trains though no optimizer owns it: the optimizer has another's parameters."""

from collections.abc import Callable, Sequence
from typing import Any
from weakref import ref

from torch import nn
from torch.optim import Optimizer

from backprop_viz.capture.code.calling_frames import kwargs_of_call
from backprop_viz.capture.code.loop_places import stack_place
from backprop_viz.capture.live.awaited_call import AwaitedCall
from backprop_viz.capture.live.discovery import owned_by
from backprop_viz.capture.live.ownership import any_has_gradient, own_some_of
from backprop_viz.capture.loop_watch import LoopWatch


class AstrayModel:
    """Found where a backward has reached it, and an optimizer steps that has no gradient.

    It was made from the parameters of another model, which may have trained before: a script that
    takes up a checkpoint may make its model anew and keep the optimizer. ``begin`` then begins to
    watch it, and gives what records that.
    """

    def __init__(self, begin: Callable[[nn.Module], LoopWatch | None]) -> None:
        self._begin = begin
        self._called: ref[nn.Module] | None = None  # the newest that no optimizer owns
        self._found: ref[nn.Module] | None = None

    def called(self, module: nn.Module) -> None:
        """A module that no optimizer owns is called."""
        if next(module.parameters(), None) is not None:  # a loss has none
            self._called = ref(module)

    def steps(self, optimizer: Optimizer) -> None:
        """An optimizer is about to step."""
        called = None if self._called is None else self._called()
        if called is not None and not any_has_gradient(owned_by(optimizer)):
            self._found = self._called if any_has_gradient(called.parameters()) else None

    def stepped(
        self, optimizer: Optimizer, watched: Sequence[Optimizer], waiting: AwaitedCall
    ) -> None:
        """One of the watched optimizers has stepped: without gradients another model may train."""
        if not any_has_gradient(owned_by(optimizer)):
            own = [ref(one) for one in watched]
            waiting.begin(lambda module, args: self._called_instead(module, args, own, waiting))
            self.steps(optimizer)

    def found(self) -> None:
        """What there is trains, and is watched."""
        self._called = self._found = None

    def is_it(self, module: nn.Module) -> bool:
        """Whether this module is the one."""
        return self._found is not None and self._found() is module

    def _called_instead(
        self,
        module: nn.Module,
        args: Any,
        watched: Sequence["ref[Optimizer]"],
        waiting: AwaitedCall,
    ) -> None:
        living = [one for one in (each() for each in watched) if one is not None]
        if own_some_of(living, module):  # it trains as before
            waiting.close()
        elif self.is_it(module):
            loop = self._begin(module)
            if loop is not None:
                loop.model_runs(module, args, kwargs_of_call())
        elif not stack_place()[1]:
            self.called(module)
