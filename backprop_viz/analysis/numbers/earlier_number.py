"""Which number of the iteration before is one that an iteration began with."""

from collections.abc import Sequence
from dataclasses import replace

from backprop_viz.analysis.numbers.number_origin import grad_number, weight_number
from backprop_viz.analysis.own_steps import same_numbers
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event

_Index = tuple[int, ...]
_Made = tuple[int | None, int, Event]  # a tensor, and the event that made it


def number_before(recording: Recording, number: Number, earlier: Recording) -> Number | None:
    """The number of the iteration before that a number is, which nothing here has made.

    It is a weight, a ``.grad``, or what an optimizer or the loop's own lines keep for their next
    step. None if ``earlier`` is another iteration, has not made it, or has left other numbers.
    """
    if earlier.iteration + 1 != recording.iteration or number.event is not None:
        return None
    found = _left(recording, number.tensor, number.index, earlier)
    if found is None or found.event is None:
        return None
    left, began = earlier.tensors[found.tensor], recording.tensors[number.tensor]
    return replace(found, component=number.component) if same_numbers(left, began) else None


def is_kept_by_hand(recording: Recording, tensor: int) -> bool:
    """Whether the loop's own lines have read a tensor for their step."""
    return any(event.is_beside_graph and tensor in event.input_ids for event in recording.events)


def _left(recording: Recording, tensor: int, index: _Index, earlier: Recording) -> Number | None:
    """What the iteration before has left in the place of a tensor that is read here."""
    end = earlier.at(len(earlier.events))
    for parameter in recording.parameters:
        if tensor == parameter.value_id:
            return weight_number(end, parameter.name, index)
        if tensor == parameter.grad_id:
            return grad_number(end, parameter.name, index)
    for event in recording.events:
        for name, (before, _) in event.state_ids.items():
            if tensor == before and event.parameter is not None:
                return _state_left(earlier, event.parameter, name, index)
    return _kept_by_hand(recording, tensor, index, earlier)


def _state_left(earlier: Recording, parameter: str, name: str, index: _Index) -> Number | None:
    """What an optimizer's last step has left in a parameter's state."""
    for i in reversed(earlier.happened_to.get(parameter, ())):
        after = earlier.events[i].state_ids.get(name, (None, None))[1]
        if after is not None:
            return Number(after, index, i)
    return None


def _kept_by_hand(
    recording: Recording, tensor: int, index: _Index, earlier: Recording
) -> Number | None:
    """What the loop's own lines have left in a tensor that they read again.

    Where the operation that read it has run there too, on what was in it then, that is followed:
    through what was written into it, or else to the last new tensor with these numbers that was
    made of it, in the line that reads it if there is one. Where it has not, as in a first step,
    numbers tell that are not all zeros.
    """
    found = [(at, e) for at, (_, e) in enumerate(_beside_graph(recording)) if tensor in e.input_ids]
    if not found:
        return None
    (at, reader), began, steps = found[0], recording.tensors[tensor], _beside_graph(earlier)
    if at >= len(steps) or steps[at][1].op != reader.op:
        if not began.any():
            return None
        made = [(e.output_ids[0], i, e) for i, e in steps]
    else:
        kept = steps[at][1].input_ids[reader.input_ids.index(tensor)]
        written, made = _made_of(kept, steps[at:])
        made = written[-1:] or made
    same = [
        (one, i, event)
        for one, i, event in made
        if one is not None and same_numbers(earlier.tensors[one], began)
    ]
    in_line = [each for each in same if each[2].place == reader.place]
    left = next(reversed(in_line or same), None)
    return None if left is None or left[0] is None else Number(left[0], index, left[1])


def _made_of(
    kept: int | None, steps: Sequence[tuple[int, Event]]
) -> tuple[list[_Made], list[_Made]]:
    """What was written into a tensor, and all that was made of it, in order."""
    derived, written, made = {kept}, list[_Made](), list[_Made]()
    for i, event in steps:
        if derived.isdisjoint(event.input_ids):
            continue
        one = event.output_ids[0]
        derived.add(one)
        made.append((one, i, event))
        if event.call is not None and event.call.writes and event.input_ids[0] == kept:
            kept = one
            written.append(made[-1])
    return written, made


def _beside_graph(recording: Recording) -> list[tuple[int, Event]]:
    return [(i, event) for i, event in enumerate(recording.events) if event.is_beside_graph]
