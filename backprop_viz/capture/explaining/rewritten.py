"""A ``.grad`` that was changed after backward: by clipping, by a GradScaler, by other code."""

from dataclasses import replace

import numpy as np

from backprop_viz.analysis.numbers.measures import TOTAL_NORM, measure_of
from backprop_viz.analysis.operations import forward_formula
from backprop_viz.analysis.operations.index_forms import number_text
from backprop_viz.analysis.operations.recorded_call import plain, product
from backprop_viz.analysis.phase_runs import CLIPS, clipping, phase_runs
from backprop_viz.capture.explaining.lookup import Lookup
from backprop_viz.capture.explaining.outputs import output_parts_of
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.recording.explanations.components import component_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact, FactorColumn, Part
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.clip_calls import ClipLimit, clip_limit_of
from backprop_viz.recording.trace.events import Event

# It lets each number of a gradient be so large at most.
_BY_VALUE = "clip_grad_value_"
# What torch adds to the total norm before it divides by it.
_EPS = 1e-6
_Words = tuple[str, tuple[Part, ...], tuple[Fact, ...]]


def rewritten_parts(lookup: Lookup, number: Number, maker: int | None) -> _Words:
    """The formula, the terms and what was so, for an element of such a ``.grad``.

    ``maker`` is the event that made the ``.grad`` before. Raises NotReplayed if other code wrote
    something to it that is no multiple of it.
    """
    assert number.event is not None
    recording = lookup.recording
    event = recording.events[number.event]
    before, value = event.inputs[0], component_of(event.tensors[number.tensor], number.component)
    if before is None or before.shape != value.shape:
        raise NotReplayed("grad_written", event.op)
    old = float(component_of(before[number.index], number.component))
    column = FactorColumn(
        "grad",
        np.array([old]),
        event.input_ids[0],
        np.array([number.index], np.int64).reshape(1, before.ndim),
        maker,
        component=number.component,
    )
    if event.op == _BY_VALUE:
        return _clipped_by_value(event, column, float(value[number.index]))
    limit = clip_limit_of(event)
    if limit is not None and limit.total is not None:
        return _clipped_by_norm(recording, number, column, limit, limit.total)
    run = next(r for r in phase_runs(recording) if r.span.start <= number.event < r.span.stop)
    if event.call is not None and event.op not in CLIPS:
        return _by_call(lookup, number, event, maker)
    did = clipping(recording, run)
    if did.factor is None:
        raise NotReplayed("grad_written", event.op)
    facts = (Fact("clipped", (did.before, did.after, did.factor)),) if event.op in CLIPS else ()
    parts = (product("products", column, plain("scale", did.factor)),)
    return "w.grad ← scale·w.grad", parts, facts


def read_before(event: Event, number: Number, maker: int | None) -> Number:
    """The number that a change of a ``.grad`` has read: of the ``.grad``, or the total norm.

    ``maker`` is the event that made the ``.grad`` before.
    """
    if not number.slot:
        return replace(number, event=maker, arrived=False)
    asked = measure_of(Number(number.tensor, (), number.event), TOTAL_NORM)
    assert asked is not None
    return asked


def _clipped_by_value(event: Event, column: FactorColumn, value: float) -> _Words:
    limit, old = clip_limit_of(event), float(column.values[0])
    if limit is None:  # an older recording does not tell it
        if old == value:
            return "w.grad ← w.grad", (product("before", column),), ()
        return (
            "w.grad ← limit",
            (Part("value", np.array([value])),),
            (Fact("beyond_limit", (old,)),),
        )
    most = number_text(limit.most)
    formula = f"w.grad ← min(max(w.grad, −{most}), {most})"
    if not abs(old) > limit.most:
        return formula, (product("before", column),), ()
    parts = (product("value", plain("bound", float(np.copysign(limit.most, old)))),)
    return formula, parts, (Fact("beyond_limit", (old,)),)


def _clipped_by_norm(
    recording: Recording, number: Number, column: FactorColumn, limit: ClipLimit, total: int
) -> _Words:
    """grad · min(1, max_norm / (total norm + 1e-6)), as torch computes it."""
    asked = measure_of(Number(total, (), number.event), TOTAL_NORM)
    assert asked is not None
    norm, most = float(recording.tensors[total][()]), number_text(limit.most)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = float(np.minimum(limit.most / np.float64(norm + _EPS), 1.0))
    scale = FactorColumn(
        "scale",
        np.array([factor]),
        total,
        np.empty((1, 0), np.int64),
        number.event,
        function=f"min(1, {most} / (x + 1e−6))",
        intermediate=asked.intermediate,
    )
    formula = f"w.grad ← w.grad·min(1, {most} / (total_norm + 1e−6))"
    fact = Fact("clip_idle", (norm, limit.most), (asked,))
    if factor != 1.0:
        fact = Fact("clipped", (norm, norm * factor, factor), (asked,))
    return formula, (product("products", column, scale),), (fact,)


def _by_call(lookup: Lookup, number: Number, event: Event, maker: int | None) -> _Words:
    """What an operation of the loop's own lines has written over it."""
    assert event.call is not None
    made = replace(event, op=event.call.name)
    parts, depends = output_parts_of(lookup, number, made)

    def completed(column: FactorColumn) -> FactorColumn:
        old = column.tensor == event.input_ids[0] and column.event is None
        return replace(column, event=maker) if old else column

    named = [replace(part, factors=tuple(map(completed, part.factors))) for part in parts]
    return forward_formula(made, number.index, 0), tuple(named), depends
