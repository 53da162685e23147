"""The terms of a gradient that a node sent: what arrived, times elements or local derivatives."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from backprop_viz.analysis.operations import axes_of, input_role
from backprop_viz.analysis.operations.recorded_call import constant, product
from backprop_viz.capture.explaining.coefficients import FloatArray, Source, source
from backprop_viz.capture.explaining.complex_numbers import is_complex
from backprop_viz.capture.explaining.lookup import Lookup
from backprop_viz.capture.explaining.problems import Problem, Slices, places, unraveled
from backprop_viz.recording.explanations.components import Component, component_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.events import Event

# By what each gradient that arrived is multiplied, where other tensors stand for some inputs.
Columns = Callable[[dict[int, Tensor]], list[Tensor | None]]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """By what a component of what arrived at output ``slot`` of a node is multiplied."""

    slot: int
    component: Component
    tensor: Tensor


class SentTerms:
    """The terms of one element of what a node sent."""

    def __init__(
        self, lookup: Lookup, number: Number, problem: Problem, cut: Slices, role: str
    ) -> None:
        assert number.event is not None
        self._lookup, self._number, self._problem = lookup, number, problem
        self._event = lookup.recording.events[number.event]
        self._cut, self._role = cut, role

    def part(self, column: Column, columns: Columns) -> Part | None:
        """The terms of a column: elements of an input, if they are, times what arrived."""
        values = column.tensor.detach().numpy(force=True)
        mask, local, sign = values != 0, None, 1
        if not mask.any() or (values[mask] != 1).any():
            again = partial(_again, columns, column)
            candidates = _candidates(self._problem.event, self._role)
            found = source(self._problem, column.tensor, again, candidates)
            if found is not None:
                mask, sign = found.mask, found.sign
                local = self._recorded(found, sign * values[mask])
        if not mask.any():
            return None
        upstream = self._upstream(column, mask)
        if local is None:
            local = FactorColumn(self._role, values[mask].astype(np.float64))
        if sign > 0:
            return product("products", upstream, local)
        return product("products", constant("sign", -1.0, len(local.values)), upstream, local)

    def facing(self, column: Column) -> Part | None:
        """Where nothing counts: the element that stands where the number stands, times 0.

        Where torch takes a 0 without a product, what arrived there may be NaN; where it does
        multiply, 0 times an infinite gradient is NaN.
        """
        sent, upstream = self._standing(column)
        if upstream is None:
            return None
        if not (np.isfinite(upstream.values).all() or np.isnan(sent)):
            return Part("value", np.zeros(1))
        return product("products", upstream, FactorColumn(self._role, np.zeros(1)))

    def infinite(self, column: Column) -> Part | None:
        """Of an infinite gradient: the element that stands where it stands, times its slope, ∞.

        None where it is no such. What is differentiated again gives NaN there, as ∞ · 0.
        """
        sent, upstream = self._standing(column)
        if upstream is None or not np.isinf(sent):
            return None
        (came,) = upstream.values
        if not np.isfinite(came) or not came:
            return None
        return product("products", upstream, FactorColumn(self._role, np.array([sent / came])))

    def _standing(self, column: Column) -> tuple[float, FactorColumn | None]:
        """What is sent, and the element that arrived at its place; None of another shape."""
        sent = self._event.outputs[self._number.slot]
        if sent is None or sent.shape != tuple(column.tensor.shape):
            return 0.0, None
        mask = np.zeros(sent.shape, bool)
        mask[self._number.index] = True
        value = float(component_of(sent[self._number.index], self._number.component))
        return value, self._upstream(column, mask)

    def _upstream(self, column: Column, mask: NDArray[np.bool_]) -> FactorColumn:
        array = self._event.inputs[column.slot]
        assert array is not None
        where = unraveled(np.asarray(places(array.shape, self._cut))[mask], array.shape)
        values = component_of(array[tuple(where.T)], column.component)
        return FactorColumn(
            "upstream",
            np.asarray(values, np.float64).reshape(-1),
            self._event.input_ids[column.slot],
            where,
            self._number.event,
            column.slot,
            arrived=True,
            axes=axes_of(self._problem.event, "output", array.ndim),
            component=column.component,
        )

    def _recorded(self, found: Source, values: FloatArray) -> FactorColumn:
        event = self._problem.event
        tensor = event.input_ids[found.place]
        assert tensor is not None
        maker, slot = self._lookup.made.get(tensor, (None, 0))
        role = input_role(event, found.place) if is_complex(event) else self._role
        axes = axes_of(event, role, found.index.shape[1])
        return FactorColumn(
            role,
            values.astype(np.float64),
            tensor,
            found.index,
            maker,
            slot,
            axes=axes,
            component=found.component,
        )


def _again(columns: Columns, column: Column, replacing: dict[int, Tensor]) -> Tensor:
    found = columns(replacing)[column.slot]
    assert found is not None
    part: Tensor = component_of(found, column.component)
    return part


def _candidates(event: Event, role: str) -> list[int]:
    """Which inputs the coefficients may be elements of, the likeliest first."""
    found = range(len(event.input_ids))
    return sorted(found, key=lambda place: input_role(event, place) != role)
