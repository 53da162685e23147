"""Normalizing: less the mean, divided by σ, then times γ plus β. What all norms share."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from backprop_viz.analysis.operations.index_forms import bracket, place_letters, summed
from backprop_viz.analysis.operations.operation_entry import Form, SentGradient
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    RecordedCall,
    RecordedTensor,
    plain,
    product,
)
from backprop_viz.recording.events import Array
from backprop_viz.recording.number_explanation import Part


@dataclass(frozen=True, slots=True)
class Statistics:
    """What an element is normalized by. ``sigma`` is the root of variance plus ε."""

    mean: float
    sigma: float
    count: int


def statistics(group: Array, eps: float) -> Statistics:
    """The mean and σ of the elements that are normalized together."""
    values = np.asarray(group, np.float64)
    return Statistics(float(values.mean()), math.sqrt(float(values.var()) + eps), values.size)


def sent_by_norm(
    kept: Callable[[RecordedCall], Sequence[int]], to_input: Form = ""
) -> tuple[SentGradient, ...]:
    """What a norm sends to x, γ and β; the latter have the ``kept`` axes of the former."""

    def form(name: str, factor: str) -> Callable[[RecordedCall], str]:
        def written(call: RecordedCall) -> str:
            letters, own = place_letters(call.input.array.ndim), kept(call)
            place, made = bracket(letters), bracket([letters[axis] for axis in own])
            others = [letter for axis, letter in enumerate(letters) if axis not in own]
            sign = f"{summed(*others)} " if others else ""
            return f"∂L/∂{name}{made} = {sign}δ{place}·{factor.format(place)}"

        return written

    return (
        SentGradient("local", to_input),
        SentGradient("normalized", form("γ", "x̂{0}")),
        SentGradient("one", form("β", "1")),
    )


def normalized_parts(
    x: RecordedTensor,
    index: Index,
    found: Statistics,
    gain: tuple[RecordedTensor, Index] | None,
    bias: tuple[RecordedTensor, Index] | None,
    symbol: str = "(x − mean)/σ",
) -> tuple[Part, ...]:
    """x̂·γ + β, of one element; a gain or bias that the call has not is left out."""
    value = (x.at(index) - found.mean) / found.sigma
    factors = [x.function("normalized", symbol, [value], [index])]
    if gain is not None:
        factors.append(gain[0].one("gain", gain[1]))
    parts = [product("products", *factors)]
    if bias is not None:
        parts.append(product("bias", bias[0].one("bias", bias[1]), plain("one", 1.0)))
    return tuple(parts)
