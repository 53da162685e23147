"""The ways of edges that pass columns: between the layers there, above all of them or below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF

from backprop_viz.analysis.graph.layered_layout import BentLayout

# For each edge of a layer that has bends: the layer it leads to, and the points between.
Ways = tuple[tuple[int, tuple[QPointF, ...]], ...]

_PITCH = 14  # between lanes that no layer is in, at 100 % of the text size


def beside_lanes(bent: BentLayout, text: float) -> tuple[int, int]:
    """The pixels above and below the layers' lanes that edges need."""
    above, below = -bent.first_bend, bent.last_bend - bent.last
    return round(max(above, 0.0) * _PITCH * text), round(max(below, 0.0) * _PITCH * text)


@dataclass(frozen=True, slots=True)
class Lanes:
    """Where the layers' lanes are, in pixels: the first one's top, and each one's height.

    ``middle`` is how far below its lane's top the middle of a layer's content is; ``text`` the
    size of text, 1 for 100 %.
    """

    top: float
    height: float
    middle: float
    text: float


def ways_of(
    bent: BentLayout, centers: Sequence[float], slots: Sequence[float], lanes: Lanes
) -> Mapping[int, Ways]:
    """The ways of the edges that begin at each layer.

    Across a column that it passes, an edge is level: ``centers`` are the columns' middles,
    ``slots`` the widths of their texts.
    """
    found: dict[int, Ways] = {}
    for (a, b), bends in bent.bends.items():
        way: list[QPointF] = []
        for column, lane in bends:
            middle, half = centers[round(column)], slots[round(column)] / 2
            y = _height(bent, lane, lanes)
            way += QPointF(middle - half, y), QPointF(middle + half, y)
        found[a] = (*found.get(a, ()), (b, tuple(way)))
    return found


def _height(bent: BentLayout, lane: float, lanes: Lanes) -> float:
    last, pitch = bent.last, _PITCH * lanes.text
    if lane < 0:
        return lanes.top + lane * pitch + pitch / 2
    if lane > last:
        return lanes.top + (last + 1) * lanes.height + (lane - last) * pitch - pitch / 2
    return lanes.top + lane * lanes.height + lanes.middle
