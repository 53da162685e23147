"""A step of an optimizer's rule that is a mean over a row, a column or all of a parameter."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from backprop_viz.analysis.arithmetic import Arithmetic
from backprop_viz.analysis.operations.recorded_call import constant, every_place, product
from backprop_viz.analysis.update_breakdown import update_terms
from backprop_viz.analysis.update_rules import MeanOf, UpdateTerm
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.events import Array, Event


def mean_part(
    event: Event,
    options: Mapping[str, Any],
    number: Number,
    term: UpdateTerm,
    mean: MeanOf,
    maker: int | None,
) -> Part:
    """Its terms: each element that goes into it, times its share. Raises NotReplayed.

    ``maker`` is the event that made what it is a mean of. The root of a mean, W = √(Σ w² / n), is
    Σ w·w / (n·W).
    """
    tensor, array = _source(event, options, mean)
    places = every_place(array.shape)
    index = number.index or (0,) * array.ndim
    for axis, (place, size) in enumerate(zip(index, array.shape, strict=True)):
        if mean.axis is not None and axis != array.ndim + mean.axis:
            places = places[places[:, axis] == min(place, size - 1)]
    values = np.asarray(array[tuple(places.T)], np.float64)
    role = {"row_var": "R", "col_var": "C"}.get(mean.of, mean.of)
    column = FactorColumn(role, values)
    if tensor is not None:
        column = FactorColumn(role, values, tensor, places, maker)
    count, whole = len(values), float(np.asarray(term.value))
    name, share = f"1/{count}", 1 / count
    if mean.rooted:
        name, share = f"1/({count}·{term.symbol})", share / whole if whole else 0.0
    factors = (column, column) if mean.squared else (column,)
    return product("products", *factors, constant(name, share, count))


def _source(event: Event, options: Mapping[str, Any], mean: MeanOf) -> tuple[int | None, Array]:
    """The numbers, and the recorded tensor that they are; None of steps of the rule."""
    weight, grad = event.input_ids
    recorded = {"w": weight, "grad": grad} | {k: after for k, (_, after) in event.state_ids.items()}
    tensor = recorded.get(mean.of)
    if tensor is not None:
        return tensor, event.tensors[tensor]
    steps = update_terms(event, options, Arithmetic())
    found = next((term.value for term in steps if term.symbol == mean.of), None)
    if found is None:
        raise NotReplayed("no_update_rule", event.op)
    return None, np.asarray(found)
