"""Local response normalization: each element by a power of the squares around its channel."""

from dataclasses import dataclass

import numpy as np

from backprop_viz.analysis.operations.index_forms import number_text
from backprop_viz.analysis.operations.operation_entry import Intermediate, OperationEntry
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    Places,
    RecordedCall,
    constant,
    plain,
    product,
)
from backprop_viz.recording.explanations.number_explanation import Part

_DIVISOR = "divisor"


@dataclass(frozen=True, slots=True)
class _Response:
    """torch's options: x / (k + α·Σ x² / size)^β."""

    size: int
    alpha: float
    beta: float
    k: float

    @classmethod
    def of(cls, call: RecordedCall) -> "_Response":
        options = ("alpha", 2, 1e-4), ("beta", 3, 0.75), ("k", 4, 1.0)
        return cls(int(call.option("size", 1)), *(float(call.option(*each)) for each in options))

    def neighbours(self, call: RecordedCall, index: Index) -> Places:
        """The places of an element in its channel and in those beside it: (K, d)."""
        first = max(0, index[1] - self.size // 2)
        last = min(call.input.shape[1], index[1] + (self.size - 1) // 2 + 1)
        places = np.repeat(np.array([index], np.int64), last - first, axis=0)
        places[:, 1] = np.arange(first, last)
        return places


def _base(call: RecordedCall, index: Index) -> tuple[Part, ...]:
    """What is raised to the power β: k, and a share of each square."""
    response = _Response.of(call)
    places = response.neighbours(call, index)
    values = np.asarray(call.input.array[tuple(places.T)], np.float64)
    squares = call.input.function("square", "x²", values**2, places)
    share = constant("share", response.alpha / response.size, len(values))
    return product("summand", plain("summand", response.k)), product("products", squares, share)


def _parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    base = sum(float(part.values.sum()) for part in _base(call, index))
    power = -_Response.of(call).beta
    symbol = f"1 / x^{number_text(-power)}"
    column = call.input.intermediate(_DIVISOR, "one_over_divisor", [base**power], [index], symbol)
    return (product("value", call.input.one("input", index), column),)


def _base_form(call: RecordedCall) -> str:
    """Over the neighbouring channels, of which those beyond the border are 0."""
    response = _Response.of(call)
    return f"{number_text(response.k)} + {number_text(response.alpha)}·Σ x² / {response.size}"


def _form(call: RecordedCall) -> str:
    return f"y = x / ({_base_form(call)})^{number_text(_Response.of(call).beta)}"


OPERATIONS = (
    OperationEntry(
        functions=("local_response_norm",),
        form=_form,
        forward=_parts,
        intermediates=(
            Intermediate(
                name=_DIVISOR,
                symbol="divisor",
                form=lambda call: f"d = {_base_form(call)}",
                parts=_base,
            ),
        ),
        composite=True,
    ),
)
