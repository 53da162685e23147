"""Where the forward is of tensors that no module calls."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from backprop_viz.capture.bare.held_leaves import HeldLeaves
from backprop_viz.capture.bare.names import tensors_by_name
from backprop_viz.capture.code.loss_lines import computes_loss
from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.tensors.weak import WeakTensor, weak


class LeavesForward:
    """From the first use of a leaf on the forward runs, until the loss is computed, or a backward.

    The watch that records the iteration is told of it as of a call of the module that stands for
    the leaves.
    """

    def __init__(self, loop: LoopWatch, leaves: HeldLeaves) -> None:
        self._loop, self._leaves = loop, leaves
        self.runs = False
        self._newest: WeakTensor = lambda: None  # what it has made last
        self._in_loss = False  # whether it began on the line of the loss

    def begins(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """A function is about to read a leaf, of which this is given."""
        self.runs = True
        with torch._C.DisableTorchFunction():
            read = {id(one): one for one in nested_tensors((args, kwargs))}
        own = self._leaves.names
        data = [one for key, one in read.items() if key not in own]
        given = tensors_by_name(data, "input", deepest=0)
        if not data:  # what is computed begins at the leaves themselves
            given = {own[key]: one for key, one in read.items()}
        self._in_loss = computes_loss()
        self._loop.model_runs(self._leaves.holder, (), given)

    def ends_before(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> bool:
        """A function is about to run: whether the forward ran, and that is of the loss.

        On a line that computes both from the leaves themselves the loss begins with what reads
        none of them.
        """
        if not self.runs:
            return False
        if self._in_loss:
            reads = self._leaves.are_read(func, args, kwargs)
            is_loss = not reads and computes_loss(by_itself=True)
        else:
            is_loss = computes_loss()
        if is_loss:
            self.ends(_followed(args, kwargs, self._newest()))
        return is_loss

    def ran(self, result: object) -> None:
        """A function has run, and has made this."""
        if self.runs and isinstance(result, Tensor):
            self._newest = weak(result)

    def ends(self, output: Tensor | None = None) -> None:
        """The forward is over, if it ran; its output, where it is known."""
        if self.runs:
            self.runs = False
            self._loop.model_ran(self._leaves.holder, (), output)


def _followed(*given_or_made: object) -> Tensor | None:
    """What of this the forward has made."""
    with torch._C.DisableTorchFunction():
        given = nested_tensors(given_or_made)
        return next((one for one in given if one.grad_fn is not None), None)
