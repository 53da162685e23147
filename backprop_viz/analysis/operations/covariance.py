"""Covariances and correlations: of each pair of rows, the products of their deviations."""

import numpy as np

from backprop_viz.analysis.operations.operation_entry import OperationEntry
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    Places,
    RecordedCall,
    constant,
    product,
)
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.events import Array


def _row(call: RecordedCall, row: int) -> tuple[FactorColumn, Array]:
    """The deviations of a variable from their mean, as a factor and as numbers (K,)."""
    x = call.input
    values = np.asarray(x.array if x.array.ndim < 2 else x.array[row], np.float64).reshape(-1)
    numbers = np.arange(len(values))
    places: Places = numbers.reshape(-1, 1)
    if x.array.ndim == 2:
        places = np.stack([np.full(len(values), row), numbers], axis=1)
    deviations = values - values.mean()
    return x.function("deviation", "x − mean", deviations, places.astype(np.int64)), deviations


def _pair(index: Index) -> tuple[int, int]:
    return (index[0], index[1]) if len(index) == 2 else (0, 0)


def _covariance(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    if call.option("fweights", 99) is not None or call.option("aweights", 99) is not None:
        raise NotRecorded
    (one, _), (other, values) = (_row(call, row) for row in _pair(index))
    divisor = len(values) - float(call.option("correction", 99, 1))
    return (product("products", one, other, constant("share", 1 / divisor, len(values))),)


def _correlation(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    (one, mine), (other, theirs) = (_row(call, row) for row in _pair(index))
    sizes = float(np.sqrt((mine**2).sum() * (theirs**2).sum()))
    return (product("products", one, other, constant("one_over_norm", 1 / sizes, len(mine))),)


OPERATIONS = (
    OperationEntry(
        functions=("cov",),
        form=lambda call: (
            "y[i, j] = Σ (x[i] − mean)·(x[j] − mean) / "
            f"{call.input.shape[-1] - int(call.option('correction', 99, 1))}"
        ),
        forward=_covariance,
        composite=True,
    ),
    OperationEntry(
        functions=("corrcoef",),
        form="y[i, j] = cov[i, j] / √(cov[i, i]·cov[j, j])",
        forward=_correlation,
        composite=True,
    ),
)
