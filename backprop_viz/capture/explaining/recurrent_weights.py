"""The gradient of a recurrent layer's weights as one sum over its steps.

Where torch runs such a layer step by step, as it does a packed sequence, each step sends a gradient
of its own to W_hh and b_hh. With δa what arrived at a step's pre-activations they are, over all
steps and samples, ∂L/∂W_hh = Σ δa·h₋₁ and ∂L/∂b_hh = Σ δa.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backprop_viz.analysis.operations.lstm_gradients import joined_columns
from backprop_viz.analysis.operations.recorded_call import (
    NotRecorded,
    RecordedCall,
    constant,
    product,
)
from backprop_viz.analysis.operations.recurrent_inside import GATES, Recurrent, recurrent_of
from backprop_viz.capture.explaining.lookup import Lookup
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.events import Array, Event

# The node of a step's linear layer, with a bias and without.
_LINEAR = ("AddmmBackward0", "MmBackward0")
# Sums of float32 may be off by as much as this, of the sum of their terms' sizes.
_NEAR = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """What arrived at the pre-activations of a step (samples, rows), with the node's event."""

    event: int
    tensor: int
    array: Array


def parts_over_steps(
    lookup: Lookup, number: Number, sent: Sequence[Number]
) -> tuple[str, tuple[Part, ...]] | None:
    """The formula and the terms of a gradient that the steps of a layer sent to W_hh or b_hh.

    None where these did not send it, or do not make it up.
    """
    layer = _layer(lookup, number, sent)
    if layer is None:
        return None
    of, recurrent, made = layer
    steps = [_step(lookup, each) for each in sorted(sent, key=lambda each: each.event or 0)]
    value = float(lookup.recording.tensors[number.tensor][number.index])
    if len(steps) != len(recurrent.sizes):
        return None
    parts: list[Part] = []
    # Backward runs them from the last to the first: of a layer that goes backwards, that is 0.
    order = range(len(steps)) if recurrent.reverse(of) else range(len(steps))[::-1]
    for at, step in zip(order, steps, strict=True):
        if step is None or len(step.array) != recurrent.sizes[at]:
            return None
        parts += _parts(recurrent, of, at, step, number.index)
    size = abs(value) + sum(float(np.abs(part.values).sum()) for part in parts)
    if not abs(sum(float(part.values.sum()) for part in parts) - value) <= _NEAR * size:
        return None
    formula = "∂L/∂W_hh = Σ δa·h₋₁" if len(number.index) == 2 else "∂L/∂b_hh = Σ δa"
    return formula, lookup.with_makers(parts, made)


def _layer(
    lookup: Lookup, number: Number, sent: Sequence[Number]
) -> tuple[int, Recurrent, int] | None:
    """The place of the layer whose W_hh or b_hh it is the gradient of, the call, its event."""
    events = lookup.recording.events
    made = {_made(lookup, each) for each in sent}
    (index,) = made if len(made) == 1 else (None,)
    if index is None or events[index].op not in GATES or number.event is None:
        return None
    parameter = lookup.recording.by_parameter.get(events[number.event].parameter or "")
    try:
        recurrent = recurrent_of(RecordedCall(events[index]))
    except (NotRecorded, LookupError, TypeError, ValueError):
        return None
    for place, weights in enumerate(recurrent.weights):
        known = (weights.w_hh, weights.b_hh)
        ids = {each.id for each in known if each is not None}
        if parameter is not None and parameter.value_id in ids:
            return place, recurrent, index
    return None


def _made(lookup: Lookup, sent: Number) -> int | None:
    assert sent.event is not None
    made = lookup.made_node(lookup.recording.events[sent.event].node)
    return None if made is None else made[0]


def _step(lookup: Lookup, sent: Number) -> _Step | None:
    """The linear layer of a step: it sends a bias itself, a weight by way of its transpose."""
    assert sent.event is not None
    index, event = sent.event, lookup.recording.events[sent.event]
    if event.op == "TBackward0" and event.node is not None:
        senders = lookup.senders.get((event.node, 0), ())
        ran = lookup.last_run(senders[0][0], index) if len(senders) == 1 else None
        if ran is None:
            return None
        index, event = ran, lookup.recording.events[ran]
    return _Step(index, *_arrived(event)) if event.op in _LINEAR else None


def _arrived(event: Event) -> tuple[int, Array]:
    (tensor,), (array,) = event.input_ids, event.inputs
    assert tensor is not None
    assert array is not None
    return tensor, array


def _parts(
    recurrent: Recurrent, layer: int, at: int, step: _Step, index: tuple[int, ...]
) -> list[Part]:
    """The terms of a step: by its samples, those that begin there apart."""
    row = index[0]
    if len(index) == 1:
        every = np.arange(len(step.array))
        return [product("products", _upstream(step, every, row), constant("one", 1.0, len(every)))]
    begins = [recurrent.before(layer, at, n) is None for n in range(len(step.array))]
    parts = []
    for first in (False, True):
        samples = [n for n, each in enumerate(begins) if each is first]
        if samples:
            places = [(layer, at, n, 0) for n in samples]
            read = [recurrent.state_before("h", place, [index[1]]) for place in places]
            arrived = _upstream(step, np.array(samples), row)
            parts.append(product("products", arrived, joined_columns(read)))
    return parts


def _upstream(step: _Step, samples: Array, row: int) -> FactorColumn:
    places = np.stack([samples, np.full_like(samples, row)], axis=1).astype(np.int64)
    values = step.array[samples, row].astype(np.float64)
    return FactorColumn(
        "upstream", values, step.tensor, places, step.event, arrived=True, axes=("sample", "row")
    )
