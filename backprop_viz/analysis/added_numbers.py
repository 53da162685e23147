"""Terms of a loss that are added to it as plain numbers, so that no gradient goes to them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backprop_viz.analysis.loss_roots import loss_roots
from backprop_viz.analysis.provenance import forward_events, tracked
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.tensors import Array
from backprop_viz.recording.trace.torch_error import CodePlace

_ADD = frozenset({"add", "add_", "sub", "sub_", "rsub"})
_SCALE = frozenset({"mul", "mul_", "div", "div_"})
# Along these a number that is added changes the loss alone, whatever the loss is.
_LINEAR = _ADD | _SCALE | {"mean", "sum", "neg"}
_MADE_OF_A_NUMBER = frozenset({"tensor", "as_tensor", "scalar_tensor", "full"})
_DIGITS, _WEIGHT_DIGITS = 7, 4


@dataclass(frozen=True, slots=True)
class AddedNumber:
    """A tensor of one number with a graph, of which the number alone was added.

    ``call`` cut it off, at ``place``; ``made`` is the event that made the tensor, or, where that
    was left out of the recording, the one that adds the number.
    """

    call: str
    place: CodePlace | None
    value: float
    made: int


def added_numbers(recording: Recording) -> Iterator[AddedNumber]:
    """Those that are added on the way to what a backward started from."""
    makers = {t: (i, e) for i, e in forward_events(recording) for t in e.output_ids}
    seen = set[int | None]()
    for root in loss_roots(recording):
        waiting: list[int | None] = list(recording.events[root.event].output_ids[:1])
        while waiting:
            tensor = waiting.pop()
            if tensor in seen or tensor not in makers:
                continue
            seen.add(tensor)
            i, event = makers[tensor]
            if not tracked(event) or event.op not in _LINEAR:
                continue
            if event.op in _ADD:
                yield from _added(recording, makers, i)
            waiting += event.input_ids


_Makers = Mapping[int | None, tuple[int, Event]]


def _added(recording: Recording, makers: _Makers, adds: int) -> Iterator[AddedNumber]:
    event = recording.events[adds]
    for number in event.call.args if event.call is not None else ():
        if isinstance(number, float):
            yield from _taken(recording, makers, number, adds)
    for tensor in event.input_ids:
        made = makers.get(tensor)
        while made is not None and made[1].op in _SCALE and not tracked(made[1]):
            made = next((makers[t] for t in made[1].input_ids if t in makers), None)
        if made is None or tracked(made[1]):
            continue
        cut = made[1]
        if cut.op == "detach":
            before = makers.get(cut.input_ids[0])
            value = _real_number(cut.inputs[0])
            if before is not None and tracked(before[1]) and value is not None:
                yield AddedNumber(cut.op, cut.place, value, before[0])
        elif cut.op in _MADE_OF_A_NUMBER and cut.call is not None:
            for number in cut.call.args:
                if isinstance(number, float):
                    yield from _taken(recording, makers, number, adds)


def _taken(recording: Recording, makers: _Makers, added: float, adds: int) -> Iterator[AddedNumber]:
    """The number that was taken of a tensor, and is added times a weight, if that is so."""
    for taken in recording.taken:
        # What no backward goes through, as a norm of the weights, may be left out.
        made, event = makers.get(taken.tensor, (adds, recording.events[adds]))
        if not tracked(event):
            continue
        value = _real_number(recording.tensors[taken.tensor])
        # Of a number with many digits, and a weight with few, it is no chance.
        if value is not None and not _has_digits(value, _DIGITS):
            weight = added / value
            if weight and _has_digits(weight, _WEIGHT_DIGITS):
                yield AddedNumber(taken.call, taken.place, value, made)
                return


def _real_number(array: Array | None) -> float | None:
    """The number of an array of one; None where it is complex, or there are several."""
    if array is None or array.size != 1 or array.dtype.kind != "f":
        return None
    return float(array.item())


def _has_digits(number: float, digits: int) -> bool:
    """Whether so many significant digits are all that it has, but for rounding."""
    return abs(float(f"{number:.{digits}g}") - number) <= 1e-14 * abs(number)
