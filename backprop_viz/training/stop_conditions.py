"""Whether a breakpoint's condition holds in an iteration that is not recorded."""

import math
from collections.abc import Iterable

import torch

from backprop_viz.analysis.cursor.breakpoints import GRADIENT_CONDITIONS, norm_holds
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.training.trainer import Trainer


def has_loss(trainer: Trainer) -> bool:
    """Whether the loss is finite, or there is none."""
    return trainer.loss is None or math.isfinite(trainer.loss_value())


def loss_stops(trainer: Trainer, breakpoints: Iterable[Breakpoint]) -> bool:
    """Whether the loss is not finite, or a breakpoint's condition on it holds."""
    loss = trainer.loss_value()
    limits = (b.value for b in breakpoints if b.kind == "loss_above")
    return not has_loss(trainer) or any(v is not None and loss > v for v in limits)


def gradients_stop(trainer: Trainer, breakpoints: Iterable[Breakpoint]) -> bool:
    """Whether a breakpoint's condition on a gradient holds; free where there is none."""
    conditions = [b for b in breakpoints if b.kind in GRADIENT_CONDITIONS]
    if not conditions:
        return False
    named = list(trainer.model.named_parameters())
    grads = [p.grad for _, p in named if p.grad is not None]
    norms = iter(torch.stack(torch._foreach_norm(grads)).tolist() if grads else ())
    by_name = {name: None if p.grad is None else next(norms) for name, p in named}
    return any(
        norm_holds(condition, norm)
        for condition in conditions
        for name, norm in by_name.items()
        if condition.key in (None, name)
    )
