"""Where the boxes of the folded network stand: columns along the edges, lanes side by side."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize

from backprop_viz.analysis.folded_network import FoldedNetwork, NetworkBox
from backprop_viz.analysis.graph.layered_layout import BentLayout, bent_layout

WIDTH, UNFOLDED_WIDTH = 96.0, 150.0
HEIGHT, LOW = 86.0, 58.0  # of a folded box; where a row of the high ones has no room, the low
TITLE, ROW, FOOT = 28.0, 24.0, 8.0
INDENT = 10.0
GAP, LANE_GAP, MARGIN = 22.0, 18.0, 14.0
_LEAST_MARGIN = 2.0  # above all boxes and below them, where there is little room
_PITCH = 11.0  # between edges above all boxes or below them


def is_unfolded(box: NetworkBox) -> bool:
    """Whether a box shows what is in it."""
    return box.rows[0].unfolded


def box_size(box: NetworkBox, folded: float = HEIGHT) -> tuple[float, float]:
    """The width and height of a box; ``folded``: the height of one that is."""
    if not is_unfolded(box):
        return WIDTH, folded
    deepest = max(row.depth for row in box.rows)
    return UNFOLDED_WIDTH + INDENT * deepest, TITLE + ROW * (len(box.rows) - 1) + FOOT


class ModulePlacement:
    """The rectangle of each box, for a network that is shown in so much height."""

    def __init__(self, network: FoldedNetwork, height: float) -> None:
        bent = bent_layout(len(network.boxes), network.edges)
        places = bent.places
        folded = HEIGHT if height >= HEIGHT + LANE_GAP + 2 * _LEAST_MARGIN else LOW
        margin = MARGIN if height >= HEIGHT + LANE_GAP + 2 * MARGIN else _LEAST_MARGIN
        sizes = [box_size(box, folded) for box in network.boxes]
        count = round(max((x for x, _ in places), default=-1)) + 1
        lanes = [(lane, high) for (_, lane), (_, high) in zip(places, sizes, strict=True)]
        beside = -bent.first_bend, bent.last_bend - bent.last
        above, below = (max(lanes_beside, 0.0) * _PITCH for lanes_beside in beside)
        middles, end = _middles(lanes, height - above - below, margin)
        middles = [middle + above for middle in middles]
        widths = [0.0] * count
        self._boxes_in: list[list[int]] = [[] for _ in range(count)]
        for box, ((x, _), (width, _)) in enumerate(zip(places, sizes, strict=True)):
            widths[round(x)] = max(widths[round(x)], width)
            self._boxes_in[round(x)].append(box)
        self._lefts: list[float] = []
        left = MARGIN
        for width in widths:
            self._lefts.append(left)
            left += width + GAP
        self.size = QSize(round(max(left - GAP + MARGIN, 1)), round(end + above + below))
        self.rects: list[QRectF] = []
        for (x, lane), (width, high) in zip(places, sizes, strict=True):
            column = round(x)
            across = self._lefts[column] + (widths[column] - width) / 2
            self.rects.append(QRectF(across, _between(middles, lane) - high / 2, width, high))
        self._ends = [at + width for at, width in zip(self._lefts, widths, strict=True)]
        columns = [round(x) for x, _ in places]
        self._short: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        self._long: list[tuple[int, int]] = []
        for a, b in network.edges:
            if columns[b] - columns[a] == 1:
                self._short[columns[a]].append((a, b))
            else:
                self._long.append((a, b))
        levels = _Levels(bent, middles, margin + above, end - margin + above)
        self._ways = {edge: self._way(bends, levels) for edge, bends in bent.bends.items()}

    def way(self, edge: tuple[int, int]) -> tuple[QPointF, ...]:
        """The points by which an edge passes other boxes; none if it passes none."""
        return self._ways.get(edge, ())

    def _way(self, bends: Sequence[tuple[float, float]], levels: "_Levels") -> tuple[QPointF, ...]:
        points: list[QPointF] = []
        for x, lane in bends:
            column, y = round(x), levels.of(lane)
            points += QPointF(self._lefts[column], y), QPointF(self._ends[column], y)
        return tuple(points)

    def _columns(self, exposed: QRectF) -> range:
        """The columns that reach into an area."""
        first = bisect_left(self._ends, exposed.left() - GAP)
        return range(first, bisect_right(self._lefts, exposed.right() + GAP))

    def boxes_in(self, exposed: QRectF) -> list[int]:
        """The boxes that may be seen in an area."""
        return [box for column in self._columns(exposed) for box in self._boxes_in[column]]

    def edges_in(self, exposed: QRectF) -> Sequence[tuple[int, int]]:
        """The edges that may be seen in an area."""
        short = [edge for column in self._columns(exposed) for edge in self._short[column]]
        passing = [
            (a, b)
            for a, b in self._long
            if self.rects[a].right() < exposed.right() and self.rects[b].left() > exposed.left()
        ]
        return short + passing

    def row_rect(self, box: int, row: int) -> QRectF:
        """The rectangle of a row; of the first, that of the whole box if it is folded."""
        rect = self.rects[box]
        if row == 0:
            return (
                rect if rect.width() == WIDTH else QRectF(rect.x(), rect.y(), rect.width(), TITLE)
            )
        return QRectF(rect.x() + 8, rect.y() + TITLE + ROW * (row - 1), rect.width() - 16, ROW - 4)

    def at(self, point: QPointF, rows: Sequence[int]) -> tuple[int, int] | None:
        """The box and row at a point; ``rows``: how many each box has."""
        near = QRectF(point.x(), point.y(), 1, 1)
        for box in self.boxes_in(near):
            if self.rects[box].contains(point):
                inside = (
                    row for row in range(1, rows[box]) if self.row_rect(box, row).contains(point)
                )
                return box, next(inside, 0)
        return None


@dataclass(frozen=True, slots=True)
class _Levels:
    """How far below the top each lane is: of the boxes, and of the edges beside them."""

    bent: BentLayout
    middles: Sequence[float]
    top: float
    bottom: float

    def of(self, lane: float) -> float:
        """The middle of a lane."""
        if lane < 0:
            return self.top + (lane + 0.5) * _PITCH
        if lane > self.bent.last:
            return self.bottom + (lane - self.bent.last - 0.5) * _PITCH
        return _between(self.middles, lane)


def _middles(
    boxes: Sequence[tuple[float, float]], height: float, margin: float
) -> tuple[list[float], float]:
    """The middle of each whole lane, and where the last one ends.

    ``boxes`` are (lane, height). Lanes are as high as their tallest box, and share what is left.
    """
    tall: dict[int, float] = {}
    for lane, high in boxes:
        for near in {int(lane), round(lane + 0.49)}:
            tall[near] = max(tall.get(near, 0.0), high + LANE_GAP)
    heights = [tall.get(lane, LANE_GAP) for lane in range(max(tall, default=0) + 1)]
    spare = max(height - 2 * margin - sum(heights), 0.0) / len(heights)
    middles, top = [], margin
    for high in heights:
        middles.append(top + (high + spare) / 2)
        top += high + spare
    return middles, top + margin


def _between(middles: Sequence[float], lane: float) -> float:
    """The middle of a lane, which may lie between two."""
    low = min(int(lane), len(middles) - 1)
    high = min(low + 1, len(middles) - 1)
    return middles[low] + (lane - low) * (middles[high] - middles[low])
