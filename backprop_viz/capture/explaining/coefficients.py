"""By what each element is multiplied, and which element of another tensor that is."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from backprop_viz.capture.explaining.problems import Problem, places, unraveled
from backprop_viz.capture.explaining.replay import NotReplayed

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.int64]
# Coefficients, as they come out if an input is replaced by another tensor.
Again = Callable[[dict[int, Tensor]], Tensor]

_FRACTION_BITS = 20
_FRACTIONS = 2**_FRACTION_BITS


def source(
    problem: Problem, coefficients: Tensor, again: Again, candidates: Sequence[int]
) -> tuple[int, NDArray[np.bool_], IndexArray] | None:
    """Of which input the coefficients are elements: its place, where they are any, and their index.

    For an operation that multiplies one input by another, each coefficient is an element of the
    other. With that replaced by numbers that name their own index, the coefficients come out as
    these names: no operation's rule for indices is needed. ``coefficients`` are those of the
    problem, ``again`` reckons them anew. The indices (K, d) are those of the whole input, for the K
    places where the mask, of the coefficients' shape, is True. None if they are no elements.
    """
    values = coefficients.detach().numpy(force=True)
    for place in candidates:
        array = problem.event.inputs[place]
        if array is None or array.dtype.kind != "f":
            continue
        flat = places(array.shape, problem.inputs[place])
        try:
            named = again({place: torch.from_numpy(np.asarray(_names(flat)))})
        except (RuntimeError, NotReplayed):
            continue
        found = named.detach().numpy(force=True)
        mask = found != 0
        if not mask.any() or (values[~mask] != 0).any():
            continue
        index = _index_of(found[mask])
        if index is None or index.max() >= array.size:
            continue
        if np.array_equal(array.reshape(-1)[index].astype(np.float64), values[mask]):
            return place, mask, unraveled(index, array.shape)
    return None


def _names(index: IndexArray) -> FloatArray:
    """A number that names an index: 1 more, and a fraction that is drawn from the index.

    The fraction tells a name from a sum of names.
    """
    return index + 1 + _fraction(index)


def _index_of(names: FloatArray) -> IndexArray | None:
    """The indices; None if a number is no name."""
    if not np.isfinite(names).all() or (names < 1).any() or names.max() > 2**52 / _FRACTIONS:
        return None
    index = np.floor(names).astype(np.int64) - 1
    return index if np.array_equal(names, _names(index)) else None


def _fraction(index: IndexArray) -> FloatArray:
    # Knuth's multiplicative hash; never 0.
    mixed = (index * 2654435761 + 0x9E3779B9) & 0xFFFFFFFF
    fraction: FloatArray = ((mixed >> (32 - _FRACTION_BITS)) | 1) / _FRACTIONS
    return fraction
