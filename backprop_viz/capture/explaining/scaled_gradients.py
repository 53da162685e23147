"""A gradient that a custom Function or a hook has changed: by which factor, or that they did.

Of a Function also where it sends 0 for some elements, and the others times one factor.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from backprop_viz.analysis.operations.recorded_call import plain, product
from backprop_viz.analysis.phase_runs import common_factor
from backprop_viz.capture.explaining.lookup import Lookup
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import (
    Fact,
    FactorColumn,
    NumberExplanation,
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
    if reason is None or reason.code not in _CODES or number.event is None or number.component:
        return found
    event = recording.events[number.event]
    if event.phase is not Phase.BACKWARD or event.node is None or recording.samples is not None:
        return found
    if reason.code != "changed_by_hook":
        # What arrives has the reason of what was sent; in torch's own nodes no other code runs.
        if number.arrived or event.op[-1:].isdigit():
            return found
        if event.op == _LEAF and reason.code == "custom_function":
            return found
        reason = _reason(event, reason)
        found = replace(found, reason=reason)
    came, made = list(_came(lookup, number, event)), recording.tensors[number.tensor]
    arrays = [recording.tensors[each.tensor] for each in came]
    if not came or any(array.shape != made.shape for array in arrays):
        return found
    whole = np.sum([array.astype(np.float64) for array in arrays], axis=0)
    factor, passed = common_factor([(whole.astype(made.dtype), made)]), made.size
    if factor is None and reason.code == "custom_function":
        factor, passed = _factor_of_some(whole.astype(made.dtype), made)
    if factor is None:
        return found
    pairs = zip(came, arrays, strict=True)
    stopped = passed < made.size and not made[number.index]
    scale = plain("scale", 0.0 if stopped else factor)
    parts = tuple(product("products", _column(one, array), scale) for one, array in pairs)
    fact = Fact("scaled_by_hook", (factor,))
    if reason.code == "custom_function":
        fact = Fact("scaled_by_function", (event.op, factor))
    if passed < made.size:
        code = "stopped_by_function" if stopped else "passed_by_function"
        fact = Fact(code, (event.op, factor, passed, made.size))
    total = float(sum(float(part.values[0]) for part in parts))
    formula = "w.grad = scale·δ" if event.op == _LEAF else "∂L/∂x = scale·δ"
    return replace(found, formula=formula, parts=parts, total=total, facts=(fact,), reason=None)


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
