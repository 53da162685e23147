"""The layout of the network's columns and maps: pure functions of shapes and sizes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, pairwise

from PySide6.QtCore import QPointF, QRectF, QSize

from backprop_viz.analysis.graph.layered_layout import BentLayout, bent_layout
from backprop_viz.desktop.panels.network.feature_maps import Look, Size, activation_size
from backprop_viz.desktop.panels.network.long_edges import (
    Lanes,
    Ways,
    beside_lanes,
    ways_of,
)
from backprop_viz.recording.trace.layers import Layer, LayerGraph

_HEADER = 38  # at 100 % of the text size, as all that has to do with text
_CAPTION = 17
_MARGIN = 10
_MARKS = 8  # more where the last column may have logits: their marks make its frame wider
_ARROW = 30  # the least gap between two columns
_LEAST_ARROW = 22  # the least gap if names need the room
_RANGE = 50  # the width of a range below a column
ROW_NAME = 18  # room for the names of rows
_LEAST_PITCH = 56  # from one column to the next
_LEAST_BLOCKS = 22  # height, of a row of blocks
_STRIP = 9  # width of a bias beside its weight
_BLOCK_GAP = 4


@dataclass(frozen=True, slots=True)
class Grid:
    """The layout of a block's maps. Units run down the columns, maps along the rows."""

    x: float
    y: float
    count: int
    rows: int
    columns: int
    width: float  # of a tile
    height: float
    gap: int
    downwards: bool = False

    @property
    def rect(self) -> QRectF:
        """The box of all tiles."""
        across = self.columns * (self.width + self.gap) - self.gap
        down = self.rows * (self.height + self._row_gap) - self._row_gap
        return QRectF(self.x, self.y, across, down)

    @property
    def _row_gap(self) -> int:
        return 0 if self.downwards else self.gap

    def tile(self, index: int) -> QRectF:
        """The box of a map."""
        row, column = self.cell(index)
        return QRectF(
            self.x + column * (self.width + self.gap),
            self.y + row * (self.height + self._row_gap),
            self.width,
            self.height,
        )

    def cell(self, index: int) -> tuple[int, int]:
        """The (row, column) of a map."""
        if self.downwards:
            return index % self.rows, index // self.rows
        return index // self.columns, index % self.columns

    def index(self, row: int, column: int) -> int | None:
        """The map at a row and column, or None."""
        if not (0 <= row < self.rows and 0 <= column < self.columns):
            return None
        index = column * self.rows + row if self.downwards else row * self.columns + column
        return index if index < self.count else None

    def at(self, point: QPointF) -> int | None:
        """The map at a point."""
        if not self.rect.contains(point):
            return None
        column = int((point.x() - self.x) // (self.width + self.gap))
        row = int((point.y() - self.y) // (self.height + self._row_gap))
        return self.index(min(row, self.rows - 1), min(column, self.columns - 1))

    def moved(self, x: float, y: float) -> "Grid":
        """The same grid at another position."""
        return Grid(
            round(x), round(y), self.count, self.rows, self.columns, self.width, self.height,
            self.gap, self.downwards,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class NetworkColumn:
    """A layer's layout: a header on top, its blocks around the middle, the range below.

    With several rows of blocks each row has its range below it: ``captions`` has one for each row,
    ``grids`` one for each block, row by row. ``ways`` are those of the long edges that begin here.
    """

    header: QRectF
    content: QRectF
    captions: tuple[QRectF, ...]
    grids: tuple[Grid, ...]
    ways: Ways = ()

    @property
    def rows(self) -> tuple[QRectF, ...]:
        """The box of each row's blocks."""
        in_row, boxes = len(self.grids) // len(self.captions), []
        for start in range(0, len(self.grids), in_row):
            box = self.grids[start].rect
            for grid in self.grids[start + 1 : start + in_row]:
                box = box.united(grid.rect)
            boxes.append(box)
        return tuple(boxes)

    def shifted(self, across: float) -> "NetworkColumn":
        """The same column farther to the right."""
        return NetworkColumn(
            self.header.translated(across, 0),
            self.content.translated(across, 0),
            tuple(box.translated(across, 0) for box in self.captions),
            tuple(grid.moved(grid.x + across, grid.y) for grid in self.grids),
            tuple((to, tuple(p + QPointF(across, 0) for p in way)) for to, way in self.ways),
        )


@lru_cache(maxsize=16)
def place_columns(
    network: LayerGraph,
    sizes: tuple[tuple[Size, ...], ...],
    headers: tuple[int, ...],
    width: int,
    height: int,
    rows: int = 1,
    text: float = 1.0,
) -> tuple[NetworkColumn, ...]:
    """The layout of each layer. ``sizes`` are those of its blocks, ``headers`` its text's width.

    Columns are placed for their activations in every mode, so they do not move when the mode
    changes. With several ``rows``, a layer's blocks are that many times as many, row by row, and
    on the left is room for the rows' names. ``text`` is the size of text; 1 is 100 %.
    """
    layers = network.layers
    if not layers:
        return ()
    head, foot, beside = round(_HEADER * text), round(_CAPTION * text), round(ROW_NAME * text)
    if rows > 1:
        width -= beside
    bent = bent_layout(len(layers), network.edges)
    places = bent.places
    count, lanes = _extent(bent)
    last = (y for y, (x, _) in zip(layers, places, strict=True) if round(x) == count - 1)
    if any(len(layer.shape) == 1 for layer in last):
        width -= _MARKS
    above, below = beside_lanes(bent, text)
    band = (height - above - below) / lanes
    pitch = (width - 2 * _MARGIN) / count
    room = _Room(
        max(pitch - _ARROW, 14),
        max((band - head) / rows - foot - 6, 20),
        max([activation_size(layer).height for layer in layers]),
        text,
    )
    wanted = [0.0] * count
    needed = [0.0] * count
    for layer, header_width, (x, _) in zip(layers, headers, places, strict=True):
        i = round(x)
        activations = fit(activation_size(layer), room).rect.width()
        wanted[i] = max(wanted[i], activations, header_width, _RANGE * text)
        wide = max(header_width + 4, _RANGE * text)
        needed[i] = max(needed[i], activations + _LEAST_ARROW, wide)
    centers, slots = _centers(wanted, needed, width)
    lanes_at = Lanes(above, band, head + (band - head - foot) / 2, text)
    ways = ways_of(bent, centers, slots, lanes_at)
    columns = []
    for nr, (layer, own, (x, lane)) in enumerate(zip(layers, sizes, places, strict=True)):
        i = round(x)
        middle = above + (lane + 0.5) * band
        header = QRectF(centers[i] - slots[i] / 2, middle - band / 2, slots[i], head)
        grids: list[Grid] = []
        feet: list[QRectF] = []
        count_of_row, step = len(own) // rows, (band - head) / rows
        for row in range(rows):
            top = header.bottom() + row * step
            feet.append(QRectF(header.x(), top + step - foot, slots[i], foot))
            center = QPointF(centers[i], top + (step - foot) / 2)
            of_row = own[row * count_of_row : (row + 1) * count_of_row]
            grids += _beside(layer, of_row, room, center)
        content = grids[0].rect
        for grid in grids[1:]:
            content = content.united(grid.rect)
        column = NetworkColumn(header, content, tuple(feet), tuple(grids), ways.get(nr, ()))
        columns.append(column if rows == 1 else column.shifted(beside))
    return tuple(columns)


def least_size(network: LayerGraph, rows: int = 1, text: float = 1.0) -> QSize:
    """The size below which the network is scrolled instead of squeezed."""
    if not network.layers:
        return QSize(0, 0)
    bent = bent_layout(len(network.layers), network.edges)
    across, lanes = _extent(bent)
    # Rather low maps than ranges that nobody sees without scrolling.
    least = _LEAST_BLOCKS
    # Not wider for larger text: all columns are to be seen at once.
    high = lanes * (_HEADER * text + rows * (_CAPTION * text + least))
    high += sum(beside_lanes(bent, text))
    return QSize(2 * _MARGIN + across * _LEAST_PITCH, round(high))


def _extent(bent: BentLayout) -> tuple[int, float]:
    """How many columns and lanes of layers there are."""
    return round(max(column for column, _ in bent.places)) + 1, bent.last + 1


@dataclass(frozen=True, slots=True)
class _Room:
    """The room for a column's content, the height of the largest map, and the size of text."""

    width: float
    height: float
    largest: int
    text: float = 1.0


def _centers(
    wanted: Sequence[float], needed: Sequence[float], width: float
) -> tuple[list[float], list[float]]:
    """The middle of each column and the width for its texts, with equal gaps between columns.

    If there is no room for that, each column gets a share according to its needs.
    """
    count = len(wanted)
    free = width - 2 * _MARGIN - sum(wanted)
    gap = free / (count - 1) if count > 1 else 0.0
    if count > 1 and gap < 6:
        shares = _shares(needed, width - 2 * _MARGIN)
        ends = list(accumulate(shares, initial=float(_MARGIN)))
        return [(a + b) / 2 for a, b in pairwise(ends)], [share - 4 for share in shares]
    if count == 1:
        return [width / 2], [width - 2 * _MARGIN]
    centers, left = [], float(_MARGIN)
    for want in wanted:
        centers.append(left + want / 2)
        left += want + gap
    return centers, [want + gap - 6 for want in wanted]


def _shares(needed: Sequence[float], room: float) -> list[float]:
    """Parts of a room: small needs are met in full, the others share the rest equally."""
    shares, left = [0.0] * len(needed), room
    order = sorted(range(len(needed)), key=needed.__getitem__)
    for rank, i in enumerate(order):
        shares[i] = min(needed[i], left / (len(order) - rank))
        left -= shares[i]
    return [share + left / len(order) for share in shares]


def _beside(
    layer: Layer, sizes: tuple[Size, ...], room: _Room, center: QPointF
) -> tuple[Grid, ...]:
    """The grids of a layer's blocks side by side around a point."""
    if sizes[0].look is Look.NOTHING:
        grids = [fit(activation_size(layer), room)]
    elif len(sizes) == 1:
        grids = [fit(sizes[0], room)]
    else:
        grids = _weights(sizes, room)
    left = center.x() - sum(g.rect.width() + _BLOCK_GAP for g in grids) / 2 + _BLOCK_GAP / 2
    placed = []
    for grid in grids:
        placed.append(grid.moved(left, center.y() - grid.rect.height() / 2))
        left += grid.rect.width() + _BLOCK_GAP
    return tuple(placed)


def _weights(sizes: tuple[Size, ...], room: _Room) -> list[Grid]:
    """Several parameters share a column: strips are narrow and as high as the block beside them."""
    strips = sum(size.look is Look.UNITS for size in sizes)
    free = room.width - strips * (_STRIP + _BLOCK_GAP)
    width = max(free / max(len(sizes) - strips, 1), 8)
    share = replace(room, width=width)
    grids = [fit(size, share) for size in sizes]
    heights = [
        g.rect.height() for g, s in zip(grids, sizes, strict=True) if s.look is not Look.UNITS
    ]
    height = max(heights, default=max(grid.rect.height() for grid in grids))
    return [
        _strip(size.count, _STRIP, height) if size.look is Look.UNITS else grid
        for size, grid in zip(sizes, grids, strict=True)
    ]


@lru_cache(maxsize=256)
def fit(size: Size, room: _Room) -> Grid:
    """The grid that makes a block's maps largest in a room; its position is not set."""
    if size.look is Look.SCALAR:
        side = round(min(max(room.height * 0.17, 44 * room.text), 60 * room.text, room.height))
        # Where it is low, its number still needs room.
        least = round(58 * room.text) if side < 44 * room.text else side
        return Grid(0, 0, 1, 1, 1, max(side, least), side, 0)
    if size.look is Look.UNITS:
        return _units(size.count, room)
    if size.look is Look.MATRIX:
        width = round(min(room.width, max(size.width * 8, 24)))
        return Grid(0, 0, 1, 1, 1, max(width, 6), round(_strip_height(size.height, room)), 0)
    return _maps(size, room)


def _units(count: int, room: _Room) -> Grid:
    height = _strip_height(count, room)
    columns = min(math.ceil(count / height), max(int(room.width // 3), 1))
    width = min(max(round(room.height / 14), 10), 26)
    if columns > 1:
        width = max(int(room.width / columns) - 1, 2)
    return _strip(count, width, height, columns)


def _strip(count: int, width: int, height: float, columns: int = 1) -> Grid:
    rows = math.ceil(count / columns)
    gap = 1 if columns > 1 else 0
    return Grid(0, 0, count, rows, columns, width, round(height) / rows, gap, True)


def _strip_height(count: int, room: _Room) -> float:
    """The length of a strip grows with the logarithm of its units, so that ten are visible beside
    120.
    """
    share = min(max(0.35 + 0.25 * math.log10(max(count, 1)), 0.35), 1.0)
    return max(min(room.height * share, count * 26), 12)


def _maps(size: Size, room: _Room) -> Grid:
    area = room.width * room.height / size.count
    gap = 3 if area > 15 * 15 else 1 if area > 6 * 6 else 0
    best, columns = 0.0, 1
    for across in range(1, min(size.count, 64) + 1):
        down = math.ceil(size.count / across)
        unit = _unit(size, room, down, across, gap)
        # Prefer a full last row slightly.
        worth = unit * (1.0 if size.count % across == 0 else 0.9)
        if worth > best:
            best, columns = worth, across
    rows = math.ceil(size.count / columns)
    unit = _unit(size, room, rows, columns, gap)
    if size.look is not Look.KERNELS:
        unit *= (size.height / room.largest) ** 0.25 if size.height < room.largest else 1.0
    if size.count == 1:
        unit = min(unit, max(room.height * 0.34, 44) / size.height)
    height, width = (
        _snapped(size.height * unit, size.height),
        _snapped(size.width * unit, size.width),
    )
    return Grid(0, 0, size.count, rows, columns, width, height, gap)


def _unit(size: Size, room: _Room, rows: int, columns: int, gap: int) -> float:
    """The side of one number if the maps fill the room."""
    down = (room.height - (rows - 1) * gap) / rows / size.height
    across = (room.width - (columns - 1) * gap) / columns / size.width
    return max(min(down, across), 0.01)


def _snapped(length: float, numbers: int) -> int:
    """Rounded to whole pixels with a border; whole pixels for each number if that costs little."""
    inner = length - 2
    whole = int(inner // numbers) * numbers
    return max(whole + 2 if whole > 0.86 * inner else int(length), 1)
