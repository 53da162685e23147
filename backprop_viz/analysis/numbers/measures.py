"""Measures of a whole tensor, or of a sample of it: its norm, mean, smallest and largest number.

A measure is a ``Number`` whose ``intermediate`` begins with ``measure:``; its ``index`` is the
beginning of the indices of the elements that it is of, () for all of them.
"""

import math
from dataclasses import replace

import numpy as np

from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import (
    Fact,
    FactorColumn,
    NumberExplanation,
    Part,
    largest_first,
)
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.tensors import Array

_PREFIX = "measure:"
WHOLE_MEASURES = ("norm", "mean", "min", "max")
# This many terms, the largest, are listed one by one; the others are one term.
MOST_TERMS = 100_000
_FORMULAS = {
    "norm": "‖x‖ = √(Σᵢ xᵢ·xᵢ)",
    "mean": "mean(x) = Σᵢ xᵢ·(1/n)",
    "min": "min(x) = minᵢ xᵢ",
    "max": "max(x) = maxᵢ xᵢ",
}


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
    values, measure = _values(recording, number).astype(np.float64), measure_in(number)
    if measure == "norm":
        return math.sqrt(float(np.square(values).sum()))
    if measure == "mean":
        return float(values.mean())
    return float(values.min() if measure == "min" else values.max())


def measure_symbol(measure: str, elements: str) -> str:
    """The symbol of a measure of elements: ``‖conv1.weight‖``."""
    return f"‖{elements}‖" if measure == "norm" else f"{measure}({elements})"


def measure_explanation(recording: Recording, number: Number) -> NumberExplanation:
    """The terms of a measure. Of a norm they are those of its square.

    Raises ValueError if the recording has no such elements.
    """
    value, measure = measure_value(recording, number), measure_in(number) or ""
    values = _values(recording, number).astype(np.float64).ravel()
    order = largest_first(values)
    told = order[:MOST_TERMS]
    others = order[MOST_TERMS:]
    if measure in ("min", "max"):
        told = np.array([values.argmin() if measure == "min" else values.argmax()])
        others = told[:0]
    elements = _column(recording, number, told, values[told])
    factors: tuple[FactorColumn, ...] = (elements,)
    products = values[told]
    if measure == "norm":
        factors, products = (elements, replace(elements, role="itself")), np.square(products)
    elif measure == "mean":
        share = np.full(len(told), 1 / len(values))
        factors, products = (elements, FactorColumn("one_over_n", share)), products * share
    parts = [Part("products", products, factors)]
    if len(others):
        rest = np.square(values[others]) if measure == "norm" else values[others] / len(values)
        parts.append(Part("others", np.array([float(rest.sum())])))
    total = float(sum(float(part.values.sum()) for part in parts))
    code = "measure_norm" if measure == "norm" else "measure_mean"
    if measure in ("min", "max"):
        code = "measure_min" if measure == "min" else "measure_max"
    facts = [Fact(code, (len(values), total))]
    if len(others):
        facts.append(Fact("measure_others", (len(others), MOST_TERMS)))
    formula = _FORMULAS[measure]
    return NumberExplanation(
        number, value, "measure", measure, formula, tuple(parts), total, tuple(facts)
    )


def _values(recording: Recording, number: Number) -> Array:
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


def _column(recording: Recording, number: Number, told: Array, values: Array) -> FactorColumn:
    shape = recording.tensors[number.tensor].shape[len(number.index) :]
    own = np.stack(np.unravel_index(told, shape), axis=1) if shape else np.empty((len(told), 0))
    first = np.broadcast_to(np.array(number.index, np.int64), (len(told), len(number.index)))
    indices = np.concatenate([first, own.astype(np.int64)], axis=1)
    return FactorColumn(
        "element", values, number.tensor, indices, number.event, number.slot, number.arrived
    )
