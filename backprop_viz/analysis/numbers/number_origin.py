"""Which number of a recording a cell of the window shows, with the event that it is from."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from backprop_viz.analysis.cursor.clearing import before_last_clearing
from backprop_viz.analysis.numbers.intermediates import intermediate_value
from backprop_viz.analysis.numbers.measures import TOTAL_NORM, measure_in, measured_part
from backprop_viz.analysis.provenance import maker
from backprop_viz.recording.explanations.components import REAL, component_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.trace.layers import Layer
from backprop_viz.recording.trace.phases import Phase

_Index = tuple[int, ...]


def index_in(shape: Sequence[int], element: int) -> _Index:
    """The index of an element that is given by its place in the flat array."""
    return tuple(int(i) for i in np.unravel_index(element, shape)) if shape else ()


def activation_number(cursor: Cursor, layer: Layer, index: _Index) -> Number | None:
    """An element of what a layer has computed so far; of the input where it computes nothing."""
    tensor = cursor.activation_id(layer)
    if tensor is None:
        return None
    done = [i for i in layer.leading if i < cursor.position]
    return (
        Number(tensor, index, done[-1], layer.place(len(done))) if done else Number(tensor, index)
    )


def gradient_number(cursor: Cursor, layer: Layer, index: _Index) -> Number | None:
    """An element of the gradient that arrived at a layer's shown output; None until it came."""
    if layer.node is None:
        return None
    return arrived_number(cursor, layer.node, layer.output_nr, index)


def arrived_number(cursor: Cursor, node: int, slot: int, index: _Index) -> Number | None:
    """An element of the gradient that arrived at an output of a grad_fn node."""
    event = cursor.backward_index(node)
    if event is None:
        return None
    came = cursor.recording.events[event]
    ids = came.input_ids[1:] if came.op == "AccumulateGrad" else came.input_ids
    tensor = ids[slot] if slot < len(ids) else None
    return None if tensor is None else Number(tensor, index, event, slot, arrived=True)


def sent_number(cursor: Cursor, node: int, slot: int, index: _Index) -> Number | None:
    """An element of what a grad_fn node sent; for an AccumulateGrad, of ``.grad`` after it."""
    event = cursor.backward_index(node)
    if event is None:
        return None
    ids = cursor.recording.events[event].output_ids
    tensor = ids[slot] if slot < len(ids) else None
    return None if tensor is None else Number(tensor, index, event, slot)


def weight_number(cursor: Cursor, parameter: str, index: _Index) -> Number | None:
    """An element of a parameter at the cursor: after the update, or as the iteration began."""
    tensor = cursor.value_id(parameter)
    return _of_parameter(cursor, parameter, tensor, index, (Phase.UPDATE,))


def old_weight_number(cursor: Cursor, parameter: str, index: _Index) -> Number | None:
    """An element of a parameter as the iteration began."""
    start = cursor.recording.by_parameter.get(parameter)
    return None if start is None else Number(start.value_id, index)


def grad_number(cursor: Cursor, parameter: str, index: _Index) -> Number | None:
    """An element of a parameter's ``.grad`` at the cursor; None where that is None."""
    tensor = cursor.grad_id(parameter)
    phases = (Phase.ZERO_GRAD, Phase.BACKWARD)
    return _of_parameter(cursor, parameter, tensor, index, phases)


def old_grad_number(cursor: Cursor, parameter: str, index: _Index) -> Number | None:
    """An element of a parameter's ``.grad`` as backward found it; None where that is None."""
    return grad_number(cursor.before_backward, parameter, index)


def loss_number(cursor: Cursor) -> Number | None:
    """The loss, once it is computed."""
    span = cursor.span(Phase.LOSS)
    if span is None or not span.is_over(cursor.position):
        return None
    for event in range(span.stop - 1, span.start - 1, -1):
        tensor = cursor.recording.events[event].output_ids[0]
        if tensor is not None and cursor.recording.tensors[tensor].ndim == 0:
            if cursor.recording.loss_scale is not None:
                tensor = cursor.recording.events[event].input_ids[0]
                made = None if tensor is None else maker(cursor.recording, tensor, event)
                return None if tensor is None or made is None else Number(tensor, (), made)
            return Number(tensor, (), event)
    return None


def first_number(cursor: Cursor, parameter: str | None) -> Number | None:
    """The number to begin with: a parameter's gradient, where one is given; the loss; a weight.

    The gradient is what backward gave, also where the iteration ends by clearing it.
    """
    found = None if parameter is None else cursor.recording.by_parameter.get(parameter)
    if found is None or not found.value.size:
        return loss_number(cursor)
    index = (0,) * found.value.ndim
    given = grad_number(before_last_clearing(cursor), found.name, index)
    asked = given or loss_number(cursor)
    return asked or weight_number(cursor, found.name, index)


def value_of(recording: Recording, number: Number) -> float:
    """The number as a Python float; of a complex element without a component, its real part.

    Raises IndexError where the recording has no such element.
    """
    return float(scalar_of(recording, number).real)


