"""What a softmax computes on its way: the sum of the exponentials, and the logarithm of each p."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backprop_viz.analysis.operations.axes import default_axes
from backprop_viz.analysis.operations.index_forms import bracket, place_letters, summed
from backprop_viz.analysis.operations.log_sums import along_axis, exponentials, log_sum
from backprop_viz.analysis.operations.operation_entry import Intermediate
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    RecordedCall,
    RecordedTensor,
    plain,
    product,
)
from backprop_viz.recording.explanations.number_explanation import Fact, FactorColumn, Part
from backprop_viz.recording.trace.events import Array

# The codes of the intermediate values.
EXPONENTIAL_SUM = "exponential_sum"
LOG_PROBABILITY = "log_probability"


@dataclass(frozen=True, slots=True, eq=False)
class SoftmaxInside:
    """The softmax over one axis of logits; ``negated``: of −x, as in softmin."""

    x: RecordedTensor
    axis: int
    negated: bool = False

    def row(self, index: Index) -> Array:
        """The exponents (C,) of the sum that an element is divided by, in float64."""
        found = along_axis(self.x.array, self.axis, index)
        return -found if self.negated else found

    def exponential(self, index: Index) -> FactorColumn:
        """exp(x) of one element, where there is a shift exp(x − shift)."""
        row = self.row(index)
        own, shift = self._own(index), shift_of(row)
        return self.x.function("logit", self._symbol(shift), [np.exp(own - shift)], [index])

    def over_sum(self, index: Index) -> FactorColumn:
        """1 / Σ exp(x), for an element."""
        row = self.row(index)
        value = 1 / np.exp(row - shift_of(row)).sum()
        return self._of_sum("one_over_sum", "1 / x", value, index)

    def log_parts(self, index: Index) -> tuple[Part, ...]:
        """ln p of an element: its logit less ln Σ exp(x)."""
        row = self.row(index)
        shift = shift_of(row)
        value = math.log(np.exp(row - shift).sum()) if math.isfinite(shift) else log_sum(row)
        log = self._of_sum("log_sum", "ln(x)", value, index)
        parts = (
            product("logit", self.x.one("logit", index)),
            product("log_sum", plain("sign", -1.0), log),
        )
        if not shift:
            return parts
        largest = list(index)
        if largest:
            largest[self.axis] = int(row.argmax())
        top = self.x.one("largest_logit", tuple(largest))
        return (*parts, product("shift", plain("sign", -1.0), top))

    def sum_parts(self, place: Index) -> tuple[Part, ...]:
        """Σ exp(x): a term for each logit. ``place`` is an element's index without the axis."""
        index = self._whole(place, 0)
        row = self.row(index)
        shift = shift_of(row)
        places = [self._whole(place, k) for k in range(len(row))]
        values = np.exp(row - shift)
        return (
            product("exponentials", self.x.function("exp", self._symbol(shift), values, places)),
        )

    def facts(self, index: Index) -> tuple[Fact, ...]:
        """The probability of an element, and the terms of the sum below it."""
        row = self.row(index)
        p = math.exp(self._own(index) - log_sum(row))
        return (Fact("own_probability", (p,), (self.x.number(index),)), *exponentials(row))

    def _own(self, index: Index) -> float:
        return -self.x.at(index) if self.negated else self.x.at(index)

    def _symbol(self, shift: float) -> str:
        inner = "−x" if self.negated else "x"
        return f"exp({inner} − {shift:.6g})" if shift else f"exp({inner})"

    def _of_sum(self, role: str, function: str, value: float, index: Index) -> FactorColumn:
        place = index[: self.axis] + index[self.axis + 1 :]
        return self.x.intermediate(EXPONENTIAL_SUM, role, [value], [place], function)

    def _whole(self, place: Index, k: int) -> Index:
        if not self.x.array.ndim:
            return ()
        return (*place[: self.axis], k, *place[self.axis :])


def shift_of(row: Array) -> float:
    """What is subtracted from each exponent so that float64 can hold the sum; mostly 0."""
    with np.errstate(over="ignore"):
        total = np.exp(row).sum()
    return 0.0 if math.isfinite(total) and total != 0 else float(row.max(initial=-math.inf))


def softmax_intermediates(
    inside: Callable[[RecordedCall], SoftmaxInside], *, log: bool
) -> tuple[Intermediate, ...]:
    """The intermediate values of an operation with a softmax; ``log``: ln p is one too."""

    def sum_form(call: RecordedCall) -> str:
        own, other, sign = places_of(inside(call))
        minus = "−" if inside(call).negated else ""
        return f"s{own} = {sign} exp({minus}x{other})"

    def log_form(call: RecordedCall) -> str:
        letters = place_letters(inside(call).x.array.ndim)
        _, other, sign = places_of(inside(call))
        return f"ln p{bracket(letters)} = x{bracket(letters)} − ln({sign} exp(x{other}))"

    total = Intermediate(
        name=EXPONENTIAL_SUM,
        symbol="Σ exp",
        form=sum_form,
        parts=lambda call, place: inside(call).sum_parts(place),
    )
    logarithm = Intermediate(
        name=LOG_PROBABILITY,
        symbol="ln p",
        form=log_form,
        parts=lambda call, index: inside(call).log_parts(index),
        facts=lambda call, index: inside(call).facts(index),
        axes=class_axes,
    )
    return (total, logarithm) if log else (total,)


def places_of(inside: SoftmaxInside) -> tuple[str, str, str]:
    """A sum's place, one of the elements that it sums, and the sign of the sum."""
    letters = place_letters(inside.x.array.ndim)
    if not letters:
        raise NotRecorded
    others = [*letters]
    others[inside.axis] = "m"
    del letters[inside.axis]
    return bracket(letters), bracket(others), summed("m")


def class_axes(ndim: int) -> tuple[str, ...]:
    """The axes of scores: (C,), (N, C) or (N, C, ...)."""
    if ndim == 1:
        return ("class",)
    return tuple("class" if i == 1 else name for i, name in enumerate(default_axes(ndim)))
