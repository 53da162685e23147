"""A map of the network panel, and the map that an arrow key leads to."""

from dataclasses import dataclass

from backprop_viz.desktop.panels.network.network_layout import NetworkColumn


@dataclass(frozen=True, slots=True)
class Spot:
    """The position of a map: column, block in the column, index in the block."""

    column: int
    block: int
    map: int


def moved(columns: tuple[NetworkColumn, ...], spot: Spot, down: int, across: int) -> Spot:
    """The map next to a spot: in its grid, or in the block or column beside it."""
    grid = columns[spot.column].grids[spot.block]
    row, column = grid.cell(spot.map)
    index = grid.index(row + down, column + across)
    if index is not None:
        return Spot(spot.column, spot.block, index)
    if down:
        return _in_row_beside(columns, spot, down)
    order = [
        (rect.center().x(), c, b)
        for c, place in enumerate(columns)
        for b, rect in enumerate(grid.rect for grid in place.grids)
    ]
    order.sort()
    here = next(i for i, (_, c, b) in enumerate(order) if (c, b) == (spot.column, spot.block))
    if not 0 <= here + across < len(order):
        return spot
    _, c, b = order[here + across]
    beside = columns[c].grids[b]
    level = grid.tile(spot.map).center().y()
    nearest = min(
        range(beside.count),
        key=lambda i: (
            abs(beside.tile(i).center().y() - level),
            across * beside.tile(i).x(),
        ),
    )
    return Spot(c, b, nearest)


def _in_row_beside(columns: tuple[NetworkColumn, ...], spot: Spot, down: int) -> Spot:
    """The nearest map of the row of blocks above or below, if the column has several rows."""
    placed = columns[spot.column]
    in_row = len(placed.grids) // len(placed.captions)
    block = spot.block + down * in_row
    if not 0 <= block < len(placed.grids):
        return spot
    grid, here = placed.grids[block], placed.grids[spot.block].tile(spot.map).center()
    distances = (grid.tile(i).center() - here for i in range(grid.count))
    nearest = min(enumerate(distances), key=lambda found: found[1].manhattanLength())
    return Spot(spot.column, block, nearest[0])
