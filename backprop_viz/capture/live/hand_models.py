"""What a script without an optimizer trains by its own lines, beside the module that it calls."""

from typing import Any

from torch import nn

from backprop_viz.capture.bare.made_leaves import reads_gradient
from backprop_viz.capture.bare.names import leaves_in, modules_beside, tensors_by_name, trains
from backprop_viz.capture.live.discovery import variable_of
from backprop_viz.capture.tensors.bare_tensors import Tensors


def trained_beside(module: nn.Module, given: Any, path: str) -> list[nn.Module] | None:
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


def goes_on(before: nn.Module | None, module: nn.Module) -> bool:
    """Whether the model that a loop moved before trains on, where this module is called.

    It has that, or is in a variable still.
    """
    return before is not None and (module in before.modules() or variable_of(before) is not None)
