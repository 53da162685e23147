"""The one number of a recording that best shows what a finding says."""

import numpy as np

from backprop_viz.analysis.numbers.measures import measure_of
from backprop_viz.analysis.numbers.number_origin import grad_number, index_in
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.tensors import Array

# What is found of units that are 0 for the whole batch.
_DEAD = ("dead_units", "dead_layer")


def evidence_number(recording: Recording, finding: Finding) -> Number | None:
    """A number that can be explained; None where the finding is of none that was recorded.

    It is the first one that is NaN or infinite, an element of a dead unit, the norm of the
    parameter's gradient, or the largest number that the event made.
    """
    event = None if finding.event is None else recording.events[finding.event]
    made = None if event is None or finding.event is None else _made(event, finding.event)
    if made is not None:
        strange = ~np.isfinite(recording.tensors[made.tensor])
        if strange.any():
            return _at(recording, made, int(strange.argmax()))
        if finding.code in _DEAD:
            return _of_dead_unit(recording, made)
    if finding.parameter is not None and finding.parameter in recording.by_parameter:
        end = recording.at(len(recording.events))
        grad = grad_number(end, finding.parameter, ())
        if grad is not None and _is_plain(recording.tensors[grad.tensor]):
            return measure_of(grad, "norm")
    if made is None:
        return None
    return _at(recording, made, int(np.abs(recording.tensors[made.tensor]).argmax()))


def _made(event: Event, place: int) -> Number | None:
    """The first real tensor of floats that an event made."""
    for slot, tensor in enumerate(event.output_ids):
        if tensor is not None and _is_plain(event.tensors[tensor]):
            return Number(tensor, (), place, slot)
    return None


def _is_plain(array: Array) -> bool:
    return bool(array.size) and array.dtype.kind == "f"


def _at(recording: Recording, made: Number, element: int) -> Number:
    index = index_in(recording.tensors[made.tensor].shape, element)
    return Number(made.tensor, index, made.event, made.slot)


def _of_dead_unit(recording: Recording, made: Number) -> Number | None:
    """The first element of the first unit that is 0 for the whole batch."""
    array = recording.tensors[made.tensor]
    if array.ndim < 2:
        return None
    others = (0, *range(2, array.ndim))
    dead = np.flatnonzero(~(array != 0).any(axis=others))
    if not len(dead):
        return None
    return Number(made.tensor, (0, int(dead[0]), *(0 for _ in others[1:])), made.event, made.slot)
