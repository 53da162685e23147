"""Measures of many tensors at once: how long an update is, and the gradients of a module."""

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.doubles import less
from backprop_viz.analysis.numbers.measures import measure_of, measure_value
from backprop_viz.analysis.numbers.number_origin import grad_number, old_weight_number
from backprop_viz.desktop.style.numbers import full, norm, short
from backprop_viz.desktop.widgets.told_number import ToldNumber, ToldPart
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.trace.phases import Phase


def gradient_length(cursor: Cursor, parameter: str) -> Number | None:
    """The norm of a parameter's ``.grad`` at the cursor; None where that is None."""
    return _of_tensor(cursor, grad_number(cursor, parameter, ()))


def told_update_length(recording: Recording) -> ToldNumber:
    """‖Δw‖ of the whole network: the parameters' changes."""
    translate = QCoreApplication.translate
    cursor, parts = recording.at(len(recording.events)), []
    for parameter in recording.parameters:
        change = _change(cursor, parameter.name)
        if change is not None:
            parts.append(ToldPart(f"‖Δ{parameter.name}‖", change))
    value = math.sqrt(sum(part.value**2 for part in parts))
    text = translate(
        "measures",
        "How far the update moved all weights together: the root of the sum of the squares of the "
        "parameters' changes.",
    )
    formula = "‖Δw‖ = √(Σᵢ ‖Δwᵢ‖²)"
    return _told("‖Δw‖", value, text, formula, parts, recording, "update")


def told_update_ratio(cursor: Cursor, parameter: str) -> ToldNumber | None:
    """‖Δw‖ / ‖w‖ of a parameter; None before its update."""
    change = _change(cursor, parameter)
    length = _of_tensor(cursor, old_weight_number(cursor, parameter, ()))
    if change is None or length is None:
        return None
    size = measure_value(cursor.recording, length)
    parts = [
        ToldPart(f"‖Δ{parameter}‖", change),
        ToldPart(f"‖{parameter}‖", size, length, cursor.recording),
    ]
    text = QCoreApplication.translate(
        "measures",
        "How far the update moved the parameter, as a share of its own length. About 1e-3 is "
        "usual; far more is a learning rate that is too high, far less one that is too low.",
    )
    value = change / size if size else math.nan
    name, formula = f"‖Δ{parameter}‖ / ‖{parameter}‖", "‖Δw‖ / ‖w‖"
    return _told(name, value, text, formula, parts, cursor.recording, "update")


def told_gradients_length(cursor: Cursor, module: str, parameters: Sequence[str]) -> ToldNumber:
    """‖g‖ of a module: its parameters' gradients, each of which can be asked about."""
    parts = []
    for parameter in parameters:
        number = gradient_length(cursor, parameter)
        if number is not None:
            value = measure_value(cursor.recording, number)
            parts.append(ToldPart(f"‖{parameter}.grad‖", value, number, cursor.recording))
    text = QCoreApplication.translate(
        "measures",
        "The length of all gradients of the module together: the root of the sum of these squares.",
    )
    value = math.sqrt(sum(part.value**2 for part in parts))
    formula = "‖g‖ = √(Σᵢ ‖gᵢ‖²)"
    return _told(f"‖{module}‖", value, text, formula, parts, cursor.recording, "backward")


def _of_tensor(cursor: Cursor, number: Number | None) -> Number | None:
    """The norm of a whole real tensor that has elements."""
    if number is None:
        return None
    array = cursor.recording.tensors[number.tensor]
    known = array.size and not np.iscomplexobj(array)
    return measure_of(number, "norm") if known else None


def _change(cursor: Cursor, parameter: str) -> float | None:
    """How far the update moved a parameter, in float64; None where it was not updated."""
    event = cursor.last(parameter, Phase.UPDATE)
    if event is None or event.inputs[0] is None or event.outputs[0] is None:
        return None
    return norm(less(event.outputs[0], event.inputs[0]))


def _told(
    name: str,
    value: float,
    text: str,
    formula: str,
    parts: Sequence[ToldPart],
    recording: Recording,
    color: str,
) -> ToldNumber:
    where = QCoreApplication.translate(
        "measures", "‖ ‖: length · w: weights · Δw: what the update changed · g: gradients"
    )
    of = QCoreApplication.translate("OriginView", "iteration {0}").format(recording.iteration)
    return ToldNumber(
        name, short(value), full(value), text, formula, where, tuple(parts), of=of, color=color
    )
