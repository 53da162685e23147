"""nll_loss on what are no log-probabilities: raw scores, or a softmax's probabilities."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.analysis.provenance import forward_events, numbers_from
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding

# The probabilities of a sample add up to 1, but for rounding; those of half precision nearly.
_LEAST, _MOST = 0.8, 1.25


def find(recording: Recording) -> Iterator[Finding]:
    """``not_log_probabilities``: with what e to the power of a sample's numbers adds up to.

    ``softmax_without_log``: the same of probabilities. A log_softmax of another axis is not said
    to be missing.
    """
    for i, event in forward_events(recording):
        read = event.inputs[0] if event.inputs else None
        if event.op != "nll_loss" or read is None or read.ndim < 2 or not np.isfinite(read).all():
            continue
        sums = np.exp(np.minimum(read.astype(np.float64), 700.0)).sum(axis=1)
        middle = float(np.median(sums))
        if _LEAST <= middle <= _MOST:
            continue
        source = event.input_ids[0]
        made = None if source is None else numbers_from(recording, source, i)
        op = "" if made is None else recording.events[made].op
        if op == "softmax":
            yield Finding("softmax_without_log", "warning", (middle,), event=made)
        elif op != "log_softmax":
            yield Finding("not_log_probabilities", "warning", (middle,), event=i)
