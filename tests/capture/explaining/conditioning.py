"""How far an operation's own result moves by roundings of what it reads: torch's float64 tells."""

import numpy as np
import torch

from backprop_viz.capture.explaining.replay import NotReplayed, replayed
from backprop_viz.recording.explanations.number_explanation import NumberExplanation
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase

# Sampling adds 1 to each place, of which the tensor is the second that it reads.
_GRID = 1


def conditioning(recording: Recording, found: NumberExplanation) -> float:
    """Σ |x · ∂y/∂x| over all that an operation read for one number; 0 of what is no output.

    A rounding of each x moves the result by so many roundings of 1. ``x − tanh(x)`` is small where
    x is, but rounded as x is.
    """
    number = found.number
    event = None if number.event is None else recording.events[number.event]
    if event is None or event.phase not in (Phase.FORWARD, Phase.LOSS) or number.intermediate:
        return 0.0
    try:
        again = replayed(event, [True] * len(event.input_ids), checked=False)
    except NotReplayed:
        return 0.0
    made = again.outputs[number.slot]
    if not made.requires_grad or made.is_complex():
        return 0.0
    floats = [leaf for leaf in again.inputs if leaf.requires_grad]
    slopes = torch.autograd.grad(made[number.index], floats, allow_unused=True)
    size = 0.0
    for place, leaf in enumerate(again.inputs):
        slope = next((s for x, s in zip(floats, slopes, strict=True) if x is leaf), None)
        if slope is None:
            continue
        added = 1.0 if event.op == "grid_sample" and place == _GRID else 0.0
        values = leaf.detach().abs() + added
        effect = slope.abs() * values
        if event.op == "tanhshrink":
            effect = torch.where(slope != 0, values, 0.0)
        size += float(effect[torch.isfinite(effect)].sum())
    return size if np.isfinite(size) else 0.0
