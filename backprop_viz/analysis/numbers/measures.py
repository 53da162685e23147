"""Measures of a whole tensor, or of a sample of it: its norm, mean, smallest and largest number.

A measure is a ``Number`` whose ``intermediate`` begins with ``measure:``; its ``index`` is the
beginning of the indices of the elements that it is of, () for all of them.
"""

import math
from dataclasses import replace

import numpy as np

from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.clip_calls import ClipLimit, clip_limit_of
from backprop_viz.recording.trace.tensors import Array

_PREFIX = "measure:"
WHOLE_MEASURES = ("norm", "mean", "min", "max")
# What a clipping found to be the norm of all gradients together; its number is of that tensor.
TOTAL_NORM = "total_norm"


def measure_of(number: Number | None, measure: str) -> Number | None:
    """A measure of the elements whose indices begin as a number's; None of none."""
    return None if number is None else replace(number, intermediate=_PREFIX + measure)


def measure_in(number: Number) -> str | None:
    """Which measure a number is; None if it is none."""
    found = number.intermediate.removeprefix(_PREFIX)
    return found if found != number.intermediate else None


def measured_part(number: Number) -> Number:
    """The tensor and the beginning of the index that a measure is of."""
    return replace(number, intermediate="")


def measure_value(recording: Recording, number: Number) -> float:
    """A measure in float64. Raises ValueError if the recording has no such elements."""
    if measure_in(number) == TOTAL_NORM:
        _, total = clip_of_total_norm(recording, number)
        return float(recording.tensors[total][()])
    values, measure = measured_values(recording, number).astype(np.float64), measure_in(number)
    if measure == "norm":
        return math.sqrt(float(np.square(values).sum()))
    if measure == "mean":
        return float(values.mean())
    return float(values.min() if measure == "min" else values.max())


def clip_of_total_norm(recording: Recording, number: Number) -> tuple[ClipLimit, int]:
    """The limit of the clipping whose total norm is asked for, and the id of that tensor ().

    Raises ValueError if the number's event is no clipping by norm.
    """
    limit = None if number.event is None else clip_limit_of(recording.events[number.event])
    if limit is None or limit.total is None:
        raise ValueError(f"Event {number.event} is no clipping that tells its total norm.")
    return limit, limit.total


def measure_symbol(measure: str, elements: str) -> str:
    """The symbol of a measure of elements: ``‖conv1.weight‖``."""
    if measure == TOTAL_NORM:
        return measure
    return f"‖{elements}‖" if measure == "norm" else f"{measure}({elements})"


def measured_values(recording: Recording, number: Number) -> Array:
    """The elements. Raises ValueError if the recording has none of these."""
    known = 0 <= number.tensor < len(recording.tensors)
    array = recording.tensors[number.tensor] if known else np.empty(0)
    inside = len(number.index) <= array.ndim and all(
        0 <= i < size for i, size in zip(number.index, array.shape, strict=False)
    )
    found = array[number.index] if inside else np.empty(0)
    if (
        not known
        or not found.size
        or np.iscomplexobj(found)
        or measure_in(number) not in WHOLE_MEASURES
    ):
        raise ValueError(f"The recording has no {number.intermediate} of tensor {number.tensor}.")
    return np.asarray(found)
