"""Which number of a tensor is drawn at a point of its maps. The inverse of the mosaic."""

import numpy as np
from PySide6.QtCore import QPointF

from backprop_viz.desktop.panels.network.feature_maps import Block, Look
from backprop_viz.desktop.panels.network.network_layout import Grid
from backprop_viz.recording.events import Array


def element_at(block: Block, grid: Grid, point: QPointF) -> tuple[int, ...] | None:
    """The index in a block's source of the number at a point; None where there is none.

    Where a pixel stands for several numbers, it is the one that the pixel shows: the one farthest
    from zero.
    """
    index, maps = grid.at(point), block.maps
    if index is None or maps is None:
        return None
    if block.size.look is Look.SCALAR:
        return block.index(0, 0, 0)
    if block.size.look is Look.UNITS:
        _, column = grid.cell(index)
        row = numbers_at(point.y() - grid.y, grid.rect.height(), grid.rows).start
        unit = grid.index(row, column)
        return None if unit is None else block.index(unit, 0, 0)
    tile = grid.tile(index)
    own = maps[index]
    rows = numbers_at(point.y() - tile.y(), tile.height(), own.shape[0])
    columns = numbers_at(point.x() - tile.x(), tile.width(), own.shape[1])
    return block.index(index, *farthest(own, rows, columns))


def numbers_at(at: float, length: float, count: int) -> range:
    """The numbers along an axis of a tile that its pixel at ``at`` stands for."""
    edge = 1 if length >= 6 else 0
    pixels = max(round(length) - 2 * edge, 1)
    pixel = min(max(int(at) - edge, 0), pixels - 1)
    if count <= pixels:
        number = pixel * count // pixels
        return range(number, number + 1)
    return range(pixel * count // pixels, (pixel + 1) * count // pixels)


def farthest(numbers: Array, rows: range, columns: range) -> tuple[int, int]:
    """Where the number farthest from zero is in a part of a map; NaN is farther than any."""
    part = np.abs(numbers[rows.start : rows.stop, columns.start : columns.stop])
    row, column = divmod(int(part.argmax()), part.shape[1])
    return rows.start + row, columns.start + column
