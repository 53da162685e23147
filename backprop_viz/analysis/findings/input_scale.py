"""Inputs that are far from the numbers around 0 that layers are initialised for."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.analysis.provenance import forward_events
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding

# The root mean square; grey values of 0 to 255 have about 130, normalised inputs 1.
_MOST = 10.0
_WEIGHTED = ("linear", "conv1d", "conv2d", "conv3d", "addmm", "matmul", "lstm", "gru", "rnn_tanh")


def find(recording: Recording) -> Iterator[Finding]:
    """``large_inputs``: given to a layer with weights as they are, with no norm before it."""
    read, given = recording.input, recording.input_id
    if read is None or read.dtype.kind != "f" or not read.size or not np.isfinite(read).all():
        return
    size = float(np.sqrt(np.square(read, dtype=np.float64).mean()))
    if size <= _MOST:
        return
    for i, event in forward_events(recording):
        if given not in event.input_ids:
            continue
        if event.op in ("view", "reshape", "flatten", "unsqueeze", "squeeze", "permute"):
            given = event.output_ids[0]
        elif event.op in _WEIGHTED:
            values = (float(read.min()), float(read.max()), size)
            yield Finding("large_inputs", "hint", values, event=i)
            return
