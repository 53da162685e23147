"""Values that an operation computes on its way: nobody recorded them, their rule tells them.

torch's cross-entropy hands out the loss, and keeps each ln p to itself.
"""

from backprop_viz.analysis.operations import intermediate_parts
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.number import Number
from backprop_viz.recording.number_explanation import Part


def parts_of_intermediate(recording: Recording, number: Number) -> tuple[Part, ...]:
    """The terms of an intermediate value. Raises ValueError if the operation has no such value."""
    known = number.event is not None and 0 <= number.event < len(recording.events)
    event = recording.events[number.event] if known and number.event is not None else None
    parts = None
    if event is not None and number.tensor in event.input_ids:
        parts = intermediate_parts(event, number.intermediate, number.index)
    if parts is None:
        raise ValueError(f"Nothing computes {number.intermediate} at {number.index} here.")
    return parts


def intermediate_value(recording: Recording, number: Number) -> float:
    """An intermediate value, in float64. Raises ValueError if the operation has no such value."""
    parts = parts_of_intermediate(recording, number)
    return float(sum(float(part.values.sum()) for part in parts))
