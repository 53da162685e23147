"""A model that trains though no optimizer owns it: the optimizer has another's parameters."""

from weakref import ref

from torch import nn
from torch.optim import Optimizer

from backprop_viz.capture.live.discovery import owned_by
from backprop_viz.capture.live.ownership import any_has_gradient


class AstrayModel:
    """Found where a backward has reached it, and an optimizer steps that has no gradient."""

    def __init__(self) -> None:
        self._called: ref[nn.Module] | None = None  # the newest that no optimizer owns
        self._found: ref[nn.Module] | None = None

    def called(self, module: nn.Module) -> None:
        """A module that no optimizer owns is called."""
        self._called = ref(module)

    def steps(self, optimizer: Optimizer) -> None:
        """An optimizer is about to step."""
        called = None if self._called is None else self._called()
        if called is not None and not any_has_gradient(owned_by(optimizer)):
            self._found = self._called if any_has_gradient(called.parameters()) else None

    def found(self) -> None:
        """What there is trains, and is watched."""
        self._called = self._found = None

    def is_it(self, module: nn.Module) -> bool:
        """Whether this module is the one."""
        return self._found is not None and self._found() is module
