"""What a script without an optimizer trains by its own lines, beside the module that it calls."""

from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakSet, ref

from torch import nn

from backprop_viz.capture.bare.made_leaves import reads_gradient
from backprop_viz.capture.bare.names import leaves_in, modules_beside, tensors_by_name, trains
from backprop_viz.capture.several_models import variable_of
from backprop_viz.capture.tensors.bare_tensors import Tensors


class HandModels:
    """The models that a loop moves by its own lines; and others, which a backward has reached.

    ``passed_by`` is called after a backward that has given them nothing.
    """

    def __init__(self, passed_by: Callable[[], None]) -> None:
        self._passed_by = passed_by
        self._own: list[ref[nn.Module]] = []
        self._reached: WeakSet[nn.Module] = WeakSet()

    def are(self, models: Sequence[nn.Module]) -> None:
        """These are moved from now on; of none it is known yet, or tensors are moved."""
        self._own = list(map(ref, models))
        self._reached.clear()

    def trained_beside(
        self, module: nn.Module, given: Any, path: str
    ) -> Sequence[nn.Module] | None:
        """What trains beside a module that is called, and not before it; None if nothing does.

        ``given``: to the module. ``path``: the script.
        """
        before = [one for one in self._living() if module not in one.modules()]
        found = _trained_beside(module, given, path) or []
        if not found and not trains(module):
            return None
        return [one for one in found if not any(one is each for each in before)]

    @property
    def are_known(self) -> bool:
        """Whether a loop moves any, which may be gone by now."""
        return bool(self._own)

    def were_passed_by(self, _: object) -> None:
        """A backward has given them nothing: note which others it has reached."""
        own = self._living()
        beside = modules_beside(own[0]) if own else []
        for one in beside:
            known = any(one is part for each in own for part in each.modules())
            if not known and any(p.grad is not None for p in one.parameters()):
                self._reached.add(one)
        self._passed_by()

    def go_on(self, module: nn.Module) -> bool:
        """Whether they train on, where this module is called.

        They have it, or are in a variable still and no backward has reached the other.
        """
        own = self._living()
        if any(module in one.modules() for one in own):
            return True
        return module not in self._reached and any(variable_of(one) is not None for one in own)

    def _living(self) -> list[nn.Module]:
        return [one for each in self._own if (one := each()) is not None]


def _trained_beside(module: nn.Module, given: Any, path: str) -> list[nn.Module] | None:
    """Other modules, and what a module is given, if a gradient of that is asked for.

    ``path``: the script. None if nothing trains at all: neither the module nor what it is given.
    """
    inputs = tensors_by_name(leaves_in(given), "input", deepest=0)
    if trains(module):  # then an input may have a gradient that nobody asks for
        inputs = {name: one for name, one in inputs.items() if reads_gradient(path, name)}
    elif not inputs:
        return None
    beside = modules_beside(module) if trains(module) else []
    return [*beside, Tensors(inputs)] if inputs else beside
