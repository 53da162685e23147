"""Where the numbers of a block are drawn, and those that are lit up."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from backprop_viz.analysis.numbers.number_marks import MarkedElements, NumberMarks
from backprop_viz.analysis.numbers.number_origin import (
    activation_number,
    gradient_number,
    weight_number,
)
from backprop_viz.desktop.panels.network.feature_maps import Block, Look
from backprop_viz.desktop.panels.network.network_layout import Grid
from backprop_viz.desktop.panels.network.network_state import NetworkState
from backprop_viz.desktop.style.theme import Theme
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.layers import Layer

# This many numbers of a block are lit up, those that count most.
_MOST = 60
# This many may be outlined in one map where they are small.
_CROWD = 8
# Smaller than this a mark would not be seen.
_LEAST = 5.0


def origin_of(state: NetworkState, layer: Layer, block: Block) -> Number | None:
    """What was recorded of a block's tensor, as a Number without an index; None of a difference."""
    cursor = state.cursor
    if cursor is None:
        return None
    if block.parameter is not None:
        found = weight_number(cursor, block.parameter, ())
    elif state.mode == "gradients" and layer.operations:
        found = gradient_number(cursor, layer, ())
    else:
        found = activation_number(cursor, layer, ())
    if found is None or block.tensor != (cursor.recording.serial, found.tensor):
        return None
    return found


def marked_output(state: NetworkState, layer: Layer, marks: NumberMarks) -> int | None:
    """Which of a layer's outputs is lit up; None if the one that is shown is, or none is."""
    cursor = state.cursor
    if cursor is None or state.mode == "weights" or cursor.recording.serial != marks.serial:
        return None
    tensor_of = cursor.gradient_id if state.mode == "gradients" else cursor.activation_id
    if not state.switchable(layer) or tensor_of(layer) in marks.tensors:
        return None
    outputs = (i for i in range(len(layer.outputs)) if tensor_of(layer.showing(i)) in marks.tensors)
    return next(outputs, None)


def place_in(block: Block, index: tuple[int, ...]) -> tuple[int, int, int] | None:
    """The map, row and column where an element is drawn; None if it is of another sample."""
    if block.source is None or len(index) != block.source.ndim:
        return None
    own = index
    if block.sample is not None and index:
        if index[0] != block.sample:
            return None
        own = index[1:]
    shape = block.source.shape[len(index) - len(own) :]
    match block.size.look:
        case Look.NOTHING:
            return None
        case Look.SCALAR:
            return 0, 0, 0
        case Look.UNITS:
            return own[0], 0, 0
        case Look.MATRIX:
            return 0, own[0], own[1]
        case Look.KERNELS:
            inputs = shape[1:-2] if len(shape) > 3 else shape[1:2]
            kernel = int(np.ravel_multi_index(own[1 : 1 + len(inputs)], inputs))
            assert block.kernel is not None
            height, width = block.kernel
            down, across = divmod(kernel, block.size.width // width)
            row = own[-2] if len(own) > 3 else 0
            return own[0], down * height + row, across * width + own[-1]
    number = int(np.ravel_multi_index(own[:-2], shape[:-2])) if len(own) > 2 else 0
    return number, own[-2], own[-1]


def box_in(block: Block, grid: Grid, place: tuple[int, int, int]) -> QRectF:
    """Where a number is drawn that is at a map, row and column."""
    tile = grid.tile(place[0])
    wide, high = tile.width() / block.size.width, tile.height() / block.size.height
    return QRectF(tile.x() + place[2] * wide, tile.y() + place[1] * high, wide, high)


LitPlace = tuple[tuple[int, int, int], float, bool]


def lit_places(marks: NumberMarks | None, block: Block) -> list[LitPlace]:
    """The places of a block that are lit up: how strongly, and whether it is the number itself."""
    if marks is None or block.tensor is None or len(block.tensor) != 2:
        return []
    serial, tensor = block.tensor
    if not isinstance(serial, int) or not isinstance(tensor, int):
        return []
    marked = marks.of(serial, tensor)
    if marked is None:
        return []
    found: list[LitPlace] = []
    for index, weight in _strongest(marked, block):
        place = place_in(block, index)
        if place is not None:
            own = tensor == marks.number.tensor and index == marks.number.index
            found.append((place, weight, own))
    return found


def _strongest(marked: MarkedElements, block: Block) -> Iterator[tuple[tuple[int, ...], float]]:
    """The elements of the block's sample that count most."""
    indices, weights = marked.indices, marked.weights
    if block.sample is not None and indices.shape[1]:
        own = indices[:, 0] == block.sample
        indices, weights = indices[own], weights[own]
    for i in np.argsort(-weights, kind="stable")[:_MOST]:
        yield tuple(int(n) for n in indices[i]), float(weights[i])


def paint_lit(
    painter: QPainter, theme: Theme, marks: NumberMarks | None, block: Block, grid: Grid
) -> None:
    """Outline the numbers of a block that take part in the one that is explained."""
    lit = lit_places(marks, block)
    size = min(grid.width / block.size.width, grid.height / block.size.height)
    crowded = {
        number
        for number, count in Counter(place[0] for place, _, _ in lit).items()
        if count > _CROWD and size < _LEAST
    }
    # Of many small ones the strongest is outlined, and the whole map.
    strongest = {place[0]: place for place, _, _ in reversed(lit)}
    for number in crowded:
        outline(painter, theme, grid.tile(number).adjusted(-1, -1, 1, 1), 0.6, own=False)
    for place, weight, own in reversed(lit):
        if place[0] in crowded and not own and place != strongest[place[0]]:
            continue
        outline(painter, theme, box_in(block, grid, place), weight, own)


def outline(painter: QPainter, theme: Theme, box: QRectF, weight: float, own: bool) -> None:
    """Outline the box of a number that takes part; ``own``: of the one that is explained."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    wide, high = max(box.width(), _LEAST), max(box.height(), _LEAST)
    box = QRectF(box.center().x() - wide / 2, box.center().y() - high / 2, wide, high)
    color = QColor(theme.text if own else theme.backward)
    color.setAlphaF(1.0 if own else 0.25 + 0.75 * weight)
    painter.setPen(QPen(color, 2 if own else 1.4))
    painter.drawRect(box.adjusted(-1, -1, 1, 1))
