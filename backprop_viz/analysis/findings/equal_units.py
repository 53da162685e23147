"""Units of a layer that are all the same: they get the same gradients, and stay the same."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.analysis.provenance import gradient_made
from backprop_viz.analysis.small_examples import is_small_example
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.events import Array

# Of the largest number of a row: some tens of a float32's last digits.
_ROUNDING = 1e-5


def find(recording: Recording) -> Iterator[Finding]:
    """``equal_units``: as after a constant initialisation, of what trains.

    What begins as 0 behind another weight that does has no gradient at first, and others later.
    """
    if is_small_example(recording):
        return
    grads = [gradient_made(recording, p.name) for p in recording.parameters if p.value.ndim >= 2]
    learns = any(grad is not None and grad.any() for grad in grads)
    for parameter in recording.parameters:
        value = parameter.value
        if value.ndim < 2 or len(value) < 2 or value.size < 4 or not parameter.requires_grad:
            continue
        if not _all_rows_equal(value):
            continue
        grad = gradient_made(recording, parameter.name)
        if grad is None or (learns and not grad.any()):
            continue
        if grad.shape == value.shape and _all_rows_equal(grad):
            name = parameter.name
            shown = recording.happened_to[name][-1]
            yield Finding("equal_units", "warning", (name, len(value)), name, shown)


def _all_rows_equal(array: Array) -> bool:
    """Whether they are, but for rounding: equal units drift apart by that alone."""
    bound = _ROUNDING * float(np.abs(array[0]).max())
    if not np.isfinite(bound):
        return False
    near = np.abs(array[1] - array[0]).max() <= bound  # most layers end here
    return bool(near and np.abs(array - array[:1]).max() <= bound)
