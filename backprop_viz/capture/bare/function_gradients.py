"""Hears of each gradient that a loop asks ``torch.func.grad`` or ``grad_and_value`` for.

Of several within each other that is the outermost: what runs below it is of one loss.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import FrameType
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch._functorch import eager_transforms
from torch.utils._pytree import MappingKey, tree_flatten_with_path, tree_leaves

from backprop_viz.capture.bare.names import tensors_by_name
from backprop_viz.capture.code.loss_lines import computes_returned
from backprop_viz.capture.watches.transforms import transforms_within

_FILE = eager_transforms.__file__
_DIFFERENTIATES = "grad_and_value_impl"
# Between a function of torch's that pushes its level, and what hears of it, lie few frames.
_NEAR = 8


class FunctionGradient(NamedTuple):
    """One that runs: the tensors that it is of, by name, what the function is given besides."""

    differentiated: Mapping[str, Tensor]
    given: Sequence[Tensor]
    frame: FrameType  # of torch's function

    @property
    def computes_loss(self) -> bool:
        """Whether the function computes what it returns now: that is the loss."""
        item = "0" if self.frame.f_locals["has_aux"] else None
        frame: FrameType | None = sys._getframe(1)
        above: FrameType | None = None
        while frame is not None and frame is not self.frame:
            above, frame = frame, frame.f_back
        return above is not None and computes_returned(above, item)

    @property
    def gradients(self) -> Sequence[Tensor]:
        """Those of ``differentiated`` in this order, once it has run."""
        return tree_leaves(self.frame.f_locals["grad_input"])

    @property
    def loss(self) -> Tensor:
        """The number that the function has returned, once it has run."""
        loss: Tensor = self.frame.f_locals["output"]
        return loss


def function_gradients_heard(
    begins: Callable[[FunctionGradient], Callable[[], None]],
) -> AbstractContextManager[None]:
    """In here ``begins`` is called as one begins in this thread; what it gives once it has run."""

    @contextmanager
    def around() -> Iterator[None]:
        gradient = _running()
        ended = None if gradient is None else begins(gradient)
        yield
        if ended is not None:
            ended()

    return transforms_within(around, beside=True)


def _running() -> FunctionGradient | None:
    """The gradient that is about to run, if that is the outermost transform."""
    if torch._C._functorch.peek_interpreter_stack() is not None:
        return None
    frame: FrameType | None = sys._getframe(1)
    for _ in range(_NEAR):
        if frame is None or frame.f_code.co_filename == _FILE:
            break
        frame = frame.f_back
    if frame is None or frame.f_code.co_name != _DIFFERENTIATES:
        return None
    told = frame.f_locals
    args, argnums = told["args"], told["argnums"]
    numbers = (argnums,) if isinstance(argnums, int) else argnums
    numbers = [number % len(args) for number in numbers if -len(args) <= number < len(args)]
    asked = args[numbers[0]] if isinstance(argnums, int) and numbers else [args[n] for n in numbers]
    with torch._C.DisableTorchFunction():
        differentiated = _by_name(asked)
        rest = [one for nr, one in enumerate(args) if nr not in numbers], told["kwargs"]
        given = [one for one in tree_leaves(rest) if isinstance(one, Tensor)]
    return FunctionGradient(differentiated, given, frame) if differentiated else None


def _by_name(asked: Any) -> Mapping[str, Tensor]:
    """By the keys of a dictionary, as a module's names; else as the script calls them."""
    found = [(path, one) for path, one in tree_flatten_with_path(asked)[0]]
    if not all(isinstance(one, Tensor) for _, one in found):
        return {}  # torch says what is wrong with it
    if all(_is_named(path) for path, _ in found):
        return {".".join(getattr(key, "key", "") for key in path): one for path, one in found}
    return tensors_by_name([one for _, one in found], "tensor")


def _is_named(path: Sequence[Any]) -> bool:
    named = (isinstance(key, MappingKey) and isinstance(key.key, str) for key in path)
    return bool(path) and all(named)
