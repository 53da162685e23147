"""Paints the boxes of the folded network."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from backprop_viz.analysis.folded_network import BoxRow, FoldedNetwork
from backprop_viz.analysis.repeated_layers import Pass
from backprop_viz.desktop.panels.network.module_facts import ModuleFacts
from backprop_viz.desktop.panels.network.module_layout import (
    HEIGHT,
    INDENT,
    ModulePlacement,
    is_unfolded,
)
from backprop_viz.desktop.panels.network.network_state import NetworkState
from backprop_viz.desktop.style.painting import arrow, first_fitting, fitting, head_of, text_line
from backprop_viz.desktop.style.theme import Theme, body_font, code_font
from backprop_viz.recording.trace.phases import Phase

_LEFT = Qt.TextElideMode.ElideLeft


@dataclass(frozen=True, slots=True)
class ModuleScene:
    """What is painted: the boxes with their facts, where they stand, and what is marked in them.

    ``current`` is the place of the layer of the event just done. ``selected`` are names of layers.
    """

    network: FoldedNetwork
    placement: ModulePlacement
    facts: ModuleFacts
    state: NetworkState
    current: int | None
    selected: frozenset[str]
    focus: tuple[int, int] | None

    def holds_current(self, row: BoxRow) -> bool:
        """Whether the layer at the cursor is one of a row."""
        return self.current is not None and row.first <= self.current < row.stop

    def is_selected(self, row: BoxRow) -> bool:
        """Whether a row has a selected layer."""
        layers = self.facts.layers.layers[row.first : row.stop]
        return bool(self.selected) and any(layer.name in self.selected for layer in layers)


def paint_modules(painter: QPainter, theme: Theme, scene: ModuleScene, exposed: QRectF) -> None:
    """Paint the boxes and arrows that can be seen."""
    for edge in scene.placement.edges_in(exposed):
        _paint_edge(painter, theme, scene, edge)
    for box in scene.placement.boxes_in(exposed):
        rows = scene.network.boxes[box].rows
        rect = scene.placement.rects[box]
        if rows[0].repeat is not None:
            _paint_loop(painter, theme, scene, box)
        _frame(painter, theme, scene, rect, rows[0], radius=7)
        if is_unfolded(scene.network.boxes[box]):
            _paint_unfolded(painter, theme, scene, box)
        else:
            _paint_folded(painter, theme, scene, rect, rows[0])
    if scene.focus is not None:
        box, row = scene.focus
        painter.setPen(QPen(QColor(theme.accent), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ring = scene.placement.row_rect(box, row).adjusted(-2, -2, 2, 2)
        painter.drawRoundedRect(ring, 7, 7)


def _frame(
    painter: QPainter, theme: Theme, scene: ModuleScene, rect: QRectF, row: BoxRow, radius: int
) -> None:
    color, fill, width = QColor(theme.border), QColor(theme.control), 1.0
    phase = scene.state.phase
    if scene.holds_current(row) and phase is not None:
        color, width = theme.phase(phase), 1.6
        fill = theme.tint(color, 0.14)
    elif scene.is_selected(row):
        color = QColor(theme.accent)
    painter.setPen(QPen(color, width))
    painter.setBrush(fill)
    painter.drawRoundedRect(rect, radius, radius)


def _paint_folded(
    painter: QPainter, theme: Theme, scene: ModuleScene, rect: QRectF, row: BoxRow
) -> None:
    """A title, a caption, and the norm as a bar and a number; in a low box no caption."""
    is_low = rect.height() < HEIGHT
    facts, box = scene.facts, rect.toRect().adjusted(6, 4 if is_low else 8, -6, -6)
    title = box.adjusted(0, 0, 0, 16 - box.height())
    name = facts.title(row)
    font = fitting(body_font(12, bold=True), name, title.width(), 11)
    text_line(painter, title, name, font, QColor(theme.text), _LEFT)
    if not is_low:
        caption = title.translated(0, 19)
        text_line(painter, caption, facts.caption(row), code_font(11), QColor(theme.muted))
    part = facts.part(row)
    if part is not None:
        below = 21 if is_low else 42
        _bar(painter, theme, scene, QRectF(box.x() + 2, box.y() + below, box.width() - 4, 6), part)
    norm = title.translated(0, 32 if is_low else 55)
    text, font = first_fitting(code_font(11), facts.norm_texts(row), norm.width(), 11)
    text_line(painter, norm, text, font, _norm_color(theme, scene))


def _paint_unfolded(painter: QPainter, theme: Theme, scene: ModuleScene, box: int) -> None:
    facts, rows = scene.facts, scene.network.boxes[box].rows
    head = scene.placement.row_rect(box, 0).toRect().adjusted(8, 4, -8, -2)
    bold = body_font(12, bold=True)
    text_line(painter, head, f"▾ {facts.title(rows[0])}", bold, QColor(theme.text), _LEFT)
    around = {0: rows[0]}  # by depth
    for number, row in enumerate(rows[1:], 1):
        around[row.depth] = row
        rect = scene.placement.row_rect(box, number)
        rect.setLeft(rect.left() + INDENT * (row.depth - 1))
        _frame(painter, theme, scene, rect, row, radius=5)
        sign = "" if row.group is None else "▾ " if row.unfolded else "▸ "
        inside = rect.toRect().adjusted(6, 0, -6, 0)
        numbers = tuple(text.rpartition(" ")[2] for text in facts.norm_texts(row))
        norm, font = first_fitting(code_font(11), numbers, 52, 11)
        room = 52 if norm else 0
        name = inside.adjusted(0, 0, -room, 0)
        title = f"{sign}{facts.title(row, around[row.depth - 1])}"
        text_line(
            painter,
            name,
            title,
            body_font(11),
            QColor(theme.text),
            _LEFT,
            Qt.AlignmentFlag.AlignLeft,
        )
        if norm:
            number_box = inside.adjusted(inside.width() - room, 0, 0, 0)
            color = _norm_color(theme, scene)
            right = Qt.AlignmentFlag.AlignRight
            text_line(painter, number_box, norm, font, color, _LEFT, right)
        part = facts.part(row) if isinstance(row.group, Pass) else None
        if part is not None:
            bar = QRectF(rect.left() + 4, rect.bottom() - 3, rect.width() - 8, 2)
            _bar(painter, theme, scene, bar, part)


def _norm_color(theme: Theme, scene: ModuleScene) -> QColor:
    if scene.facts.mode == "gradients":
        return QColor(theme.backward)
    return QColor(theme.forward if scene.facts.mode == "activations" else theme.muted)


def _bar(painter: QPainter, theme: Theme, scene: ModuleScene, rect: QRectF, part: float) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.inset))
    painter.drawRoundedRect(rect, 3, 3)
    painter.setBrush(_norm_color(theme, scene))
    painter.drawRoundedRect(QRectF(rect.x(), rect.y(), rect.width() * part, rect.height()), 3, 3)


def _paint_edge(painter: QPainter, theme: Theme, scene: ModuleScene, edge: tuple[int, int]) -> None:
    before, after = (scene.placement.rects[i] for i in edge)
    start = QPointF(before.right() + 3, before.center().y())
    end = QPointF(after.left() - 3, after.center().y())
    pen = _edge_pen(theme, scene, _reached(scene, edge))
    points = [start, *scene.placement.way(edge), end]
    if scene.state.backwards:
        points.reverse()
    if len(points) > 2:
        painter.setPen(pen)
        painter.drawPolyline(points[:-1])
    arrow(painter, points[-2], points[-1], pen)


def _paint_loop(painter: QPainter, theme: Theme, scene: ModuleScene, box: int) -> None:
    """An arrow from a loop's box back to itself: what a pass hands on to the next one."""
    rect, row = scene.placement.rects[box], scene.network.boxes[box].rows[0]
    assert row.repeat is not None
    first, second, *_ = row.repeat.passes()
    handed = scene.facts.layer(first.carried)
    cursor, reached = scene.state.cursor, False
    if cursor is not None and scene.state.backwards:
        reached = cursor.gradient_id(handed) is not None
    elif cursor is not None:
        reached = cursor.activation_id(scene.facts.layer(second.first)) is not None
    ends = QPointF(rect.left(), rect.top() + 13), QPointF(rect.right(), rect.top() + 13)
    tip, tail = reversed(ends) if scene.state.backwards else ends
    out = 8.0 if tail.x() > tip.x() else -8.0
    top = rect.top() - 8
    path = QPainterPath(tail)
    path.cubicTo(
        QPointF(tail.x() + out, tail.y()), QPointF(tail.x() + out, top), QPointF(tail.x(), top)
    )
    path.lineTo(tip.x(), top)
    path.cubicTo(QPointF(tip.x() - out, top), QPointF(tip.x() - out, tip.y()), tip)
    pen = _edge_pen(theme, scene, reached)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    pen.setStyle(Qt.PenStyle.SolidLine)
    painter.setPen(pen)
    painter.drawPolyline(head_of(QPointF(math.copysign(1.0, out), 0.0), tip))


def _edge_pen(theme: Theme, scene: ModuleScene, reached: bool) -> QPen:
    if not reached:
        return QPen(QColor(theme.faint), 1.2, Qt.PenStyle.DashLine)
    phase = Phase.BACKWARD if scene.state.backwards else Phase.FORWARD
    return QPen(theme.phase(phase), 1.5)


def _reached(scene: ModuleScene, edge: tuple[int, int]) -> bool:
    """Whether the data or gradient along an edge has arrived, from any of its layers to another."""
    state, links = scene.state, scene.network.links[edge]
    return state.cursor is not None and any(map(state.reached, links))
