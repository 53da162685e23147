"""Matrices taken apart: QR, Cholesky, LU, eigenvectors and singular vectors.

Each element is written as the algorithm of the textbook has it: by the matrix and by what stands
beside it in the factors (G. H. Golub, C. F. Van Loan, *Matrix Computations*, 4th ed., 2013: 5.2.7
for QR, 4.2.4 for Cholesky, 3.2 for LU), or by what defines it: A·v = λ·v, A·v = σ·u, A⁺·A·A⁺ = A⁺.
"""

import numpy as np

from backprop_viz.analysis.operations.operation_entry import OperationEntry
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
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part


def _row(batch: Index, row: int, count: int) -> Places:
    """The first places (K, d) of a row of a matrix."""
    return _places(batch, np.full(count, row), np.arange(count))


def _column(batch: Index, column: int, count: int) -> Places:
    """The first places (K, d) of a column of a matrix."""
    return _places(batch, np.arange(count), np.full(count, column))


def _places(batch: Index, rows: Places, columns: Places) -> Places:
    first = np.broadcast_to(np.array(batch, np.int64), (len(rows), len(batch)))
    return np.concatenate([first, rows[:, None], columns[:, None]], axis=1).astype(np.int64)


def _zero() -> tuple[Part, ...]:
    """What lies on the other side of a triangle's diagonal."""
    return (product("value", plain("value", 0.0)),)


def _less_products(
    element: FactorColumn, left: FactorColumn, right: FactorColumn, over: FactorColumn | None
) -> tuple[Part, ...]:
    """(x − Σₖ left·right) / divisor; ``over`` is 1 / divisor, None where that is 1."""
    count = len(left.values)
    divided = () if over is None else (over,)
    many = () if over is None else (_repeated(over, count),)
    first = product("element", element, *divided)
    return (first, product("products", constant("sign", -1.0, count), left, right, *many))


def _repeated(column: FactorColumn, count: int) -> FactorColumn:
    """A factor of one term as the same factor of ``count`` terms."""
    assert column.indices is not None
    assert column.tensor is not None
    indices = np.repeat(column.indices, count, axis=0)
    values = np.repeat(column.values, count)
    return FactorColumn(column.role, values, column.tensor, indices, function=column.function)


def _one_over(tensor: RecordedTensor, place: Index) -> FactorColumn:
    """1 / x of one element. Raises NotRecorded where it is 0."""
    value = tensor.at(place)
    if not value:
        raise NotRecorded
    return tensor.function("one_over_divisor", "1/x", [1 / value], [place])


def _is_of_linalg(call: RecordedCall) -> bool:
    """Whether it is torch.linalg's: ``torch.svd`` and ``torch.lu`` hand out other tensors."""
    return call.event.call is not None and "linalg" in call.event.call.function


# -- QR ----------------------------------------------------------------------------------------


