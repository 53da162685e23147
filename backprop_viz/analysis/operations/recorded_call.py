"""A recorded call as a rule reads it: its arguments by name, its tensors with their ids."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.calls import TensorPlace
from backprop_viz.recording.trace.events import Array, Event

Index = tuple[int, ...]
Places = NDArray[np.int64]


class NotRecorded(Exception):  # noqa: N818 - no error: the rule just has nothing to say
    """What a rule needs is not in the recording."""


@dataclass(frozen=True, slots=True, eq=False)
class RecordedTensor:
    """A tensor that a call read or made: its id in the recording's table, and its numbers."""

    id: int
    array: Array

    @property
    def shape(self) -> tuple[int, ...]:
        """torch's shape."""
        return self.array.shape

    def at(self, index: Index = ()) -> float:
        """One element, in float64."""
        return float(self.array[index])

    def number(self, index: Index = ()) -> Number:
        """One element as a number of the recording; the engine adds the event that made it."""
        return Number(self.id, tuple(int(i) for i in index))

    def column(self, role: str, places: Places) -> FactorColumn:
        """The elements at K ``places`` (K, d) as a factor of K terms."""
        values = np.asarray(self.array[tuple(places.T)], np.float64)
        if not self.array.ndim:  # its one element, for each of the terms
            values = np.full(len(places), values)
        return FactorColumn(role, values, self.id, places)

    def one(self, role: str, index: Index = ()) -> FactorColumn:
        """One element as a factor of one term."""
        return self.column(role, np.array([index], np.int64).reshape(1, len(index)))

    def function(
        self, role: str, symbol: str, values: Any, places: Places | Sequence[Index]
    ) -> FactorColumn:
        """A function of the elements at K ``places`` as a factor of K terms; ``values`` (K,)."""
        found = np.asarray(places, np.int64).reshape(len(places), self.array.ndim)
        column = np.asarray(values, np.float64).reshape(-1)
        return FactorColumn(role, column, self.id, found, function=symbol)

    def intermediate(
        self,
        name: str,
        role: str,
        values: Any,
        places: Places | Sequence[Index],
        function: str = "",
    ) -> FactorColumn:
        """Intermediate values that the call computes of this tensor, as a factor of K terms.

        ``places`` (K, d) are their indices, ``values`` (K,); with a ``function``, its values.
        """
        found = np.asarray(places, np.int64)
        found = found.reshape(len(places), found.shape[-1] if found.ndim > 1 else 0)
        column = np.asarray(values, np.float64).reshape(-1)
        return FactorColumn(role, column, self.id, found, function=function, intermediate=name)

    def broadcast(self, index: Index) -> Index:
        """The element that meets element ``index`` of what the tensor is broadcast to."""
        own = index[len(index) - self.array.ndim :] if self.array.ndim else ()
        return tuple(0 if n == 1 else i for i, n in zip(own, self.shape, strict=True))


class RecordedCall:
    """The call of a forward or loss event. Raises NotRecorded for what was not copied."""

    def __init__(self, event: Event) -> None:
        self.event = event

    def option(self, name: str, place: int, otherwise: Any = None) -> Any:
        """A plain argument by its name, or by its place from 0 where it was given by place.

        Raises NotRecorded where the call is not recorded.
        """
        if self.event.call is None:
            raise NotRecorded
        return self.event.call.argument(name, place, otherwise)

    def tensor(self, name: str, place: int) -> RecordedTensor:
        """A tensor argument. Raises NotRecorded where there is none."""
        found = self.operand(name, place)
        if not isinstance(found, RecordedTensor):
            raise NotRecorded
        return found

    def tensor_or_none(self, name: str, place: int) -> RecordedTensor | None:
        """A tensor argument; None where the call gives none."""
        found = self.operand(name, place)
        return found if isinstance(found, RecordedTensor) else None

    def operand(self, name: str, place: int, otherwise: Any = None) -> Any:
        """An argument that is a tensor or a number."""
        found = self.option(name, place, otherwise)
        return self.read(found.place) if isinstance(found, TensorPlace) else found

    @property
    def input(self) -> RecordedTensor:
        """The first tensor that the function read."""
        return self.read(0)

    def output(self, slot: int = 0) -> RecordedTensor:
        """What the function made."""
        return _tensor(self.event, self.event.output_ids[slot])

    def read(self, place: int) -> RecordedTensor:
        """The tensor at a place of what the function read."""
        return _tensor(self.event, self.event.input_ids[place])


class RecordedNode:
    """A grad_fn node that ran, and the call that made it. What arrived has ``arrived`` set.

    ``reads``: of each gradient that it sends, the tensor whose gradient it is, where that is a
    parameter.
    """

    def __init__(self, event: Event, call: RecordedCall, reads: Sequence[int | None] = ()) -> None:
        self.event, self.call, self.reads = event, call, reads

    def arrived(self, slot: int = 0) -> RecordedTensor:
        """The gradient that arrived at an output. Raises NotRecorded for what was not copied."""
        return _tensor(self.event, self.event.input_ids[slot])

    def upstream(self, places: Places) -> FactorColumn:
        """Elements (K, d) of the gradient that arrived, as a factor of K terms."""
        return self.upstream_of(0, places)

    def upstream_of(self, slot: int, places: Places) -> FactorColumn:
        """The same of what arrived at another of its outputs."""
        column = self.arrived(slot).column("upstream", places)
        return replace(column, slot=slot, arrived=True)

    def intermediate(
        self, name: str, role: str, values: Any, places: Places | Sequence[Index]
    ) -> FactorColumn:
        """Values that the node computes on its way, as a factor of K terms."""
        slot = next((i for i, each in enumerate(self.event.input_ids) if each is not None), 0)
        return replace(self.arrived(slot).intermediate(name, role, values, places), arrived=True)


def _tensor(event: Event, tensor: int | None) -> RecordedTensor:
    if tensor is None:
        raise NotRecorded
    return RecordedTensor(tensor, event.tensors[tensor])


def every_place(shape: Sequence[int]) -> Places:
    """All places (K, d) in an array, in order."""
    places = np.indices(tuple(shape), np.int64)
    return np.ascontiguousarray(places.reshape(len(shape), math.prod(shape)).T)


def plain(role: str, *values: float) -> FactorColumn:
    """A factor that is no recorded number, one value for each of K terms."""
    return FactorColumn(role, np.array(values, np.float64))


def constant(role: str, value: float, count: int) -> FactorColumn:
    """A factor that is the same in each of K terms."""
    return FactorColumn(role, np.full(count, value, np.float64))


def product(name: str, *factors: FactorColumn) -> Part:
    """K terms, each the product of its factors."""
    values = np.ones(len(factors[0].values))
    with np.errstate(invalid="ignore", over="ignore"):  # as torch, which warns of no 0·inf
        for factor in factors:
            values = values * factor.values
    return Part(name, values, factors)
