"""A sum of products that is NaN: which products they are, when none of them tells."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np

from backprop_viz.analysis.operations.recorded_call import product
from backprop_viz.recording.explanations.components import component_of
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.tensors import TensorTable

# Operations whose products are of the same places whatever numbers are there.
_PRODUCTS = frozenset(
    {
        *("linear", "matmul", "mm", "bmm", "mv", "dot", "addmm", "addmv", "baddbmm", "addbmm"),
        *("einsum", "tensordot", "inner", "outer", "bilinear", "rmatmul"),
        *("conv1d", "conv2d", "conv3d"),
        *("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"),
    }
)
Parts = Iterable[Part]


def is_broken_sum(event: Event, value: float) -> bool:
    """Whether a number is NaN that such an operation has made of its sum of products."""
    name = "" if event.call is None else event.call.name.strip("_")
    return bool(np.isnan(value)) and name in _PRODUCTS and None not in event.input_ids


def broken_parts(event: Event, parts_of: Callable[[Event], Parts]) -> tuple[Part, ...]:
    """The terms of an element of it, of the recorded numbers: 0 · inf is one that is NaN.

    Which numbers meet is found by ``parts_of`` for others in their place, none of them 0 or inf.
    """
    table, generator = TensorTable(), np.random.default_rng(0)
    back: dict[int, int] = {}
    for tensor in event.input_ids:
        if tensor is not None:
            back[table.add(_others(event.tensors[tensor], generator))] = tensor
    stands_in = replace(event, tensors=table, input_ids=tuple(back))
    parts = [
        product(part.name, *(_recorded(event, column, back) for column in part.factors))
        for part in parts_of(stands_in)
    ]
    return tuple(part.only(np.flatnonzero(part.values != 0)) for part in parts)


def _others(array: Array, generator: np.random.Generator) -> Array:
    if array.dtype.kind != "f":
        return array.copy()
    return np.asarray(generator.uniform(0.5, 1.5, array.shape)).astype(array.dtype)


def _recorded(event: Event, column: FactorColumn, back: Mapping[int, int]) -> FactorColumn:
    tensor = None if column.tensor is None else back[column.tensor]
    if tensor is None or column.indices is None:
        return column
    array = event.tensors[tensor][tuple(column.indices.T)]
    values = np.asarray(component_of(array, column.component), np.float64)
    return replace(column, tensor=tensor, values=values, event=None, slot=0)
