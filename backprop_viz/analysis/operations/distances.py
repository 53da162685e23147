"""What is made of the length of vectors: unit vectors, the cosine between two, their distance."""

import math
from dataclasses import dataclass

import numpy as np

from backprop_viz.analysis.operations.index_forms import (
    bracket,
    number_text,
    place_letters,
    summed,
)
from backprop_viz.analysis.operations.operation_entry import (
    Form,
    Intermediate,
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    Places,
    RecordedCall,
    RecordedTensor,
    constant,
    plain,
    product,
)
from backprop_viz.recording.explanations.number_explanation import Part
from backprop_viz.recording.trace.events import Array

_DIFFERENCE = "difference"


@dataclass(frozen=True, slots=True)
class _Along:
    """The axis of the vectors in tensors of ``ndim`` dimensions; ``kept``: the output has it."""

    ndim: int
    axis: int
    kept: bool = False

    def places(self, index: Index, length: int) -> Places:
        """The indices (K, d) of the elements of the vector that an output is of."""
        rest = (*index[: self.axis], *index[self.axis + self.kept :])
        places = np.empty((length, self.ndim), np.int64)
        places[:, [i for i in range(self.ndim) if i != self.axis]] = rest
        places[:, self.axis] = np.arange(length)
        return places

    @property
    def made(self) -> str:
        """The place of an output in a formula."""
        letters = place_letters(self.ndim)
        return bracket(letters if self.kept else self._others(letters))

    @property
    def inner(self) -> str:
        """The place m of its vector in a formula."""
        letters = place_letters(self.ndim)
        return bracket([*letters[: self.axis], "m", *letters[self.axis + 1 :]])

    def _others(self, letters: list[str]) -> list[str]:
        return [letter for i, letter in enumerate(letters) if i != self.axis]


def _axis(call: RecordedCall, place: int, ndim: int) -> int:
    axis = call.option("dim", place, 1)
    if not isinstance(axis, int) or not ndim:
        raise NotRecorded
    return axis % ndim


def _at(tensor: RecordedTensor, places: Places) -> Array:
    return np.asarray(tensor.array[tuple(places.T)], np.float64)


def _length(values: Array, order: float) -> float:
    """‖x‖ of order 1 or 2."""
    if order not in (1, 2):
        raise NotRecorded
    return float(np.abs(values).sum() if order == 1 else math.sqrt(float((values**2).sum())))


def _length_form(element: str, order: float) -> str:
    if order not in (1, 2):
        raise NotRecorded
    inner = f"|{element.strip('()')}|" if order == 1 else f"√({summed('m')} {element}²)"
    return f"{summed('m')} {inner}" if order == 1 else inner


# -- x / ‖x‖ -----------------------------------------------------------------------------------


def _unit_of(call: RecordedCall) -> tuple[_Along, float, float]:
    """Where the vectors lie, the order of the norm, and the least that it counts as."""
    ndim = call.input.array.ndim
    along = _Along(ndim, _axis(call, 2, ndim), kept=True)
    return along, float(call.option("p", 1, 2.0)), float(call.option("eps", 3, 1e-12))


