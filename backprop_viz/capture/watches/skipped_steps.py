"""Notices that a GradScaler leaves out an optimizer's step, as it does where a gradient is Inf."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any

from torch.amp.grad_scaler import GradScaler
from torch.optim import Optimizer

from backprop_viz.capture.code.own_faults import OURS
from backprop_viz.capture.code.own_frames import pass_on


@contextmanager
def skipped_steps_seen(skipped: Callable[[Optimizer], None]) -> Iterator[None]:
    """Call ``skipped`` with each optimizer whose step a scaler leaves out, while in here."""
    plain = GradScaler.step

    @wraps(plain)
    def step(self: GradScaler, optimizer: Optimizer, *args: Any, **kwargs: Any) -> float | None:
        ran: list[Optimizer] = []
        try:
            with ExitStack() as hooked:
                is_one = isinstance(optimizer, Optimizer)  # a wrapper may be none
                if is_one:
                    hook = optimizer.register_step_post_hook(lambda one, *_: ran.append(one))
                    hooked.callback(hook.remove)
                result = plain(self, optimizer, *args, **kwargs)
        except BaseException as error:
            pass_on(error)
            raise
        if is_one and not ran:
            with OURS:
                skipped(optimizer)
        return result

    GradScaler.step = step  # type: ignore[method-assign]
    try:
        yield
    finally:
        if GradScaler.step is step:  # nobody has put another in its place
            GradScaler.step = plain  # type: ignore[method-assign]
