"""How far the axes of a plot of curves reach."""

import math
from collections.abc import Sequence

import numpy as np

from backprop_viz.desktop.panels.plots.traces import Trace


def iterations_room(last: float) -> float:
    """The right end of x for iterations up to ``last``: at most a sixteenth more.

    It grows in steps, so that the axes are not laid out again with every update.
    """
    if last <= 32:
        return max(last, 10)
    step = 2.0 ** (math.floor(math.log2(last)) - 4)
    return math.ceil(last / step) * step


def range_of_traces(traces: Sequence[Trace], log: bool) -> tuple[float, float] | None:
    """The range of y that shows traces completely, from 0 if they allow it.

    None where there is nothing to show: no point, none that is finite, or with ``log`` none above
    0.
    """
    high = max((t.greatest for t in traces), default=-np.inf)
    low = min((t.least_positive if log else t.least for t in traces), default=np.inf)
    if not np.isfinite([low, high]).all():
        return None
    if log:
        bottom, top = float(np.log10(low)), float(np.log10(max(high, low)))
        margin = max(0.05 * (top - bottom), 0.05)
        return bottom - margin, top + margin
    bottom = min(low * 1.05, 0.0)
    return bottom, high * 1.08 if high > 0 else max(bottom + 1.0, -bottom * 0.1)
