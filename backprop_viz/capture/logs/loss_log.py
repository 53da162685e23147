"""What an iteration has computed so far, and the loss that backward starts from."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.code.calling_frames import is_scaling
from backprop_viz.capture.graph.graphs import grad_fn_of
from backprop_viz.capture.logs.forward_log import ForwardLog
from backprop_viz.capture.logs.lone_loss import lone_loss
from backprop_viz.capture.tensors.from_device import number_in
from backprop_viz.capture.tensors.nested_tensors import nested_tensors

# What sums or picks numbers, and what multiplies them, as the names of their nodes begin.
_SUMS = frozenset(("Select", "Index", "Slice", "Unbind", "Squeeze", "View", "Sum", "Add"))
_PRODUCTS = frozenset(("Mul", "Dot", "Mv", "Mm"))


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
        # The numbers of the nodes of gradients that a graph was made of; and of what they are.
        self._gradients: set[int] = set()
        self._differentiated: float | None = None

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
        if name == "grad" and isinstance(result, tuple) and args:
            self.gave(args[0], result)
        if "mul" in name and name.strip("_") == "mul" and is_scaling():
            with torch._C.DisableTorchFunction():
                self._scaled = result, args[0], number_in(args[1])
        return result

    def gave(self, roots: object, result: object) -> None:
        """``autograd.grad`` has returned the gradients of these, or a backward None.

        An element of a gradient, or a sum of them times numbers, is no loss: of it a Hessian is
        computed. The loss is then what the gradient is of.
        """
        with torch._C.DisableTorchFunction():
            root = next(nested_tensors(roots), None)
            node = None if root is None else grad_fn_of(root)
            if root is None or root.numel() != 1 or result is None:
                return
            followed = [grad_fn_of(one) for one in nested_tensors(result)]
            if _is_of(node, self._gradients):
                self.loss = self._of_backward = self._differentiated
            elif any(one is not None for one in followed):
                self._differentiated = number_in(root)
            self._gradients.update(one._sequence_nr() for one in followed if one is not None)

    def forget_results(self) -> None:
        """What was computed since the last backward is none of the iteration's."""
        self.loss, self.unbound, self.newest = self._of_backward, False, None


def _is_of(node: GradFn | None, gradients: set[int]) -> bool:
    """Whether a node's output is a sum of such gradients' elements, times numbers."""
    if node is None or node._sequence_nr() in gradients:
        return node is not None
    kind = type(node).__name__.partition("Backward")[0]
    onward = [one for one, _ in node.next_functions if one is not None]
    if kind not in _SUMS and not (kind in _PRODUCTS and len(onward) == 1):
        return False
    return bool(onward) and all(_is_of(one, gradients) for one in onward)
