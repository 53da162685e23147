"""Which number of a tensor is drawn at a point of its maps. The inverse of the mosaic."""

from PySide6.QtCore import QPointF

from backprop_viz.desktop.panels.network.feature_maps import Block, Look
from backprop_viz.desktop.panels.network.network_layout import Grid
from backprop_viz.desktop.style.thinning import farthest, numbers_at


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
