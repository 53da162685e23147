"""What a step of a lesson shows: where the cursor goes, and which number is explained."""

from backprop_viz.analysis.lessons.lesson import LessonView
from backprop_viz.analysis.numbers.number_origin import (
    activation_number,
    grad_number,
    gradient_number,
    loss_number,
    old_weight_number,
    weight_number,
)
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.trace.layers import Layer
from backprop_viz.recording.trace.phases import Phase


def cursor_of(view: LessonView, cursor: Cursor) -> Cursor | None:
    """Where in the cursor's recording a step's evidence is; None where it says nothing."""
    recording = cursor.recording
    span = recording.span(Phase(view.phase)) if view.phase else None
    if not view.op and not view.parameter:
        return None if span is None else recording.at(span.stop)
    first, last = (0, len(recording.events)) if span is None else (span.start, span.stop)
    found = [
        i
        for i in range(first, last)
        if view.op in ("", recording.events[i].op)
        and view.parameter in ("", recording.events[i].parameter)
    ]
    return recording.at(found[view.nth] + 1) if view.nth < len(found) else None


def explained_number(view: LessonView, cursor: Cursor) -> Number | None:
    """The number that a step explains; None where the recording has no such one."""
    if view.explain is None:
        return None
    kind, name, index = view.explain
    layer = next((y for y in cursor.recording.layers.layers if y.name == name), None)
    match kind:
        case "loss":
            return loss_number(cursor)
        case "grad":
            return grad_number(cursor, name, index)
        case "weight":
            return weight_number(cursor, name, index)
        case "old_weight":
            return old_weight_number(cursor, name, index)
        case "activation" if isinstance(layer, Layer):
            return activation_number(cursor, layer, index)
        case "gradient" if isinstance(layer, Layer):
            return gradient_number(cursor, layer, index)
    return None