def _unit(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    along, order, eps = _unit_of(call)
    x = call.input
    length = _length(_at(x, along.places(index, x.shape[along.axis])), order)
    return (product("value", x.one("input", index), plain("one_over_norm", 1 / max(length, eps))),)


def _unit_form(call: RecordedCall) -> str:
    along, order, eps = _unit_of(call)
    length = _length_form(f"x{along.inner}", order)
    return f"y{along.made} = x{along.made} / max({length}, {number_text(eps)})"


# -- cosine ------------------------------------------------------------------------------------


def _pair(call: RecordedCall) -> tuple[RecordedTensor, RecordedTensor, _Along, float]:
    a, b = call.tensor("x1", 0), call.tensor("x2", 1)
    if a.shape != b.shape:
        raise NotRecorded
    ndim = a.array.ndim
    return a, b, _Along(ndim, _axis(call, 2, ndim)), float(call.option("eps", 3, 1e-8))


def _cosine(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    a, b, along, eps = _pair(call)
    count = a.shape[along.axis]
    places = along.places(index, count)
    scales = [1 / max(_length(_at(each, places), 2), eps) for each in (a, b)]
    norms = (constant("one_over_norm", scale, count) for scale in scales)
    return (product("products", a.column("factor", places), b.column("factor", places), *norms),)


def _cosine_form(call: RecordedCall) -> str:
    _, _, along, eps = _pair(call)
    lengths = "·".join(
        f"max({_length_form(f'{name}{along.inner}', 2)}, {number_text(eps)})" for name in "ab"
    )
    return f"y{along.made} = {summed('m')} a{along.inner}·b{along.inner} / ({lengths})"


# -- distance ----------------------------------------------------------------------------------


def _apart(call: RecordedCall) -> tuple[RecordedTensor, RecordedTensor, _Along, float, float]:
    """Two tensors, where their vectors lie, the order of the norm, and what is added to each."""
    a, b = call.tensor("x1", 0), call.tensor("x2", 1)
    ndim = a.array.ndim
    if a.shape != b.shape or not ndim:
        raise NotRecorded
    along = _Along(ndim, ndim - 1, kept=bool(call.option("keepdim", 4, False)))
    return a, b, along, float(call.option("p", 2, 2.0)), float(call.option("eps", 3, 1e-6))


def _distance(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    a, b, along, order, eps = _apart(call)
    places = along.places(index, a.shape[-1])
    apart = _at(a, places) - _at(b, places) + eps
    length = _length(apart, order)
    if order == 1:
        inner = a.intermediate(_DIFFERENCE, "absolute_value", np.abs(apart), places, "|x|")
        return (product("terms", inner),)
    if length == 0:
        return (product("value", plain("norm", 0.0)),)
    inner = a.intermediate(_DIFFERENCE, "square", apart**2, places, "x²")
    return (product("products", inner, constant("one_over_norm", 1 / length, len(apart))),)


def _distance_form(call: RecordedCall) -> str:
    _, _, along, order, eps = _apart(call)
    element = f"(a{along.inner} − b{along.inner} + {number_text(eps)})"
    return f"y{along.made} = {_length_form(element, order)}"


def _difference(call: RecordedCall, index: Index) -> tuple[Part, ...]:
    a, b, _, _, eps = _apart(call)
    return (
        product("minuend", a.one("minuend", index)),
        product("subtrahend", plain("sign", -1.0), b.one("subtrahend", index)),
        product("summand", plain("summand", eps)),
    )


def _difference_form(call: RecordedCall) -> str:
    a, _, _, _, eps = _apart(call)
    place = bracket(place_letters(a.array.ndim))
    return f"difference{place} = a{place} − b{place} + {number_text(eps)}"


# -- all distances -----------------------------------------------------------------------------


def _all_apart(call: RecordedCall) -> tuple[RecordedTensor, RecordedTensor, float]:
    """Two tensors of rows, (…, P, M) and (…, R, M), and the order of the norm."""
    a, b, order = call.tensor("x1", 0), call.tensor("x2", 1), float(call.option("p", 2, 2.0))
    if a.array.ndim < 2 or a.shape[:-2] != b.shape[:-2] or order not in (1, 2):
        raise NotRecorded
    return a, b, order


def _all_distances(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    a, b, order = _all_apart(call)
    *batch, i, j = index
    apart = np.asarray(a.array[(*batch, i)], np.float64) - b.array[(*batch, j)]
    places = [(*index, m) for m in range(len(apart))]
    if order == 1:
        inner = a.intermediate(_DIFFERENCE, "absolute_value", np.abs(apart), places, "|x|")
        return (product("terms", inner),)
    length = _length(apart, order)
    if length == 0:
        return (product("value", plain("norm", 0.0)),)
    inner = a.intermediate(_DIFFERENCE, "square", apart**2, places, "x²")
    return (product("products", inner, constant("one_over_norm", 1 / length, len(apart))),)


def _all_letters(call: RecordedCall) -> tuple[str, str, str, float]:
    """The places of a distance, and of the elements m of its two rows; the order of the norm."""
    a, _, order = _all_apart(call)
    batch = ["n", "h", "g"][: a.array.ndim - 2]
    made, left, right = (bracket([*batch, *pair]) for pair in ("ij", "im", "jm"))
    return made, left, right, order


def _all_distances_form(call: RecordedCall) -> str:
    made, left, right, order = _all_letters(call)
    return f"y{made} = {_length_form(f'(a{left} − b{right})', order)}"


def _row_sent(row: str) -> Form:
    """What the distances send to one of the two tensors."""

    def form(call: RecordedCall) -> str:
        made, left, right, order = _all_letters(call)
        apart, sign = f"a{left} − b{right}", "" if row == "a" else "−"
        slope = f"(a{left} − b{right}) / y{made}" if order == 2 else f"sign({apart})"
        own, over = (left, summed("j")) if row == "a" else (right, summed("i"))
        return f"∂L/∂{row}{own} = {sign}{over} δ{made}·{slope}"

    return form


def _difference_of_rows(call: RecordedCall, index: Index) -> tuple[Part, ...]:
    a, b, _ = _all_apart(call)
    *batch, i, j, m = index
    return (
        product("minuend", a.one("minuend", (*batch, i, m))),
        product("subtrahend", plain("sign", -1.0), b.one("subtrahend", (*batch, j, m))),
    )


def _difference_of_rows_form(call: RecordedCall) -> str:
    made, left, right, _ = _all_letters(call)
    return f"difference{made[:-1]}, m] = a{left} − b{right}"


OPERATIONS = (
    OperationEntry(functions=("normalize",), form=_unit_form, forward=_unit),
    OperationEntry(functions=("cosine_similarity",), form=_cosine_form, forward=_cosine),
    OperationEntry(
        functions=("pairwise_distance",),
        form=_distance_form,
        forward=_distance,
        intermediates=(
            Intermediate(
                name=_DIFFERENCE, symbol="difference", parts=_difference, form=_difference_form
            ),
        ),
    ),
    OperationEntry(
        functions=("cdist",),
        form=_all_distances_form,
        forward=_all_distances,
        intermediates=(
            Intermediate(
                name=_DIFFERENCE,
                symbol="difference",
                parts=_difference_of_rows,
                form=_difference_of_rows_form,
            ),
        ),
        nodes=tuple(
            OperationNode(
                name, (SentGradient("local", _row_sent("a")), SentGradient("local", _row_sent("b")))
            )
            for name in ("CdistBackward0", "EuclideanDistBackward0")
        ),
    ),
)
