"""Which operations between backward and the update change gradients: clipping, a GradScaler."""

from collections.abc import Sequence
from typing import Any

import torch

from backprop_viz.capture.code.calling_frames import clipping_function
from backprop_viz.capture.tensors.nested_tensors import nested_tensors

_UNSCALES = "_amp_foreach_non_finite_check_and_unscale_"


def after_forward(name: str) -> tuple[str | None, bool]:
    """What an operation after a forward clips for, if it does, and whether it is of the loss."""
    clips = None if torch.is_grad_enabled() else clipping_function()
    # Where there is no gradient, nothing is written, and the norm is made by "tensor".
    told = clips if _writes(name) or name == "tensor" else None
    return told, clips is None and name != "_set_grad_enabled"


def cause_of(name: str) -> str | None:
    """By what an operation after a backward changes gradients; None if it does not."""
    if name == _UNSCALES:
        return "unscale_"
    return clipping_function() if _writes(name) else None


def _writes(name: str) -> bool:
    return name.endswith("_") and not name.endswith("__")


class Clipped:
    """Which ``.grad`` a clipping has written to, though they stay what they are below its bound."""

    def __init__(self) -> None:
        self._written = set[int]()

    def ran(self, name: str, args: Sequence[Any]) -> None:
        """An operation has run that belongs to no phase."""
        if _writes(name) and clipping_function() is not None:
            self._written.update(map(id, nested_tensors(args[:1])))

    def taken(self) -> set[int]:
        """Those since this was asked last, by their id()."""
        written, self._written = self._written, set()
        return written
