"""The loss of an iteration, as its curve has it; and whether it got gradients."""

from collections.abc import Sequence
from typing import SupportsFloat

import torch
from torch import Tensor

from backprop_viz.capture.live.loss_points import ComingLoss
from backprop_viz.capture.tensors.from_device import is_apart
from backprop_viz.capture.tensors.unheard import AS_IT_IS, detached, dispatch_modes, unheard
from backprop_viz.capture.watches.scaled_losses import ScaledLosses
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase


def begun_at(roots: Sequence[Tensor], scaled: ScaledLosses, before: Tensor | None) -> Tensor | None:
    """The loss that a backward begins at, before it was scaled; at no number, that ``before``."""
    if len(roots) != 1 or roots[0].numel() != 1:
        return before
    loss = roots[0] if scaled.newest is None else scaled.loss_of(roots[0])
    return detached(loss) if dispatch_modes() else loss.detach()


def loss_of_iteration(loss: Tensor | None, recorded: float | None) -> SupportsFloat:
    """The number that its last backward began at; else that of its recording; else NaN."""
    if loss is None:  # no backward has begun at one number
        return float("nan") if recorded is None else recorded
    try:
        with torch._C.DisableTorchFunction(), unheard() if dispatch_modes() else AS_IT_IS:
            if not loss.is_cpu and is_apart(loss):
                return ComingLoss(loss)
            return float(loss.item())
    except (RuntimeError, NotImplementedError):  # as of one on "meta", which has no number
        return float("nan")


def has_gradients(recording: Recording, *, kept: bool) -> bool:
    """Whether a backward ran in an iteration; ``kept``: one that gave a ``.grad`` something."""
    sent = (event for event in recording.events if event.phase is Phase.BACKWARD)
    return any(event.op == "AccumulateGrad" or not kept for event in sent)
