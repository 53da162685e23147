"""Paints the timeline's bar: phases, ticks between events, breakpoints, the cursor."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QLinearGradient, QPainter, QPen, QPolygonF

from backprop_viz.desktop.panels.phases.timeline_layout import Segment, x_of
from backprop_viz.desktop.style.theme import Theme, body_font, scaled
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.trace.phases import PHASES, Phase

_BAR = 8
_HANDLE = 7.5


def bar_box(segments: Sequence[Segment], top: float) -> QRectF:
    """The box of the bar."""
    last = segments[-1]
    return QRectF(segments[0].left, top, last.left + last.width - segments[0].left, _BAR)


def paint_flow(painter: QPainter, theme: Theme, segments: Sequence[Segment], top: float) -> None:
    """Paint phases that blend into each other: they run too fast to be shown singly."""
    bar = bar_box(segments, top)
    flow = QLinearGradient(bar.topLeft(), bar.topRight())
    for i, phase in enumerate(PHASES):
        flow.setColorAt((i + 0.5) / len(PHASES), theme.tint(theme.phase(phase), 0.6))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(flow)
    painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)
    _paint_names(painter, theme, segments, top)


def paint_bar(
    painter: QPainter,
    theme: Theme,
    segments: Sequence[Segment],
    top: float,
    view_state: ViewState,
    stops: Sequence[int],
) -> None:
    """Paint the phases up to the cursor, and a mark at each of the events ``stops``."""
    position = view_state.cursor.position
    bar, handle = bar_box(segments, top), x_of(segments, position)
    painter.setPen(Qt.PenStyle.NoPen)
    for segment in segments:
        color = theme.phase(segment.phase)
        box = QRectF(segment.left, top, segment.width, _BAR)
        painter.setBrush(theme.tint(color, 0.3 if segment.recorded else 0.12))
        painter.drawRoundedRect(box, 2.5, 2.5)
        if segment.recorded and handle > segment.left and position > segment.start:
            painter.setBrush(color)
            done = QRectF(box.left(), top, handle - box.left(), _BAR)
            painter.drawRoundedRect(box.intersected(done), 2.5, 2.5)
        if segment.recorded:
            _paint_ticks(painter, theme, segment, box)
    _paint_names(painter, theme, segments, top)
    for index in stops:
        _paint_stop(painter, theme, QPointF(x_of(segments, index + 1), top))
    if any(segment.recorded for segment in segments):
        _paint_handle(painter, theme, QPointF(handle, bar.center().y()), view_state)


def _paint_ticks(painter: QPainter, theme: Theme, segment: Segment, box: QRectF) -> None:
    step = segment.width / max(segment.count, 1)
    if step < 6:
        return
    between = QColor(theme.panel)
    between.setAlphaF(0.55)
    painter.setBrush(between)
    for i in range(1, segment.count):
        painter.drawRect(QRectF(segment.left + i * step - 0.5, box.top(), 1, box.height()))


def _paint_names(painter: QPainter, theme: Theme, segments: Sequence[Segment], top: float) -> None:
    font = body_font(11)
    metrics = QFontMetrics(font)
    painter.setFont(font)
    painter.setPen(QColor(theme.muted))
    for segment in segments:
        name = segment.title
        if metrics.horizontalAdvance(name) <= segment.width:
            where = QRectF(segment.left, top + 11, segment.width, scaled(16))
            painter.drawText(where, Qt.AlignmentFlag.AlignLeft, name)


def _paint_stop(painter: QPainter, theme: Theme, at: QPointF) -> None:
    """Paint a small pin whose tip touches the bar where the cursor will stop."""
    painter.setPen(QPen(QColor(theme.panel), 1))
    painter.setBrush(QColor(theme.error))
    corners = [at + QPointF(-4, -4.5), at + QPointF(4, -4.5), at + QPointF(0, 2.5)]
    painter.drawPolygon(QPolygonF(corners))


def _paint_handle(painter: QPainter, theme: Theme, center: QPointF, view_state: ViewState) -> None:
    event = view_state.cursor.event
    painter.setPen(QPen(QColor(theme.panel), 2))
    painter.setBrush(theme.phase(event.phase if event else Phase.ZERO_GRAD))
    painter.drawEllipse(center, _HANDLE, _HANDLE)
    if view_state.hit is not None:
        painter.setPen(QPen(QColor(theme.error), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(center, _HANDLE + 1.5, _HANDLE + 1.5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.panel))
    painter.drawEllipse(center, 2, 2)
