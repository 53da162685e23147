"""Changes made on purpose to gradients on their way."""

from collections.abc import Callable

import torch
from torch import Tensor

from backprop_viz.recording.trace.events import GradientIntervention

Grads = tuple[Tensor | None, ...]


def changed_by(intervention: GradientIntervention, grads: Grads) -> Grads:
    """Gradients after an intervention; None stays None."""
    change: Callable[[Tensor], Tensor] = {
        "scale": lambda grad: grad * intervention.value,
        "clip": lambda grad: grad.clamp(-intervention.value, intervention.value),
        "zero": torch.zeros_like,
        "noise": lambda grad: grad + torch.randn(grad.shape).to(grad) * intervention.value,
    }[intervention.kind]
    return tuple(None if grad is None else change(grad) for grad in grads)
