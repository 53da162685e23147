"""Determinant, inverse and powers of a matrix, by Laplace's expansion along the first row."""

import math

import numpy as np

from backprop_viz.analysis.operations.operation_entry import Intermediate, OperationEntry
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    RecordedCall,
    plain,
    product,
)
from backprop_viz.recording.explanations.number_explanation import Part
from backprop_viz.recording.trace.events import Array

_DETERMINANT, _COFACTOR = "determinant", "cofactor"
# A cofactor is a determinant of its own: of more rows they take long, and are nothing to read.
_MOST = 32
_TERMS = 20  # of a series whose terms become less than half as large each time


def _matrix(call: RecordedCall, batch: Index) -> Array:
    """The square matrix (n, n) in float64. Raises NotRecorded for a large one."""
    found = np.asarray(call.input.array[batch], np.float64)
    if not 0 < len(found) <= _MOST:
        raise NotRecorded
    return found


def _cofactor(matrix: Array, row: int, column: int) -> float:
    """(−1)^(row + column) times the determinant without that row and column."""
    minor = np.delete(np.delete(matrix, row, 0), column, 1)
    return float((-1) ** (row + column) * np.linalg.det(minor))


def _expansion(call: RecordedCall, batch: Index) -> tuple[Part, ...]:
    """Σₖ x[0, k]·C[0, k]."""
    matrix = _matrix(call, batch)
    places = np.array([(*batch, 0, k) for k in range(len(matrix))], np.int64)
    cofactors = [_cofactor(matrix, 0, k) for k in range(len(matrix))]
    column = call.input.intermediate(_COFACTOR, _COFACTOR, cofactors, places)
    return (product("products", call.input.column("element", places), column),)


def _expansion_of_minor(call: RecordedCall, index: Index) -> tuple[Part, ...]:
    """A cofactor: the same of what is left without its row and column."""
    *first, row, column = index
    batch = tuple(first)
    matrix = _matrix(call, batch)
    rows, columns = (np.delete(np.arange(len(matrix)), place) for place in (row, column))
    if not len(rows):
        return (product("value", plain("one", 1.0)),)
    minor, sign = matrix[np.ix_(rows, columns)], float((-1) ** (row + column))
    places = np.array([(*batch, rows[0], k) for k in columns], np.int64)
    others = [sign * _cofactor(minor, 0, k) for k in range(len(columns))]
    return (
        product("products", call.input.column("element", places), plain("coefficient", *others)),
    )


def _determinant_of(call: RecordedCall, batch: Index) -> float:
    return math.fsum(float(part.values.sum()) for part in _expansion(call, batch))


def _determinant(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    return _expansion(call, index)


def _log_determinant(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    """ln det, of ``slogdet`` first the sign and then ln |det|."""
    name = "" if call.event.call is None else call.event.call.name
    determinant = _determinant_of(call, index)
    if not determinant:
        raise NotRecorded
    symbol, value = "ln(x)", math.log(determinant if name == "logdet" else abs(determinant))
    if name != "logdet":
        symbol = "ln(|x|)"
        if slot == 0:
            symbol, value = "sign(x)", math.copysign(1.0, determinant)
    return (
        product(
            "value", call.input.intermediate(_DETERMINANT, _DETERMINANT, [value], [index], symbol)
        ),
    )


def _inverse(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    """C[j, i] / det."""
    *first, i, j = index
    batch = tuple(first)
    cofactor = _cofactor(_matrix(call, batch), j, i)
    over = 1 / _determinant_of(call, batch)
    x = call.input
    return (
        product(
            "value",
            x.intermediate(_COFACTOR, _COFACTOR, [cofactor], [(*batch, j, i)]),
            x.intermediate(_DETERMINANT, "one_over_divisor", [over], [batch], "1 / x"),
        ),
    )


def _power(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...] | None:
    """Σₖ x[i, k]·(xⁿ⁻¹)[k, j]."""
    power = int(call.option("n", 1))
    if power < 2:
        return None
    *first, i, j = index
    batch = tuple(first)
    matrix = np.asarray(call.input.array[batch], np.float64)
    places = np.array([(*batch, i, k) for k in range(len(matrix))], np.int64)
    others = np.linalg.matrix_power(matrix, power - 1)[:, j]
    return (
        product("products", call.input.column("element", places), plain("coefficient", *others)),
    )


def _exponential(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    """exp(x) = 1 + x·φ(x), with φ(x) = Σₙ xⁿ / (n + 1)!: Σₖ x[i, k]·φ[k, j], and 1 if i = j."""
    *first, i, j = index
    batch = tuple(first)
    matrix = _matrix(call, batch)
    count = len(matrix)
    # exp of [[x, 1], [0, 0]] is [[exp(x), φ(x)], [0, 1]].
    both = np.zeros((2 * count, 2 * count))
    both[:count, :count], both[:count, count:] = matrix, np.eye(count)
    others = _series(both)[:count, count + j]
    places = np.array([(*batch, i, k) for k in range(count)], np.int64)
    terms = product("products", call.input.column("element", places), plain("coefficient", *others))
    return (terms, product("value", plain("one", 1.0))) if i == j else (terms,)


def _series(matrix: Array) -> Array:
    """exp of a matrix by its series, for a small part of it, squared again and again."""
    halvings = max(0, math.ceil(math.log2(max(float(np.abs(matrix).sum(1).max()), 1.0))) + 1)
    small = matrix / 2**halvings
    term = found = np.eye(len(matrix))
    for n in range(1, _TERMS):
        term = term @ small / n
        found = found + term
    for _ in range(halvings):
        found = found @ found
    return np.asarray(found)


_INSIDE = (
    Intermediate(name=_DETERMINANT, symbol="det", form="d = det(x)", parts=_expansion),
    Intermediate(
        name=_COFACTOR, symbol="C", form="C = det of what is left", parts=_expansion_of_minor
    ),
)

OPERATIONS = (
    OperationEntry(
        functions=("det", "linalg_det"),
        form="y = det(x)",
        forward=_determinant,
        intermediates=_INSIDE,
    ),
    OperationEntry(
        functions=("logdet",),
        form="y = ln(det(x))",
        forward=_log_determinant,
        intermediates=_INSIDE,
    ),
    OperationEntry(
        functions=("slogdet", "linalg_slogdet"),
        form=("y = sign(det(x))", "y = ln(|det(x)|)"),
        forward=_log_determinant,
        intermediates=_INSIDE,
    ),
    OperationEntry(
        functions=("inverse", "inv", "linalg_inv"),
        form="y = x⁻¹",
        forward=_inverse,
        intermediates=_INSIDE,
    ),
    OperationEntry(
        functions=("matrix_power", "linalg_matrix_power"),
        form=lambda call: f"y = x^{int(call.option('n', 1))}",
        forward=_power,
    ),
    OperationEntry(
        functions=("matrix_exp", "linalg_matrix_exp"), form="y = exp(x)", forward=_exponential
    ),
)
