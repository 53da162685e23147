"""Knows what a loss was before a GradScaler scaled it: a backward begins at the scaled one."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from torch import Tensor
from torch.amp.grad_scaler import GradScaler

from backprop_viz.capture.code.own_faults import OURS
from backprop_viz.capture.tensors.unheard import detached
from backprop_viz.capture.tensors.weak import WeakTensor, weak


class ScaledLosses:
    """The ``newest`` that a scaler has given since a backward asked, with the loss itself."""

    def __init__(self) -> None:
        self.newest: tuple[WeakTensor, Tensor] | None = None

    def loss_of(self, root: Tensor) -> Tensor:
        """The loss of a backward that begins at ``root``, which is that if it was not scaled."""
        newest, self.newest = self.newest, None
        return newest[1] if newest is not None and newest[0]() is root else root

    @contextmanager
    def seen(self) -> Iterator[None]:
        """Hear of what is scaled in here."""
        plain = GradScaler.scale

        @wraps(plain)
        def scale(scaler: GradScaler, outputs: Any) -> Any:
            result = plain(scaler, outputs)
            if isinstance(outputs, Tensor) and result is not outputs:  # else it is disabled
                with OURS:
                    self.newest = weak(result), detached(outputs)
            return result

        GradScaler.scale = scale  # type: ignore[assignment, method-assign]
        try:
            yield
        finally:
            if GradScaler.scale is scale:  # nobody has put another in its place
                GradScaler.scale = plain  # type: ignore[method-assign]
