"""Where the first NaN or Inf of a loss that is not finite arose."""

import math
from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events, is_finite, strange
from backprop_viz.recording.finding import Finding
from backprop_viz.recording.iteration import Recording


def find(recording: Recording) -> Iterator[Finding]:
    """``not_finite``: the first operation that makes what is not finite of what is."""
    if recording.loss is None or math.isfinite(recording.loss):
        return  # an Inf on the way, as in a mask, does no harm
    for i, event in forward_events(recording):
        if not is_finite(event.outputs) and is_finite(event.inputs):
            yield Finding("not_finite", "error", (strange(event.outputs), event.op), event=i)
            return
    yield Finding("not_finite_from_start", "error", (str(recording.loss),))
