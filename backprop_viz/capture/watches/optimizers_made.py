"""Notices that an optimizer is made: torch has no hook for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from torch.optim import Optimizer

from backprop_viz.capture.code.own_faults import OURS


@contextmanager
def optimizers_made_seen(made: Callable[[Optimizer], None]) -> Iterator[None]:
    """Call ``made`` with an optimizer that begins to be made, or copied, while in here.

    It has no parameters yet. What its constructor raises has no frame of ours.
    """
    plain = Optimizer._patch_step_function

    @wraps(plain)
    def patch_step_function(self: Optimizer) -> None:
        with OURS:
            made(self)
        plain(self)

    Optimizer._patch_step_function = patch_step_function  # type: ignore[method-assign]
    try:
        yield
    finally:
        if Optimizer._patch_step_function is patch_step_function:
            Optimizer._patch_step_function = plain  # type: ignore[method-assign]
