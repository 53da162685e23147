"""What an iteration has computed so far, and the loss that backward starts from."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from backprop_viz.capture.code.calling_frames import is_scaling
from backprop_viz.capture.graph.graphs import grad_fn_of
from backprop_viz.capture.logs.forward_log import ForwardLog
from backprop_viz.capture.logs.lone_loss import lone_loss
from backprop_viz.capture.tensors.from_device import number_in


class LossLog:
    """The last output, what backward starts from (``root``), and the loss as a number.

    A GradScaler multiplies the loss by its ``scale`` before backward. ``unbound``: the graph of the
    root is not known yet. ``newest`` is what an operation of the loss made last.
    """

    def __init__(self, forward: ForwardLog) -> None:
        self._forward = forward
        self.output: Tensor | None = None
        self.root: Tensor | None = None
        self.newest: Tensor | None = None
        self.unbound = False
        self.loss: float | None = None
        self.scale: float | None = None
        self._scaled: tuple[Tensor, Tensor, float | None] | None = None
        self._of_backward: float | None = None
        self._told = False  # whether a backward has begun

    def results(self, output: Tensor | None, loss: Tensor | None) -> None:
        """What was computed; backward starts from the loss, else from the output."""
        root = output if loss is None else loss
        if root is not self.root:
            self.unbound = grad_fn_of(root) is not None
            self.loss = None if loss is None else number_in(loss)
        self.output, self.root = output, root

    def roots(self, roots: Sequence[Tensor]) -> None:
        """What a backward starts from; the loss, if that is one number."""
        self.newest, self._told = None, True
        if roots:
            root = loss = roots[0]
            self.root, self.unbound = root, grad_fn_of(root) is not None
            self.scale = None
            if self._scaled is not None and self._scaled[0] is root:
                _, loss, self.scale = self._scaled
            self.loss = number_in(loss) if loss.numel() == 1 else self.loss
            self._of_backward = self.loss

    def expected(self) -> None:
        """Before backward tells: the loss is what was made last, if that is one number."""
        newest = self.newest
        if newest is not None and newest.requires_grad and newest.numel() == 1:
            self.root, self.unbound = newest, grad_fn_of(newest) is not None
            self.loss = number_in(newest)

    def stepped(self) -> None:
        """An optimizer has stepped: without a backward the loss is what is surely one, or none."""
        if self._told:
            return
        loss = lone_loss(self._forward.operations)
        if loss is not None:
            self.root, self.unbound = loss, True
        self.loss = None if loss is None else number_in(loss)

    def ran(self, name: str, result: Any, args: Sequence[Any]) -> Any:
        """The result of a function; if a GradScaler has called it, of the loss times its scale."""
        if "mul" in name and name.strip("_") == "mul" and is_scaling():
            with torch._C.DisableTorchFunction():
                self._scaled = result, args[0], number_in(args[1])
        return result

    def forget_results(self) -> None:
        """What was computed since the last backward is none of the iteration's."""
        self.loss, self.unbound, self.newest = self._of_backward, False, None
