"""The factor of each element, and which element of another tensor that factor is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from backprop_viz.capture.explaining.problems import Problem, places, unraveled
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.recording.explanations.components import Component, component_of
from backprop_viz.recording.trace.events import Array

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.int64]
# Coefficients, as they come out if an input is replaced by another tensor.
Again = Callable[[dict[int, Tensor]], Tensor]

_FRACTION_BITS = 20
_FRACTIONS = 2**_FRACTION_BITS


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Coefficients that are elements of an input, times ``sign``.

    ``place`` is the input's. ``mask``, of the coefficients' shape, is True where there are any;
    ``index`` (K, d) are the elements' indices in the whole input. ``component``: of complex
    elements they are the real or the imaginary parts.
    """

    place: int
    mask: NDArray[np.bool_]
    index: IndexArray
    component: Component = ""
    sign: int = 1


def source(
    problem: Problem, coefficients: Tensor, again: Again, candidates: Sequence[int]
) -> Source | None:
    """Of which input the coefficients are elements; None if they are no elements.

    For an operation that multiplies one input by another, each coefficient is an element of the
    other. With that replaced by numbers that name their own index, the coefficients come out as
    these names: no operation's rule for indices is needed. ``coefficients`` are those of the
    problem, ``again`` reckons them anew; both are real.
    """
    values = coefficients.detach().numpy(force=True)
    for place in candidates:
        array = problem.event.inputs[place]
        if array is None or array.dtype.kind not in "fc":
            continue
        flat = places(array.shape, problem.inputs[place])
        try:
            named = again({place: _named(array, flat)})
        except (RuntimeError, NotReplayed):
            continue
        found = named.detach().numpy(force=True)
        mask = found != 0
        if not mask.any() or (values[~mask] != 0).any():
            continue
        told = _complex_source if array.dtype.kind == "c" else _real_source
        origin = told(array, found[mask], values[mask])
        if origin is not None:
            index, component, sign = origin
            return Source(place, mask, unraveled(index, array.shape), component, sign)
    return None


def _named(array: Array, flat: IndexArray) -> Tensor:
    """Numbers that name their own place in an array; imaginary parts come after the real ones."""
    if array.dtype.kind == "f":
        return torch.from_numpy(np.asarray(_names(flat)))
    return torch.from_numpy(np.asarray(_names(flat) + 1j * _names(flat + array.size)))


def _real_source(
    array: Array, names: FloatArray, values: FloatArray
) -> tuple[IndexArray, Component, int] | None:
    index = _index_of(names)
    if index is None or index.max() >= array.size:
        return None
    same = np.array_equal(array.reshape(-1)[index].astype(np.float64), values)
    return (index, "", 1) if same else None


def _complex_source(
    array: Array, names: FloatArray, values: FloatArray
) -> tuple[IndexArray, Component, int] | None:
    """The same of real or of imaginary parts, all of which may have the other sign."""
    sign = -1 if (names < 0).all() else 1
    index = _index_of(sign * names)
    if index is None or index.max() >= 2 * array.size:
        return None
    if (index >= array.size).any() and (index < array.size).any():
        return None
    component: Component = "imag" if index[0] >= array.size else "real"
    index = index % array.size
    elements = component_of(array.reshape(-1)[index], component).astype(np.float64)
    return (index, component, sign) if np.array_equal(sign * elements, values) else None


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
