"""Where NaN or Inf arose though the loss is finite: on the way back, or in the optimizer."""

import math
from collections.abc import Iterator

from backprop_viz.analysis.provenance import arrived, gradient_made, is_finite, strange
from backprop_viz.recording.finding import Finding
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.phases import Phase


def find(recording: Recording) -> Iterator[Finding]:
    """``not_finite_gradient``, ``not_finite_update``.

    Where a GradScaler scales, gradients overflow now and then, and that step is left out.
    """
    if recording.loss is not None and not math.isfinite(recording.loss):
        return
    made = (gradient_made(recording, name) for name in recording.happened_to)
    if recording.loss_scale is None and not is_finite(tuple(made)):
        yield from _first_gradient(recording)
        return
    for i, event in enumerate(recording.events):
        name = event.parameter if event.phase is Phase.UPDATE else None
        if name is not None and is_finite(event.inputs) and not is_finite(event.outputs):
            values = (strange(event.outputs), name)
            yield Finding("not_finite_update", "error", values, name, i)
            return


def _first_gradient(recording: Recording) -> Iterator[Finding]:
    for i, event in enumerate(recording.events):
        if event.phase is not Phase.BACKWARD or event.node is None:
            continue
        if not is_finite(event.outputs) and is_finite(arrived(event)):
            values = (strange(event.outputs), event.op)
            yield Finding("not_finite_gradient", "error", values, event=i)
            return
