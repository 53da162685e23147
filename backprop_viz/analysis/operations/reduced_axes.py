"""Which elements go into an element of a sum, a mean, a norm: those along the reduced axes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop_viz.analysis.operations.index_forms import bracket, place_letters, summed
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    Places,
    RecordedTensor,
    every_place,
)
from backprop_viz.recording.trace.events import Array


@dataclass(frozen=True, slots=True, eq=False)
class ReducedElements:
    """K elements of a tensor that are reduced to one; ``places`` (K, d)."""

    tensor: RecordedTensor
    places: Places

    @property
    def values(self) -> Array:
        """The elements (K,) in float64."""
        return np.asarray(self.tensor.array[tuple(self.places.T)], np.float64)


def reduced_elements(
    tensor: RecordedTensor, dims: Any, index: Index, *, keepdim: bool
) -> ReducedElements:
    """The elements along ``dims`` (None: all) that go into an element of what is made of them."""
    ndim = tensor.array.ndim
    axes = _axes(dims, ndim)
    others = [axis for axis in range(ndim) if axis not in axes]
    own = [index[axis] for axis in others] if keepdim else list(index)
    inner = every_place([tensor.shape[axis] for axis in axes])
    places = np.empty((len(inner), ndim), np.int64)
    places[:, axes] = inner
    places[:, others] = own
    return ReducedElements(tensor, places)


@dataclass(frozen=True, slots=True)
class ReducedForm:
    """How formulas write what is reduced along some axes: ``y[n] = Σₖ x[n, k]``.

    ``made`` and ``read`` are the places of an element of the result and of one of the ``count``
    that go into it; ``axes`` the subscript of a sum or product over these. All are empty where
    everything is reduced to one number.
    """

    made: str
    read: str
    axes: str
    count: int


def reduced_form(tensor: RecordedTensor, dims: Any, *, keepdim: bool) -> ReducedForm:
    """How it is written that ``dims`` of a tensor (None: all) are reduced."""
    shape, letters = tensor.shape, place_letters(tensor.array.ndim)
    axes = _axes(dims, len(shape))
    count = int(np.prod([shape[axis] for axis in axes]))
    if len(axes) == len(shape) and not (keepdim and shape):
        return ReducedForm("", "", "", count)
    kept = dict.fromkeys(axes, "0") if keepdim else {}
    made = [kept.get(axis, letter) for axis, letter in enumerate(letters)]
    made = [letter for axis, letter in enumerate(made) if keepdim or axis not in axes]
    over = summed(*(letters[axis] for axis in axes)).removeprefix("Σ")
    return ReducedForm(bracket(made), bracket(letters), over, count)


def _axes(dims: Any, ndim: int) -> list[int]:
    if dims is None or (isinstance(dims, Sequence) and not dims):
        return list(range(ndim))
    wanted = dims if isinstance(dims, list | tuple) else (dims,)
    return sorted({int(dim) % max(1, ndim) for dim in wanted} & set(range(ndim)))
