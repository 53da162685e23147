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
        return spot
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