def _qr(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    x, q, r = call.input, call.output(0), call.output(1)
    *batch, i, j = index
    at = tuple(batch)
    if not q.array.size:  # mode="r"
        raise NotRecorded
    if slot == 1:
        if i > j:
            return _zero()
        count = x.shape[-2]
        own = q.column("factor", _column(at, i, count))
        return (product("products", own, x.column("element", _column(at, j, count))),)
    if j >= x.shape[-1]:  # mode="complete": any basis of the rest
        raise NotRecorded
    left, right = q.column("factor", _row(at, i, j)), r.column("factor", _column(at, j, j))
    return _less_products(x.one("element", index), left, right, _one_over(r, (*at, j, j)))


# -- Cholesky ----------------------------------------------------------------------------------


def _cholesky(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    """Of the upper factor the same, with rows and columns exchanged."""
    if slot:
        raise NotRecorded
    x, made, upper = call.input, call.output(), bool(call.option("upper", 1, False))
    *batch, i, j = index
    at, cells = tuple(batch), _column if upper else _row
    i, j = (j, i) if upper else (i, j)
    if i < j:
        return _zero()
    left, right = (made.column("factor", cells(at, row, j)) for row in (i, j))
    return _less_products(x.one("element", index), left, right, _one_over(made, (*at, j, j)))


# -- LU ----------------------------------------------------------------------------------------


def _lu(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    x, order, lower, upper = call.input, *(call.output(place) for place in range(3))
    *batch, i, j = index
    at = tuple(batch)
    if slot == 0 or not _is_of_linalg(call):
        raise NotRecorded
    if (slot == 1 and i < j) or (slot == 2 and i > j):
        return _zero()
    if slot == 1 and i == j:
        return (product("value", plain("one", 1.0)),)
    # Row i of L·U is the row of the matrix that the permutation has put there.
    row = int(order.array[at][:, i].argmax()) if order.array.size else i
    count = j if slot == 1 else i
    left = lower.column("factor", _row(at, i, count))
    right = upper.column("factor", _column(at, j, count))
    over = _one_over(upper, (*at, j, j)) if slot == 1 else None
    return _less_products(x.one("element", (*at, row, j)), left, right, over)


# -- eigenvectors and singular vectors ---------------------------------------------------------


def _symmetric(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...] | None:
    """An eigenvector's element: Σₖ x[i, k]·v[k, j] / λ[j]. Eigenvalues are left to the engine."""
    if slot == 0:
        return None
    x, values, vectors = call.input, call.output(0), call.output(1)
    *batch, i, j = index
    at, count = tuple(batch), x.shape[-1]
    # Only one triangle of the matrix is read.
    places = _row(at, i, count)
    ends = np.sort(places[:, -2:], axis=1)
    places[:, -2:] = ends if call.option("UPLO", 1, "L") in ("U", "u") else ends[:, ::-1]
    over = _repeated(_one_over(values, (*at, j)), count)
    own = vectors.column("factor", _column(at, j, count))
    return (product("products", x.column("element", places), own, over),)


def _singular(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...] | None:
    """Σₖ x[i, k]·v[j, k] / σ[j], and the same of the other side."""
    if slot == 1:
        return None
    x, left, values, right = call.input, *(call.output(place) for place in range(3))
    *batch, i, j = index
    at = tuple(batch)
    nr = j if slot == 0 else i
    if nr >= values.shape[-1] or not _is_of_linalg(call):  # any basis of the rest
        raise NotRecorded
    count = x.shape[-1] if slot == 0 else x.shape[-2]
    over = _repeated(_one_over(values, (*at, nr)), count)
    if slot == 0:
        mine, other = _row(at, i, count), right.column("factor", _row(at, nr, count))
    else:
        mine, other = _column(at, j, count), left.column("factor", _column(at, nr, count))
    return (product("products", x.column("element", mine), other, over),)


# -- the inverse of any matrix -------------------------------------------------------------------


def _pseudo_inverse(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    """y = y·x·y: Σₖₗ y[i, k]·x[k, l]·y[l, j]."""
    x, made = call.input, call.output()
    *batch, i, j = index
    rows, columns = (each.reshape(-1) for each in np.indices(x.shape[-2:], np.int64))
    at = tuple(batch)
    left = made.column("factor", _places(at, np.full(len(rows), i), rows))
    right = made.column("factor", _places(at, columns, np.full(len(rows), j)))
    return (product("products", left, x.column("element", _places(at, rows, columns)), right),)


OPERATIONS = (
    OperationEntry(
        functions=("qr", "linalg_qr"), form=("Q = x·R⁻¹", "R = Qᵀ·x"), forward=_qr, composite=True
    ),
    OperationEntry(
        functions=("cholesky", "linalg_cholesky", "linalg_cholesky_ex"),
        form=lambda call: "yᵀ·y = x" if call.option("upper", 1, False) else "y·yᵀ = x",
        forward=_cholesky,
    ),
    OperationEntry(functions=("lu", "linalg_lu"), form=("", "x = P·L·U", "x = P·L·U"), forward=_lu),
    OperationEntry(
        functions=("eigh", "linalg_eigh"), form=("λ = vᵀ·x·v", "v = x·v / λ"), forward=_symmetric
    ),
    OperationEntry(
        functions=("pinv", "pinverse", "linalg_pinv"),
        form="y = y·x·y",
        forward=_pseudo_inverse,
        composite=True,
    ),
    OperationEntry(
        functions=("svd", "linalg_svd"),
        form=("u = x·v / σ", "σ = uᵀ·x·v", "v = xᵀ·u / σ"),
        forward=_singular,
    ),
)
