"""Gumbel-softmax: softmax((x + g) / τ) with drawn noise g; ``hard``: 1 where that is largest."""

from dataclasses import dataclass

import numpy as np

from backprop_viz.analysis.operations.drawn import gumbel_noise
from backprop_viz.analysis.operations.index_forms import number_text
from backprop_viz.analysis.operations.log_sums import along_axis
from backprop_viz.analysis.operations.operation_entry import Intermediate, OperationEntry
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    RecordedCall,
    RecordedTensor,
    plain,
    product,
)
from backprop_viz.analysis.operations.softmax_inside import EXPONENTIAL_SUM, shift_of
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.events import Array

_NOISY = "noisy_logit"


@dataclass(frozen=True, slots=True, eq=False)
class _Gumbel:
    """The call's logits, its noise, and its options."""

    x: RecordedTensor
    noise: Array
    axis: int
    temperature: float
    hard: bool

    @classmethod
    def of(cls, call: RecordedCall) -> "_Gumbel":
        """Raises NotRecorded where the noise cannot be drawn again."""
        if call.event.call is None or not call.input.array.ndim:
            raise NotRecorded
        x = call.input
        axis = int(call.option("dim", 4, -1)) % x.array.ndim
        options = float(call.option("tau", 1, 1.0)), bool(call.option("hard", 2, False))
        return cls(x, gumbel_noise(call.event.call, x.array), axis, *options)

    @property
    def noisy(self) -> Array:
        """(x + g) / τ in float64."""
        found: Array = (self.x.array.astype(np.float64) + self.noise) / self.temperature
        return found

    def row(self, index: Index) -> Array:
        """What an element's exponential is divided by the sum of: (C,)."""
        return along_axis(self.noisy, self.axis, index)

    def exponentials(self, role: str, indices: list[Index]) -> FactorColumn:
        """exp of some elements of one row, as a factor."""
        shift = shift_of(self.row(indices[0]))
        values = [np.exp(self.noisy[index] - shift) for index in indices]
        symbol = f"exp(x − {shift:.6g})" if shift else "exp(x)"
        return self.x.intermediate(_NOISY, role, values, indices, symbol)


def _parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    drawn = _Gumbel.of(call)
    row = drawn.row(index)
    if drawn.hard:
        won = int(row.argmax()) == index[drawn.axis]
        return (product("value", plain("one", float(won))),)
    total = 1 / np.exp(row - shift_of(row)).sum()
    place = index[: drawn.axis] + index[drawn.axis + 1 :]
    over = drawn.x.intermediate(EXPONENTIAL_SUM, "one_over_sum", [total], [place], "1 / x")
    return (product("value", drawn.exponentials("logit", [index]), over),)


def _sum(call: RecordedCall, place: Index) -> tuple[Part, ...]:
    drawn = _Gumbel.of(call)
    axis, count = drawn.axis, drawn.x.shape[drawn.axis]
    indices = [(*place[:axis], k, *place[axis:]) for k in range(count)]
    return (product("exponentials", drawn.exponentials("exp", indices)),)


def _noisy(call: RecordedCall, index: Index) -> tuple[Part, ...]:
    drawn = _Gumbel.of(call)
    scale = plain("scale", 1 / drawn.temperature)
    return (
        product("logit", drawn.x.one("logit", index), scale),
        product("noise", plain("noise", float(drawn.noise[index])), scale),
    )


def _form(call: RecordedCall) -> str:
    temperature = float(call.option("tau", 1, 1.0))
    inner = "x + g" if temperature == 1 else f"(x + g) / {number_text(temperature)}"
    if call.option("hard", 2, False):
        return f"y = 1 where {inner} is largest, else 0"
    return f"y = softmax({inner})"


OPERATIONS = (
    OperationEntry(
        functions=("gumbel_softmax",),
        roles=("logit",),
        form=_form,
        forward=_parts,
        intermediates=(
            Intermediate(name=EXPONENTIAL_SUM, symbol="Σ exp", form="s = Σ exp(z)", parts=_sum),
            Intermediate(name=_NOISY, symbol="z", form="z = (x + g) / τ", parts=_noisy),
        ),
        composite=True,
    ),
)
