"""The leaves of a script that are in no module, as they are when an operation reads some."""

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor, nn
from torch._C import DisableTorchFunction
from torch.optim import Optimizer

from backprop_viz.capture.bare.earlier_leaves import EarlierLeaves
from backprop_viz.capture.bare.names import leaves_in_sight
from backprop_viz.capture.live.discovery import module_with, of_no_module, owned_by


class SeenLeaves(NamedTuple):
    """Those ``read`` that are in no module; all of such; what optimizers own, by its id()."""

    read: Sequence[Tensor]
    bare: Sequence[Tensor]
    owned: set[int]

    @property
    def are_all(self) -> bool:
        """Whether optimizers own nothing else."""
        return bool(self.read) and self.owned <= set(map(id, self.bare))


def seen_leaves(
    read: Sequence[Tensor], earlier: EarlierLeaves, optimizers: Sequence[Optimizer]
) -> SeenLeaves:
    """What is known where ``read`` is read; ``earlier``: leaves whose example is over."""
    with DisableTorchFunction():
        read = of_no_module(read)
        earlier.are_used(read)
        in_sight = earlier.without(leaves_in_sight()) if read else []
        bare = of_no_module(in_sight) if in_sight else []
    theirs = [one for optimizer in optimizers for one in owned_by(optimizer)]
    beside = of_no_module(theirs) if read else ()
    every = {id(one): one for one in (*bare, *read, *beside)}
    return SeenLeaves(read, list(every.values()), set(map(id, theirs)))


def module_of_any(read: Sequence[Tensor], optimizers: Sequence[Optimizer]) -> nn.Module | None:
    """A module that has one of these that the optimizers own."""
    owned = {id(one) for optimizer in optimizers for one in owned_by(optimizer)}
    with DisableTorchFunction():
        known = (module_with(one) for one in read if id(one) in owned)
        return next((one for one in known if one is not None), None)
