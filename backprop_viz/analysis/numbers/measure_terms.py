"""The terms of a measure of a tensor, and of the total norm that a clipping has found."""

import math
from dataclasses import replace

import numpy as np

from backprop_viz.analysis.numbers.measures import (
    TOTAL_NORM,
    clip_of_total_norm,
    measure_in,
    measure_of,
    measure_value,
    measured_values,
)
from backprop_viz.analysis.operations.index_forms import number_text
from backprop_viz.analysis.operations.recorded_call import plain, product
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import (
    Fact,
    FactorColumn,
    NumberExplanation,
    Part,
    largest_first,
)
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.clip_calls import clip_limit_of
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.tensors import Array

# This many terms, the largest, are listed one by one; the others are one term.
MOST_TERMS = 100_000
_FORMULAS = {
    "norm": "‖x‖ = √(Σᵢ xᵢ·xᵢ)",
    "mean": "mean(x) = Σᵢ xᵢ·(1/n)",
    "min": "min(x) = minᵢ xᵢ",
    "max": "max(x) = maxᵢ xᵢ",
}
# Of the squares' sum: what is beyond this share of it is of gradients that were not recorded.
_ROUNDING = 1e-3


def measure_explanation(recording: Recording, number: Number) -> NumberExplanation:
    """The terms of a measure. Of a norm they are those of its square.

    Raises ValueError if the recording has no such elements.
    """
    value, measure = measure_value(recording, number), measure_in(number) or ""
    if measure == TOTAL_NORM:
        return _total_norm(recording, number, value)
    values = measured_values(recording, number).astype(np.float64).ravel()
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


def _column(recording: Recording, number: Number, told: Array, values: Array) -> FactorColumn:
    shape = recording.tensors[number.tensor].shape[len(number.index) :]
    own = np.stack(np.unravel_index(told, shape), axis=1) if shape else np.empty((len(told), 0))
    first = np.broadcast_to(np.array(number.index, np.int64), (len(told), len(number.index)))
    indices = np.concatenate([first, own.astype(np.int64)], axis=1)
    return FactorColumn(
        "element", values, number.tensor, indices, number.event, number.slot, number.arrived
    )


def _total_norm(recording: Recording, number: Number, value: float) -> NumberExplanation:
    """A term for each gradient that a clipping has taken the norm of. Of a 2-norm its square's.

    Raises ValueError if the number's event is no clipping.
    """
    limit, whole = clip_of_total_norm(recording, number)
    gradients = [(i, e) for i, e in enumerate(recording.events) if _is_clipped(e, whole)]
    order = 2.0 if limit.order is None else limit.order
    parts = [_of_gradient(recording, i, e, order) for i, e in gradients]
    largest = math.isinf(order)
    if largest:
        parts = [max(parts, key=lambda part: float(part.values[0]))]
    total = float(sum(float(part.values[0]) for part in parts))
    rest = 0.0 if largest else value**order - total
    if np.isfinite(rest) and rest > _ROUNDING * total:
        parts.append(Part("others", np.array([rest])))
        total += rest
    count = sum(e.tensors[e.input_ids[0]].size for _, e in gradients if e.input_ids[0] is not None)
    fact = Fact("measure_max" if largest else "total_norm", (count, value))
    formula = _norm_formula(order)
    kind = "norm" if order == 2 else TOTAL_NORM
    return NumberExplanation(number, value, "measure", kind, formula, tuple(parts), total, (fact,))


def _is_clipped(event: Event, total: int) -> bool:
    limit = clip_limit_of(event)
    return limit is not None and limit.total == total and event.input_ids[0] is not None


def _of_gradient(recording: Recording, event: int, clipped: Event, order: float) -> Part:
    """The term of one gradient, which the clipping found: Σ|g|ᵖ, or the largest |g|."""
    tensor, grad = clipped.input_ids[0], clipped.inputs[0]
    assert tensor is not None
    assert grad is not None
    sizes = np.abs(grad.astype(np.float64))
    name = f"{clipped.parameter}.grad"
    if math.isinf(order):
        at = np.unravel_index(int(sizes.argmax()), grad.shape)
        place = np.array([at], np.int64).reshape(1, grad.ndim)
        column = FactorColumn(name, np.array([sizes[at]]), tensor, place, _maker(recording, event))
        return product("value", replace(column, function="|x|"))
    if order != 2:
        return product("products", plain(f"Σ|{name}|^{order:g}", float((sizes**order).sum())))
    role, values = f"‖{name}‖", np.array([math.sqrt(float(np.square(sizes).sum()))])
    norm = FactorColumn(role, values)
    asked = None if np.iscomplexobj(grad) else measure_of(Number(tensor), "norm")
    if asked is not None:
        place, maker = np.empty((1, 0), np.int64), _maker(recording, event)
        name = asked.intermediate
        norm = FactorColumn(role, values, tensor, place, maker, intermediate=name)
    return product("products", norm, replace(norm, role="itself"))


def _maker(recording: Recording, clip: int) -> int | None:
    """The event that made the gradient that a clipping found."""
    event = recording.events[clip]
    for i in recording.happened_to.get(event.parameter or "", ()):
        if i != clip and event.input_ids[0] in recording.events[i].output_ids:
            return i
    return None


def _norm_formula(order: float) -> str:
    if order == 2:
        return "total_norm = √(Σₖ ‖gₖ‖²)"
    if math.isinf(order):
        return "total_norm = maxᵢ |gᵢ|"
    power = number_text(order)
    return f"total_norm = (Σᵢ |gᵢ|^{power})^(1/{power})"
