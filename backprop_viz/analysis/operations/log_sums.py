"""ln Σ exp(x) over one axis, in float64, without overflow and without a copy of all logits."""

import math

import numpy as np

from backprop_viz.analysis.operations.recorded_call import Index
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.trace.events import Array

# How many logits are turned into float64 at a time.
_CHUNK = 1 << 20
# A list of more numbers than these is nothing to read.
LONG_LIST = 256


def along_axis(array: Array, axis: int, index: Index) -> Array:
    """The elements along an axis at the place of an element; ``index`` has the axis too."""
    if array.ndim == 0:
        return array.reshape(1).astype(np.float64)
    place: list[int | slice] = list(index)
    place[axis] = slice(None)
    return np.asarray(array[tuple(place)], np.float64)


def log_sum(x: Array) -> float:
    """ln Σ exp(x) of (n,) numbers; -∞ for none."""
    top = x.max(initial=-math.inf)
    if not math.isfinite(top):
        return float(top)
    return float(top + math.log(np.exp(x - top).sum()))


def log_sums(rows: Array) -> Array:
    """ln Σ exp(x) of each of N rows (N, C): (N,) float64."""
    sums = np.empty(len(rows))
    step = max(1, _CHUNK // max(1, rows.shape[1]))
    for start in range(0, len(rows), step):
        part = rows[start : start + step].astype(np.float64)
        top = part.max(axis=1, initial=-math.inf, keepdims=True)
        top = np.where(np.isfinite(top), top, 0.0)
        sums[start : start + step] = top[:, 0] + np.log(np.exp(part - top).sum(axis=1))
    return sums


def exponentials(x: Array) -> tuple[Fact, ...]:
    """The sum that stands below a softmax, and its terms where they are few enough to read."""
    total = np.exp(x)
    if not np.isfinite(total).all() or not total.any():
        return (Fact("log_of_exponentials", (log_sum(x), len(x))),)
    each = tuple(map(float, total)) if len(x) <= LONG_LIST else ()
    return (Fact("sum_of_exponentials", (float(total.sum()), len(x), *each)),)
