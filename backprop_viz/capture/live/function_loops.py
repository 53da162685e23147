"""Finds what a script differentiates by ``torch.func`` and moves by its own lines."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

from torch import Tensor, nn
from torch._C import DisableTorchFunction

from backprop_viz.capture.bare.function_gradients import (
    FunctionGradient,
    function_gradients_heard,
)
from backprop_viz.capture.bare.function_turns import standing_in
from backprop_viz.capture.bare.made_leaves import (
    differentiates_functions,
    makes_leaves,
    moves_by_hand,
)
from backprop_viz.capture.tensors.bare_tensors import Tensors


def function_loops_awaited(
    path: str, begins: Callable[[Callable[[], Mapping[str, nn.Module]]], None]
) -> AbstractContextManager[None]:
    """In here ``begins`` is called with what makes a module for the tensors that a gradient is of.

    Of each such gradient that is the outermost, if the script at this path asks for any. In one
    that trains leaves of autograd, or moves by ``.grad``, they may be asked for beside that.
    """

    def heard(gradient: FunctionGradient) -> Callable[[], None]:
        begins(lambda: _standing_for(gradient.differentiated))
        return lambda: None

    asks = differentiates_functions(path) and not (makes_leaves(path) or moves_by_hand(path))
    return function_gradients_heard(heard) if asks else nullcontext()


def _standing_for(tensors: Mapping[str, Tensor]) -> Mapping[str, nn.Module]:
    with DisableTorchFunction():
        leaves = {name: standing_in(one) for name, one in tensors.items()}
    return {"tensors": Tensors(leaves, of_function=True)}
