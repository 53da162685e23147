"""A gradient that a custom Function or a hook has changed: by which factor, or that they did.

Of a Function also where it sends 0 for some elements, and the others times one factor.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from backprop_viz.analysis.operations.recorded_call import plain, product
from backprop_viz.analysis.own_steps import is_told_by_operations
from backprop_viz.analysis.phase_runs import common_factor
from backprop_viz.capture.explaining.lookup import Lookup
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import (
    Fact,
    FactorColumn,
    NumberExplanation,
    Part,
)
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import Array

_LEAF = "AccumulateGrad"
# The node by which torch calls a module's backward hooks.
_OF_MODULE = "BackwardHookFunctionBackward"
_CODES = ("custom_function", "changed_by_hook", "does_not_close")


def told_by_factor(lookup: Lookup, found: NumberExplanation) -> NumberExplanation:
    """The explanation; with its terms, where every element was multiplied by the same number.

    Else the reason says who has changed it: what their code computes is not recorded.
    """
    number, reason, recording = found.number, found.reason, lookup.recording
    if number.event is None or number.component or number.intermediate:
        return found
    event = recording.events[number.event]
    if event.phase is not Phase.BACKWARD or event.node is None or recording.samples is not None:
        return found
    if reason is None and is_told_by_operations(event) and not number.arrived:
        scaled = _scaled(lookup, number, event, True)
        return found if scaled is None else replace(found, facts=(*found.facts, scaled.fact))
    if reason is None or reason.code not in _CODES:
        return found
    if reason.code != "changed_by_hook":
        # What arrives has the reason of what was sent; in torch's own nodes no other code runs.
        if number.arrived or event.op[-1:].isdigit():
            return found
        if event.op == _LEAF and reason.code == "custom_function":
            return found
        reason = _reason(event, reason)
        found = replace(found, reason=reason)
    scaled = _scaled(lookup, number, event, reason.code == "custom_function")
    if scaled is None:
        return found
    total = float(sum(float(part.values[0]) for part in scaled.parts))
    formula = "w.grad = scale·δ" if event.op == _LEAF else "∂L/∂x = scale·δ"
    told = replace(found, formula=formula, parts=scaled.parts, total=total, reason=None)
    return replace(told, facts=(scaled.fact,))


class _Scaled(NamedTuple):
    """What arrived, times one factor."""

    parts: tuple[Part, ...]
    fact: Fact


def _scaled(lookup: Lookup, number: Number, event: Event, by_function: bool) -> _Scaled | None:
    """The terms, where every element has the same factor; of a Function, all that are not 0."""
    recording = lookup.recording
    came, made = list(_came(lookup, number, event)), recording.tensors[number.tensor]
    arrays = [recording.tensors[each.tensor] for each in came]
    if not came or any(array.shape != made.shape for array in arrays):
        return None
    whole = np.sum([array.astype(np.float64) for array in arrays], axis=0)
    factor, passed = common_factor([(whole.astype(made.dtype), made)]), made.size
    if factor is None and by_function:
        factor, passed = _factor_of_some(whole.astype(made.dtype), made)
    if factor is None:
        return None
    pairs = zip(came, arrays, strict=True)
    stopped = passed < made.size and not made[number.index]
    scale = plain("scale", 0.0 if stopped else factor)
    parts = tuple(product("products", _column(one, array), scale) for one, array in pairs)
    fact = Fact("scaled_by_hook", (factor,))
    if by_function:
        fact = Fact("scaled_by_function", (event.op, factor))
    if passed < made.size:
        code = "stopped_by_function" if stopped else "passed_by_function"
        fact = Fact(code, (event.op, factor, passed, made.size))
    return _Scaled(parts, fact)


def _factor_of_some(came: Array, made: Array) -> tuple[float | None, int]:
    """The number that all of what is not 0 was multiplied by, and how many elements these are.

    A straight-through estimator lets a gradient pass only where its input is within bounds.
    """
    passed = made != 0
    count = int(passed.sum())
    return (common_factor([(came[passed], made[passed])]) if count > 1 else None), count


def _reason(event: Event, reason: Fact) -> Fact:
    """Who has made a gradient of what the terms sum to."""
    if event.op == _LEAF:
        return Fact("changed_after", reason.values)
    if event.op == _OF_MODULE:
        return Fact("changed_by_module_hook", reason.values)
    return Fact("custom_function", (event.op,))


def _came(lookup: Lookup, number: Number, event: Event) -> Iterator[Number]:
    """What the number was made of, before others changed it: elements of the same place."""
    assert number.event is not None
    recording = lookup.recording
    if number.arrived:
        assert event.node is not None
        for i, slot in lookup.sent_to(event.node, number.slot, number.event):
            tensor = recording.events[i].output_ids[slot]
            if tensor is not None:
                yield Number(tensor, number.index, i, slot)
        return
    ids = event.input_ids
    if event.op == _LEAF:
        before, arrived = ids
        if before is not None or arrived is None:
            return
        ids = (arrived,)
    known = [(slot, tensor) for slot, tensor in enumerate(ids) if tensor is not None]
    if len(known) == 1:
        ((slot, tensor),) = known
        yield Number(tensor, number.index, number.event, slot, arrived=True)


def _column(number: Number, array: Array) -> FactorColumn:
    place = np.array([number.index], np.int64).reshape(1, array.ndim)
    values = np.array([float(array[number.index])])
    origin = number.event, number.slot, number.arrived
    return FactorColumn("upstream", values, number.tensor, place, *origin)
