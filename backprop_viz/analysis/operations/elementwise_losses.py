"""Rules for losses that compare two tensors element by element and take the mean or the sum."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from backprop_viz.analysis.operations.axes import default_axes
from backprop_viz.analysis.operations.index_forms import bracket, place_letters, summed
from backprop_viz.analysis.operations.operation_entry import Intermediate
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    Places,
    RecordedCall,
    RecordedTensor,
    constant,
    every_place,
    plain,
    product,
)
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.events import Array


def reduction_of(call: RecordedCall, otherwise: str = "mean") -> str:
    """How a loss is reduced: "mean", "sum", "none", "batchmean".

    Raises NotRecorded where the call says it in the old way, by two flags.
    """
    if call.option("size_average", 99) is not None or call.option("reduce", 99) is not None:
        raise NotRecorded
    found = call.option("reduction", 99, otherwise)
    if not isinstance(found, str):
        raise NotRecorded
    return found


@dataclass(frozen=True, slots=True, eq=False)
class LossElements:
    """The K elements of a loss, of which tensors are read by ``values``: ``places`` (K, d)."""

    shape: tuple[int, ...]
    places: Places

    def of(self, tensor: RecordedTensor) -> Places:
        """Where a tensor that is broadcast to the loss's shape is read."""
        own = self.places[:, self.places.shape[1] - tensor.array.ndim :]
        return np.where(np.array(tensor.shape, np.int64) == 1, 0, own)

    def values(self, tensor: RecordedTensor) -> Array:
        """The tensor's elements (K,) in float64."""
        return np.asarray(tensor.array[tuple(self.of(tensor).T)], np.float64)


def loss_elements(tensors: Sequence[RecordedTensor], reduction: str, index: Index) -> LossElements:
    """The elements that go into a loss of some tensors; one where it is not reduced."""
    shape = np.broadcast_shapes(*(each.shape for each in tensors))
    if reduction == "none":
        return LossElements(shape, np.array([index], np.int64).reshape(1, len(shape)))
    return LossElements(shape, every_place(shape))


def share(reduction: str, shape: Sequence[int], count: int) -> tuple[FactorColumn, ...]:
    """What each element of a loss is multiplied by; nothing where it is only summed."""
    divisor = {"mean": math.prod(shape), "batchmean": shape[0] if shape else 1}.get(reduction)
    return () if divisor is None else (constant("share", 1 / divisor, count),)


# The loss of elements with their targets, and how it is written.
ElementLoss = Callable[[Array, Array], Array]


def loss_part(
    call: RecordedCall,
    index: Index,
    role: str,
    symbol: str,
    loss: ElementLoss,
    weight: RecordedTensor | None = None,
    *,
    reduction: str | None = None,
    of: str = "",
) -> tuple[Part, ...]:
    """One term for each element: its loss, its weight, its share.

    The loss is a function of the input's element, or ``of`` an intermediate value; with
    ``symbol`` "" it is that value.
    """
    reduction = reduction_of(call) if reduction is None else reduction
    x, target = call.tensor("input", 0), call.tensor("target", 1)
    found = loss_elements((x, target), reduction, index)
    values = loss(found.values(x), found.values(target))
    factors = [x.intermediate(of, role, values, found.places, symbol)]
    if not of:
        factors = [x.function(role, symbol, values, found.of(x))]
    if weight is not None:
        factors.append(weight.column("weight", found.of(weight)))
    factors += share(reduction, found.shape, len(values))
    return (product("elements", *factors),)


def _error_parts(call: RecordedCall, index: Index) -> tuple[Part, ...]:
    x, target = call.tensor("input", 0), call.tensor("target", 1)
    return (
        product("output", x.one("output", x.broadcast(index))),
        product("target", plain("sign", -1.0), target.one("target", target.broadcast(index))),
    )


def _error_form(call: RecordedCall) -> str:
    place = bracket(place_letters(call.tensor("input", 0).array.ndim))
    return f"error{place} = x{place} − t{place}"


ERROR = Intermediate(
    name="error", symbol="error", parts=_error_parts, form=_error_form, axes=default_axes
)


def loss_form(call: RecordedCall, element: str, reduction: str | None = None) -> str:
    """The loss in symbols; ``element`` is that of one, with ``[…]``. "" where one is broadcast."""
    reduction = reduction_of(call) if reduction is None else reduction
    shape = call.tensor("input", 0).shape
    if shape != call.tensor("target", 1).shape:
        return ""
    if reduction == "none":
        return f"L[…] = {element}"
    letters = place_letters(len(shape))
    inside = element.replace("[…]", bracket(letters))
    sign = f"{summed(*letters)} " if letters else ""
    return f"L = {sign}{inside}{_divided(reduction, shape)}"


def loss_gradient_form(call: RecordedCall, slope: str, reduction: str | None = None) -> str:
    """What the loss sends to its input; ``slope`` is one element's, with ``[…]``."""
    reduction = reduction_of(call) if reduction is None else reduction
    shape = call.tensor("input", 0).shape
    if shape != call.tensor("target", 1).shape:
        return ""
    upstream = "δ[…]" if reduction == "none" else "δ"
    return f"∂L/∂x[…] = {upstream}·{slope}{_divided(reduction, shape)}"


def _divided(reduction: str, shape: Sequence[int]) -> str:
    divisor = {"mean": math.prod(shape), "batchmean": shape[0] if shape else 1}.get(reduction)
    return "" if divisor is None else f" / {divisor}"


def element_facts(call: RecordedCall, index: Index) -> tuple[RecordedTensor, Index, float, float]:
    """An element of the input of a loss, its place, its value and that of its target.

    Raises NotRecorded where the loss works on another shape.
    """
    x, target = call.tensor("input", 0), call.tensor("target", 1)
    if len(index) != x.array.ndim:
        raise NotRecorded
    return x, index, x.at(index), target.at(target.broadcast(index))
