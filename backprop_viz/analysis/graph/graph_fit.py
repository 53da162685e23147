"""How a grad_fn graph is folded so that most of it can be seen and read in an area."""

import math
from dataclasses import dataclass

from backprop_viz.analysis.graph.box_sizes import COMPACT, OPEN, BoxSizes
from backprop_viz.analysis.graph.graph_layout import Placement, column_pitch, place
from backprop_viz.analysis.graph.graph_structure import Structure

_ROW = 110  # the height of a row, as a first guess
_SMALL = 60  # nodes in a row
_HOME = 1.35  # the largest scale at first


def best_columns(
    structure: Structure,
    width: float,
    height: float,
    now: int = 0,
    readable: bool = True,
    sizes: BoxSizes = OPEN,
) -> int:
    """How many columns to a row show most in an area; ``now`` stays while it is nearly as good.

    Where all of it would be too small to read, and it is to be ``readable``, rows as wide as can
    be read, and more of them than fit.
    """
    if not structure.foldable or not structure.length or width <= 0 or height <= 0:
        return structure.length
    least = sizes.readable**2 * (sizes.width + sizes.gap) * sizes.height
    if structure.length > 4 * (width * height) / least:
        # Far too many to fit, however they are folded.
        pitch = column_pitch(structure, sizes)
        if readable:
            return _comfortable(width, pitch, sizes)
        rows = max(round(math.sqrt(structure.length * pitch * height / (width * _ROW))), 1)
        # Again, with the height that the rows turned out to have.
        row = place(structure, -(-structure.length // rows), sizes).height / rows
        rows = max(round(math.sqrt(structure.length * pitch * height / (width * row))), 1)
        return -(-structure.length // rows)
    flat = place(structure, structure.length, sizes)
    pitch = flat.width / structure.length
    row = flat.height + sizes.lane_gap + sizes.edge_room + sizes.track

    def guess(rows: int) -> float:
        columns = -(-structure.length // rows)
        return min(width / (columns * pitch), height / (rows * row))

    def scale(columns: int) -> float:
        placement = place(structure, columns, sizes)
        return min(width / placement.width, height / placement.height)

    rows = max(range(1, structure.length + 1), key=lambda rows: (round(guess(rows), 3), -rows))
    near = {-(-structure.length // n) for n in (rows - 1, rows, rows + 1) if n > 0}
    scales = {columns: scale(columns) for columns in near}
    best = max(scales, key=lambda columns: (round(scales[columns], 3), columns))
    if readable and scales[best] < sizes.readable:
        return min(_comfortable(width, pitch, sizes), structure.length)
    if 0 < now <= structure.length and scale(now) > max(0.9 * scales[best], sizes.readable):
        return now
    return best


@dataclass(frozen=True, slots=True)
class Fit:
    """How a graph is drawn: how much larger than usual, in what boxes, how many to a row."""

    text: float
    sizes: BoxSizes
    columns: int


def fit_for(
    structure: Structure, width: float, height: float, now: int, readable: bool, text: float
) -> Fit:
    """How to draw a graph in an area, where text has the size of ``text`` times the usual one.

    A small graph of which not all would be seen is drawn in compact boxes, then smaller, but not
    smaller than usual.
    """
    if not readable or structure.length > _SMALL or not structure.foldable:
        return Fit(text, OPEN, best_columns(structure, width / text, height / text, now, readable))
    for size in [text, *(size / 10 for size in range(math.ceil(text * 10) - 1, 9, -1))]:
        for sizes in (OPEN, COMPACT):
            columns = best_columns(structure, width / size, height / size, now, True, sizes)
            placement = place(structure, columns, sizes)
            needed = size * sizes.readable
            if placement.width * needed <= width and placement.height * needed <= height:
                return Fit(size, sizes, columns)
    columns = best_columns(structure, width / text, height / text, now, True, COMPACT)
    return Fit(text, COMPACT, columns)


def _comfortable(width: float, pitch: float, sizes: BoxSizes) -> int:
    """As many columns as can be read comfortably."""
    return max(int(width / (pitch * sizes.comfortable)), 1)


def first_view(
    placement: Placement, width: float, height: float, text: float, readable: bool
) -> tuple[float, float, float]:
    """The scale at which to show a graph at first, and the empty room at its left and its top.

    All of it; where it is to be ``readable`` and names would be too small, its full width.
    """
    across, down = width / placement.width, height / max(placement.height, 1)
    home, least = _HOME * text, placement.sizes.readable * text
    scale = min(across, down, home)
    top = (height / scale - placement.height) / 2
    if readable and scale < least:
        scale, top = min(max(across, least), home), 0.0
    return scale, max((width / scale - placement.width) / 2, 0.0), top
