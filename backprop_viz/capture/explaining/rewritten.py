"""A ``.grad`` that was changed after backward: by clipping, by a GradScaler, by other code."""

import numpy as np

from backprop_viz.analysis.operations.recorded_call import plain, product
from backprop_viz.analysis.phase_runs import CLIPS, clipping, phase_runs
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.recording.explanations.components import component_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact, FactorColumn, Part
from backprop_viz.recording.iteration import Recording

# It lets each number of a gradient be so large at most.
_BY_VALUE = "clip_grad_value_"


def rewritten_parts(
    recording: Recording, number: Number, maker: int | None
) -> tuple[str, tuple[Part, ...], tuple[Fact, ...]]:
    """The formula, the terms and what was so, for an element of such a ``.grad``.

    ``maker`` is the event that made the ``.grad`` before. Raises NotReplayed if other code wrote
    something to it that is no multiple of it.
    """
    assert number.event is not None
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
        stays = old == float(value[number.index])
        if stays:
            return "w.grad ← w.grad", (product("before", column),), ()
        parts = (Part("value", np.array([float(value[number.index])])),)
        return "w.grad ← limit", parts, (Fact("beyond_limit", (old,)),)
    run = next(r for r in phase_runs(recording) if r.span.start <= number.event < r.span.stop)
    did = clipping(recording, run)
    if did.factor is None:
        raise NotReplayed("grad_written", event.op)
    facts = (Fact("clipped", (did.before, did.after, did.factor)),) if event.op in CLIPS else ()
    parts = (product("products", column, plain("scale", did.factor)),)
    return "w.grad ← scale·w.grad", parts, facts
