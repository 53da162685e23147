"""One weight of a network: how it is written, and which number of a recording it is."""

import re
from collections.abc import Mapping

from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.requests.loss_surface import WeightPlace
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

_WRITTEN = re.compile(r"\s*([\w.]+?)(?:\.grad)?\s*\[\s*(-?\d+(?:\s*,\s*-?\d+)*)?\s*,?\s*\]\s*")
_Shapes = Mapping[str, tuple[int, ...]]


def read_weight(text: str, shapes: _Shapes) -> WeightPlace:
    """The weight that a text names: ``conv1.weight[2, 0, 1, 1]``; negative places as in Python.

    ``shapes`` are those of the parameters by their names. Raises ArgumentError.
    """
    name = text.strip()
    found = _WRITTEN.fullmatch(text)
    places: list[int] = []
    if found is not None:
        name = found[1]
        places = [int(place) for place in (found[2] or "").split(",") if place.strip()]
    if name not in shapes:
        raise ArgumentError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} is no parameter of the network: write one as conv1.weight[0, 0, 1, 1].",
            ),
            name or "“”",
        )
    shape = shapes[name]
    inside = len(places) == len(shape) and all(
        -size <= place < size for place, size in zip(places, shape, strict=True)
    )
    if not inside:
        raise ArgumentError(
            QT_TRANSLATE_NOOP(
                "errors", "{0} has the shape ({1}): write a place within it, such as {2}."
            ),
            name,
            ", ".join(map(str, shape)),
            f"{name}[{', '.join('0' for _ in shape)}]",
        )
    return WeightPlace(name, tuple(at % size for at, size in zip(places, shape, strict=True)))


def weight_of(recording: Recording, number: Number) -> WeightPlace | None:
    """The weight whose value or gradient a number is; None for any other number."""
    if number.event is None:
        for parameter in recording.parameters:
            if number.tensor in (parameter.value_id, parameter.grad_id):
                return WeightPlace(parameter.name, number.index)
        return None
    event = recording.events[number.event]
    # What an optimizer keeps of a weight, as its momentum, is neither.
    if event.parameter is None or number.intermediate or number.tensor not in event.output_ids:
        return None
    return WeightPlace(event.parameter, number.index)


def other_weight(place: WeightPlace, shapes: _Shapes) -> WeightPlace | None:
    """A second weight beside one: the next in its parameter, or one of another parameter."""
    *before, last = place.index or (0,)
    shape = shapes[place.parameter]
    if shape and shape[-1] > 1:
        return WeightPlace(place.parameter, (*before, (last + 1) % shape[-1]))
    names = (name for name, size in shapes.items() if name != place.parameter and 0 not in size)
    other = next(names, None)
    return None if other is None else WeightPlace(other, (0,) * len(shapes[other]))
