"""Values that an operation computes inside: they are not recorded, their rule computes them.

torch's cross-entropy hands out the loss, and keeps each ln p to itself.
"""

import numpy as np

from backprop_viz.analysis.numbers.measures import measure_in, measure_value
from backprop_viz.analysis.operations import intermediate_parts, node_intermediate_parts
from backprop_viz.analysis.provenance import made_by, sent_to
from backprop_viz.analysis.update_breakdown import explain_update
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Part
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase


def parts_of_intermediate(recording: Recording, number: Number) -> tuple[Part, ...]:
    """The terms of an intermediate value. Raises ValueError if the operation has no such value."""
    known = number.event is not None and 0 <= number.event < len(recording.events)
    event = recording.events[number.event] if known and number.event is not None else None
    parts = None
    if event is not None and number.tensor in event.input_ids:
        if event.phase is Phase.BACKWARD and not event.is_beside_nodes:
            made = None if event.node is None else made_by(recording, event.node)
            operation = None if made is None else recording.events[made]
            if operation is not None:
                reads = sent_to(recording, event)
                parts = node_intermediate_parts(
                    event, operation, number.intermediate, number.index, reads
                )
        else:
            parts = intermediate_parts(event, number.intermediate, number.index)
    if parts is None:
        raise ValueError(f"Nothing computes {number.intermediate} at {number.index} here.")
    return parts


def intermediate_value(recording: Recording, number: Number) -> float:
    """An intermediate value, in float64. Raises ValueError if the operation has no such value."""
    if measure_in(number) is not None:
        return measure_value(recording, number)
    event = None if number.event is None else recording.events[number.event]
    if event is not None and event.phase is Phase.UPDATE and not event.is_of_step:
        return _of_update(recording, number, event)
    parts = parts_of_intermediate(recording, number)
    return float(sum(float(part.values.sum()) for part in parts))


def _of_update(recording: Recording, number: Number, event: Event) -> float:
    """A step of an optimizer's rule, as torch rounds it."""
    flat = element_of_update(event, number)
    options = recording.options_of(event.parameter or "", event.op)
    steps = explain_update(event, options, flat, number.component)
    found = [term for term in steps.terms if term.symbol == number.intermediate]
    if not found:
        raise ValueError(f"{event.op} computes no {number.intermediate}.")
    weight = event.inputs[0]
    if not number.index and weight is not None and weight.ndim and not found[-1].scalar:
        raise ValueError(f"{number.intermediate} of {event.parameter} has one value per element.")
    return float(np.asarray(found[-1].value))


def element_of_update(event: Event, number: Number) -> int:
    """The flat place in the parameter of a number of its update; any will do for a scalar.

    Raises ValueError if the parameter has no such element.
    """
    weight = event.inputs[0]
    if not number.index:
        return 0
    if weight is None or len(number.index) != weight.ndim:
        raise ValueError(f"An update of {event.parameter} has no element {number.index}.")
    return int(np.ravel_multi_index(number.index, weight.shape))
