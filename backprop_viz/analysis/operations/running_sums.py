"""Sums along an axis up to each place: of exponentials, in their logarithm."""

import numpy as np

from backprop_viz.analysis.operations.log_sums import LONG_LIST, exponentials, log_sum
from backprop_viz.analysis.operations.operation_entry import (
    Intermediate,
    OperationEntry,
    OperationNode,
)
from backprop_viz.analysis.operations.recorded_call import Index, Places, RecordedCall, product
from backprop_viz.analysis.operations.softmax_inside import EXPONENTIAL_SUM, shift_of
from backprop_viz.recording.explanations.number_explanation import Fact, Part
from backprop_viz.recording.trace.events import Array


def _up_to(call: RecordedCall, index: Index) -> tuple[Places, Array]:
    """The places (K, d) of the elements up to one along the axis, and their values (K,)."""
    x = call.input
    if not x.array.ndim:
        return np.zeros((1, 0), np.int64), np.array([x.at()])
    axis = int(call.option("dim", 1)) % x.array.ndim
    places = np.repeat(np.array([index], np.int64), index[axis] + 1, axis=0)
    places[:, axis] = np.arange(index[axis] + 1)
    return places, np.asarray(x.array[tuple(places.T)], np.float64)


def _log_of_sum(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    places, values = _up_to(call, index)
    shift = shift_of(values)
    log = log_sum(values - shift) if np.isfinite(shift) else log_sum(values)
    found = call.input.intermediate(EXPONENTIAL_SUM, "log_sum", [log], [index], "ln(x)")
    if not shift:
        return (product("value", found),)
    top = call.input.one("largest_logit", tuple(map(int, places[int(values.argmax())])))
    return product("log_sum", found), product("shift", top)


def _terms(call: RecordedCall, index: Index) -> tuple[Part, ...]:
    places, values = _up_to(call, index)
    shift = shift_of(values)
    symbol = f"exp(x − {shift:.6g})" if shift else "exp(x)"
    column = call.input.function("exp", symbol, np.exp(values - shift), places)
    return (product("exponentials", column),)


def _facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    _, values = _up_to(call, index)
    return exponentials(values) if len(values) <= LONG_LIST else ()


OPERATIONS = (
    OperationEntry(
        functions=("logcumsumexp",),
        roles=("logit",),
        form="yᵢ = ln(Σ exp(x[:i + 1]))",
        forward=_log_of_sum,
        facts=_facts,
        intermediates=(
            Intermediate(
                name=EXPONENTIAL_SUM, symbol="Σ exp", form="sᵢ = Σ exp(x[:i + 1])", parts=_terms
            ),
        ),
        nodes=(OperationNode("LogcumsumexpBackward0"),),
    ),
)