def scalar_of(recording: Recording, number: Number) -> Any:
    """The number in its own dtype; an intermediate value in float64.

    Raises IndexError or ValueError where the recording has no such number.
    """
    if number.intermediate:
        return np.float64(intermediate_value(recording, number))
    return component_of(recording.tensors[number.tensor][number.index], number.component)


def explained_part(recording: Recording, number: Number) -> Number:
    """The number itself; of a complex one, its real part."""
    if number.intermediate or number.component:
        return number
    is_complex = np.iscomplexobj(recording.tensors[number.tensor])
    return replace(number, component="real") if is_complex else number


def other_part(number: Number) -> Number | None:
    """The imaginary part for the real part of a complex number, and back; None of a real one."""
    if not number.component:
        return None
    return replace(number, component="imag" if number.component == REAL else "real")


def told_scalar(recording: Recording, number: Number, told: float | None) -> Any | None:
    """The number in its own dtype; ``told`` is what the engine says of it.

    A value behind what was drawn at random takes torch to be drawn again: None until it is told.
    """
    try:
        return scalar_of(recording, number)
    except ValueError:
        if not number.intermediate:
            raise
        return None if told is None else np.float64(told)


def _of_parameter(
    cursor: Cursor, parameter: str, tensor: int | None, index: _Index, phases: tuple[Phase, ...]
) -> Number | None:
    """An element of what the last of a parameter's events in some phases made, if one did."""
    if tensor is None:
        return None
    happened = cursor.recording.happened_to.get(parameter, ())
    done = [
        i for i in happened if i < cursor.position and cursor.recording.events[i].phase in phases
    ]
    return Number(tensor, index, done[-1] if done else None)


def counterpart(recording: Recording, number: Number, other: Recording) -> Number | None:
    """The same number in another iteration of the same run; None where that has not got it."""
    if measure_in(number) is not None:
        return _measure_counterpart(recording, number, other)
    if number.event is None:
        tensor = _given_counterpart(recording, number.tensor, other)
    else:
        tensor = _event_counterpart(recording, number, other)
    if tensor is None:
        return None
    if number.intermediate:
        return _intermediate_counterpart(recording, number, replace(number, tensor=tensor), other)
    shape = other.tensors[tensor].shape
    if len(shape) != len(number.index):
        return None
    if any(at >= size for at, size in zip(number.index, shape, strict=True)):
        return None
    return replace(number, tensor=tensor)


def _measure_counterpart(recording: Recording, number: Number, other: Recording) -> Number | None:
    if measure_in(number) == TOTAL_NORM:
        total = _event_counterpart(recording, number, other)
        return None if total is None else replace(number, tensor=total)
    shape = recording.tensors[number.tensor].shape
    first = (*number.index, *(0 for _ in shape[len(number.index) :]))
    found = counterpart(recording, replace(measured_part(number), index=first), other)
    return None if found is None else replace(number, tensor=found.tensor)


def _intermediate_counterpart(
    recording: Recording, number: Number, found: Number, other: Recording
) -> Number | None:
    """Where the operation read tensors of the same shapes, it computes the same numbers.

    It is not asked for its value, which without torch is not to be had behind what was drawn.
    """
    assert number.event is not None
    shapes = [
        [None if array is None else array.shape for array in each.events[number.event].inputs]
        for each in (recording, other)
    ]
    event = recording.events[number.event]
    if (event.phase is not Phase.UPDATE or event.is_of_step) and shapes[0] == shapes[1]:
        return found
    try:
        intermediate_value(other, found)
    except (ValueError, IndexError):
        return None
    return found


def _given_counterpart(recording: Recording, tensor: int, other: Recording) -> int | None:
    """A parameter or its gradient as the iteration began, or the batch."""
    if tensor == recording.input_id:
        return other.input_id
    for parameter in recording.parameters:
        found = other.by_parameter.get(parameter.name)
        if found is not None and tensor == parameter.value_id:
            return found.value_id
        if found is not None and tensor == parameter.grad_id:
            return found.grad_id
    return None


def _event_counterpart(recording: Recording, number: Number, other: Recording) -> int | None:
    """What the event of the same place and kind has there."""
    assert number.event is not None
    if number.event >= len(other.events):
        return None
    one, two = recording.events[number.event], other.events[number.event]
    if (one.phase, one.op, one.parameter) != (two.phase, two.op, two.parameter):
        return None
    for key, (_, after) in one.state_ids.items():
        if after == number.tensor:
            return two.state_ids[key][1] if key in two.state_ids else None
    if number.intermediate:
        place = one.input_ids.index(number.tensor)
        return two.input_ids[place] if place < len(two.input_ids) else None
    ids = two.output_ids
    if number.arrived:
        ids = two.input_ids[1:] if two.op == "AccumulateGrad" else two.input_ids
    return ids[number.slot] if number.slot < len(ids) else None
