"""The loss of an iteration, as its curve has it; and whether it got gradients."""

from typing import SupportsFloat

import torch
from torch import Tensor

from backprop_viz.capture.live.loss_points import ComingLoss
from backprop_viz.capture.tensors.from_device import is_apart
from backprop_viz.capture.tensors.unheard import AS_IT_IS, dispatch_modes, unheard
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase


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
