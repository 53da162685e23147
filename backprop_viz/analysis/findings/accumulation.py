"""Mean losses of one line that are added up undivided: a step that many times as large."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.analysis.provenance import forward_events
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase

_LOSSES = {"cross_entropy", "nll_loss", "mse_loss", "binary_cross_entropy_with_logits"}


def find(recording: Recording) -> Iterator[Finding]:
    """``undivided``: may be meant, with a learning rate made for it."""
    backwards = _backwards_added_up(recording)
    means = [
        (i, event)
        for i, event in forward_events(recording)
        if event.op in _LOSSES
        and (event.call is None or event.call.kwargs.get("reduction", "mean") == "mean")
    ]
    # Losses of several lines are of several things, as of the true and the false images of a GAN.
    lines = {(event.op, event.place) for _, event in means}
    unknown = any(event.place is None for _, event in means)
    if backwards < 2 or len(means) < 2 or len(lines) > 1 or unknown:
        return
    read = {tensor for _, event in forward_events(recording) for tensor in event.input_ids}
    if _are_divided(recording, len(means)):
        return
    if not any(tensor in read for _, event in means for tensor in event.output_ids):
        yield Finding("undivided", "hint", (len(means),), event=means[-1][0])


def _are_divided(recording: Recording, count: int) -> bool:
    """Whether the loop itself has divided a ``.grad`` by so many before the step."""
    for event in recording.events:
        if event.phase is not Phase.BACKWARD or event.parameter is None or not event.outputs:
            continue
        before, after = event.inputs[0], event.outputs[0]
        if before is None or after is None or before.shape != after.shape or not before.any():
            continue
        if np.allclose(after * count, before, rtol=1e-3, atol=0.0):
            return True
    return False


def _backwards_added_up(recording: Recording) -> int:
    """How many backwards ran with no zero_grad between them, as LBFGS's closure has."""
    most = count = 0
    for span in recording.spans:
        if span.phase is Phase.ZERO_GRAD:
            count = 0
        elif span.phase is Phase.BACKWARD:
            # That of torch.autograd.grad, or a clipping, adds to no ``.grad``.
            ran = recording.events[span.start : span.stop]
            count += any(event.op == "AccumulateGrad" for event in ran)
        most = max(most, count)
    return most
