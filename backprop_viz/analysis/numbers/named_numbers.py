"""The elements of a tensor, found by its name, as numbers of a recording."""

from backprop_viz.analysis.comparison import NamedTensor
from backprop_viz.analysis.numbers.number_origin import (
    activation_number,
    grad_number,
    gradient_number,
    weight_number,
)
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Cursor


def named_number(tensor: NamedTensor, cursor: Cursor, index: tuple[int, ...]) -> Number | None:
    """An element of a named tensor at a cursor; None before there is any."""
    if tensor.kind in ("weight", "grad"):
        find = weight_number if tensor.kind == "weight" else grad_number
        return find(cursor, tensor.name, index)
    layer = next((y for y in cursor.layers.layers if y.name == tensor.name), None)
    if layer is None:
        return None
    layer = layer if tensor.shown is None else layer.showing(tensor.shown)
    found = activation_number if tensor.kind == "activation" else gradient_number
    return found(cursor, layer, index)
