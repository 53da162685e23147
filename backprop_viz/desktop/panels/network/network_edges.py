"""Paints the arrows from layer to layer."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from backprop_viz.desktop.panels.network.network_layout import NetworkColumn
from backprop_viz.desktop.panels.network.network_state import NetworkState
from backprop_viz.desktop.style.painting import arrow
from backprop_viz.desktop.style.theme import Theme
from backprop_viz.recording.trace.layers import Layer
from backprop_viz.recording.trace.phases import Phase


def paint_edge(
    painter: QPainter,
    theme: Theme,
    state: NetworkState,
    edge: tuple[int, int],
    columns: Sequence[NetworkColumn],
) -> None:
    """Paint the arrow between two layers, around those that it passes."""
    left, right = (columns[i].content for i in edge)
    before, after = (side_of(state, state.layers.layers[i]) + 4 for i in edge)
    if right.left() - left.right() < before + after + 8:
        before = after = 2
    start = QPointF(left.right() + before, left.center().y())
    end = QPointF(right.left() - after, right.center().y())
    if abs(end.y() - start.y()) < 3:  # whole pixels: middles may differ by half a pixel
        end.setY(start.y())
    pen = QPen(QColor(theme.faint), 1.2, Qt.PenStyle.DashLine)
    if state.reached(edge):
        phase = Phase.BACKWARD if state.backwards else Phase.FORWARD
        pen = QPen(theme.phase(phase), 1.5)
    points = [start, *dict(columns[edge[0]].ways).get(edge[1], ()), end]
    if state.backwards:
        points.reverse()
    if len(points) > 2:
        painter.setPen(pen)
        painter.drawPolyline(points[:-1])
    arrow(painter, points[-2], points[-1], pen)


def side_of(state: NetworkState, layer: Layer) -> int:
    """The gap between a layer's content and its outline, where the logits' marks are."""
    return 14 if state.is_logits(layer) else 6
