"""Notices that a GradScaler leaves out an optimizer's step, as it does where a gradient is Inf."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from torch.amp.grad_scaler import GradScaler
from torch.optim import Optimizer


@contextmanager
def skipped_steps_seen(skipped: Callable[[Optimizer], None]) -> Iterator[None]:
    """Call ``skipped`` with each optimizer whose step a scaler leaves out, while in here."""
    plain = GradScaler.step

    @wraps(plain)
    def step(self: GradScaler, optimizer: Optimizer, *args: Any, **kwargs: Any) -> float | None:
        ran: list[Optimizer] = []
        hook = optimizer.register_step_post_hook(lambda stepped, *_: ran.append(stepped))
        try:
            result = plain(self, optimizer, *args, **kwargs)
        finally:
            hook.remove()
        if not ran:
            skipped(optimizer)
        return result

    GradScaler.step = step  # type: ignore[method-assign]
    try:
        yield
    finally:
        if GradScaler.step is step:  # nobody has put another in its place
            GradScaler.step = plain  # type: ignore[method-assign]
