"""The bars and dots of the gradient flow, with their axes."""

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QCursor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from backprop_viz.desktop.panels.plots.flow_layout import (
    Decades,
    Flow,
    Label,
    bar,
    column_at,
    column_box,
    dot,
    labels,
    shown_flow,
)
from backprop_viz.desktop.style.numbers import decade, short
from backprop_viz.desktop.style.painting import hint_in_middle
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font, text_scale
from backprop_viz.desktop.widgets.shown_number import ShownNumber

_TOP = 24.0  # the names of the two axes
_BOTTOM = 20.0  # the parameters' names
_SIDE = 42.0  # "10⁻⁴⁵", the smallest a float32 has
_NARROW = 6.0  # columns narrower than this have bars without round corners
_NEAR_DOT = 9.0  # how far from a dot a click is still on it
_CHOOSE = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class FlowBars(QWidget):
    """The bars, dots and axes; a parameter can be pointed at and chosen.

    ``picked`` carries its name, and whether it was chosen by its dot.
    """

    picked = Signal(str, bool)
    pointed = Signal(object)  # a Flow, or None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.flows: tuple[Flow, ...] = ()
        self._labels: list[Label] = []
        self._labelled: object = None  # what the labels were made for
        self._grads: Decades | None = None
        self._ratios: Decades | None = None
        self._theme = DARK
        self._at: int | None = None
        self._selected: frozenset[str] = frozenset()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setToolTip(
            self.tr(
                "Click a bar or a dot, or use Left, Right and Enter: the parameter, and where its "
                "number comes from"
            )
        )

    def show_flows(self, flows: tuple[Flow, ...], final: tuple[Flow, ...]) -> None:
        """Show parameters; the scales include ``final``, so that they stay while stepping."""
        self.flows = flows
        self._grads = Decades.over([flow.grad for flow in (*flows, *final)])
        self._ratios = Decades.over([flow.ratio for flow in (*flows, *final)])
        if self._at is not None:
            self._point(self._at if self._at < len(flows) else None)
        self.update()

    def select(self, names: frozenset[str]) -> None:
        """Mark parameters as chosen."""
        self._selected = names
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Room for the names and for bars that can be told apart."""
        return QSize(0, round((_TOP + _BOTTOM + 16) * text_scale()))

    def area(self) -> QRectF:
        """The area of the bars."""
        scale = text_scale()
        return QRectF(self.rect()).adjusted(
            _SIDE * scale, _TOP * scale, -_SIDE * scale, -_BOTTOM * scale
        )

    # -- mouse and keyboard --------------------------------------------------------------------

    def _point(self, at: int | None) -> None:
        self._at = at
        self.pointed.emit(None if at is None else self.flows[at])
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the numbers of the parameter under the mouse."""
        at = column_at(self.area(), len(self.flows), event.position().x())
        if at != self._at:
            self._point(at)

    def number_under_mouse(self) -> ShownNumber | None:
        """The ratio of the dot under the mouse, else the norm of the bar."""
        place = QPointF(self.mapFromGlobal(QCursor.pos()))
        at = column_at(self.area(), len(self.flows), place.x())
        return None if at is None else shown_flow(self.flows[at], self._is_on_dot(at, place))

    def leaveEvent(self, event: QEvent) -> None:
        """Show no parameter's numbers."""
        self._point(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the parameter under the mouse."""
        at = column_at(self.area(), len(self.flows), event.position().x())
        if at is not None and event.button() is Qt.MouseButton.LeftButton:
            self.picked.emit(self.flows[at].name, self._is_on_dot(at, event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to another parameter, choose it, or leave."""
        last = len(self.flows) - 1
        start = -1 if self._at is None else self._at
        moves = {
            Qt.Key.Key_Left: max(start - 1, 0),
            Qt.Key.Key_Right: min(start + 1, last),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        key = event.key()
        if key in moves and last >= 0:
            self._point(moves[Qt.Key(key)])
        elif key in _CHOOSE and self._at is not None:
            self.picked.emit(self.flows[self._at].name, False)
        elif key == Qt.Key.Key_Escape and self._at is not None:
            self._point(None)
        else:
            event.ignore()

    def focusOutEvent(self, event: QEvent) -> None:
        """Show no parameter's numbers."""
        super().focusOutEvent(event)  # type: ignore[arg-type]
        self._point(None)

    # -- painting ------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the axes, bars, dots and names."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QColor(self._theme.accent))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        if not self.flows:
            hint = self.tr("The gradients appear with the first backward pass.")
            hint_in_middle(painter, self.rect(), hint, self._theme.muted)
        else:
            self._paint_axes(painter)
            self._paint_flows(painter)
            self._paint_labels(painter)
        painter.end()

    def _paint_axes(self, painter: QPainter) -> None:
        area, theme = self.area(), self._theme
        painter.setFont(body_font(11))
        painter.setPen(QColor(theme.muted))
        top = QRectF(4, 0, self.width() - 8, 15 * text_scale())
        middle = Qt.AlignmentFlag.AlignVCenter
        if self._grads is not None:
            painter.drawText(top, Qt.AlignmentFlag.AlignLeft | middle, "‖grad‖")
        elif all(flow.grad is None for flow in self.flows):
            painter.drawText(top, Qt.AlignmentFlag.AlignCenter, self.tr("Every .grad is None."))
        if self._ratios is not None:
            painter.setPen(QColor(theme.update))
            painter.drawText(top, Qt.AlignmentFlag.AlignRight | middle, "‖Δw‖ / ‖w‖")
        painter.setFont(code_font(11))
        most = max(2, int(area.height() / (18 * text_scale())))
        scales = (self._grads, theme.muted, True), (self._ratios, theme.update, False)
        for scale, color, left in scales:
            for k in [] if scale is None else scale.ticks(most):
                y = area.bottom() - scale.part(10.0**k) * area.height() if scale else 0.0
                if left:
                    painter.setPen(QColor(theme.grid))
                    painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
                x = 0.0 if left else area.right() + 6
                high = 14 * text_scale()
                box = QRectF(x, y - high / 2, area.left() - 6, high)
                side = Qt.AlignmentFlag.AlignRight if left else Qt.AlignmentFlag.AlignLeft
                painter.setPen(QColor(color))
                painter.drawText(box, side | middle, decade(k))
        painter.setPen(QColor(theme.border))
        painter.drawLine(area.bottomLeft(), area.bottomRight())

    def _paint_flows(self, painter: QPainter) -> None:
        if self.area().width() / len(self.flows) < _NARROW:
            self._paint_narrow(painter)
        else:
            for i, flow in enumerate(self.flows):
                self._paint_flow(painter, i, flow)

    def _paint_narrow(self, painter: QPainter) -> None:
        """Paint plain bars and dots for hundreds of parameters, all of one colour at once."""
        theme, area = self._theme, self.area()
        bars: dict[str, list[QRectF]] = {}
        dots: list[QPointF] = []
        for i, flow in enumerate(self.flows):
            column = column_box(area, len(self.flows), i)
            role, part = "backward", 0.0
            if flow.grad is None:
                role = "faint"
            elif not math.isfinite(flow.grad):
                role, part = "error", 1.0
            elif flow.grad > 0 and self._grads is not None:
                part = self._grads.part(flow.grad)
            bars.setdefault(role, []).append(bar(column, part))
            if flow.ratio is not None and flow.ratio > 0 and self._ratios is not None:
                known = math.isfinite(flow.ratio)
                dots.append(QPointF(*dot(column, self._ratios.part(flow.ratio) if known else 0)))
            if i == self._at:
                painter.fillRect(column, theme.tint(theme.text, 0.3))
        painter.setPen(Qt.PenStyle.NoPen)
        for role, boxes in bars.items():
            painter.setBrush(QColor(getattr(theme, role)))
            painter.drawRects(boxes)
        painter.setPen(QPen(QColor(theme.update), 2))
        painter.drawPoints(dots)

    def _paint_flow(self, painter: QPainter, i: int, flow: Flow) -> None:
        theme = self._theme
        column = column_box(self.area(), len(self.flows), i)
        if i == self._at:
            painter.fillRect(column, theme.tint(theme.text, 0.07))
        color = QColor(theme.backward)
        painter.setPen(Qt.PenStyle.NoPen)
        if flow.grad is None:
            painter.setPen(QPen(QColor(theme.faint), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(bar(column, 0.3), 3, 3)
        elif not math.isfinite(flow.grad):
            self._paint_word(painter, column, short(flow.grad), QColor(theme.error))
        elif flow.grad == 0:
            self._paint_word(painter, column, "0", color)
        elif self._grads is not None:
            painter.setBrush(color)
            painter.drawRoundedRect(bar(column, self._grads.part(flow.grad)), 3, 3)
        if flow.ratio is not None:
            self._paint_dot(painter, column, flow.ratio)

    def _paint_word(self, painter: QPainter, column: QRectF, word: str, color: QColor) -> None:
        box = bar(column, 0)
        painter.fillRect(box.adjusted(0, -1, 0, 0), color)
        painter.setPen(color)
        painter.setFont(code_font(11))
        room = QRectF(box.center().x() - 14, box.top() - 17, 28, 14)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, word)

    def _is_on_dot(self, at: int, place: QPointF) -> bool:
        column, ratio = column_box(self.area(), len(self.flows), at), self.flows[at].ratio
        if ratio is None:
            return False
        return (QPointF(*self.dot_at(column, ratio)) - place).manhattanLength() <= _NEAR_DOT

    def dot_at(self, column: QRectF, ratio: float) -> tuple[float, float]:
        """Where the dot of a ratio is painted in a column."""
        known = ratio > 0 and math.isfinite(ratio) and self._ratios is not None
        return dot(column, self._ratios.part(ratio) if known and self._ratios else 0.0)

    def _paint_dot(self, painter: QPainter, column: QRectF, ratio: float) -> None:
        known = ratio > 0 and math.isfinite(ratio) and self._ratios is not None
        radius = min(3.5, column.width() / 6)
        color = QColor(self._theme.update)
        # Hollow, at the bottom: the update changed nothing, or the ratio is not a number.
        painter.setPen(QPen(color, 1.2))
        painter.setBrush(color if known else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(*self.dot_at(column, ratio)), radius, radius)

    def _paint_labels(self, painter: QPainter) -> None:
        area, theme, font = self.area(), self._theme, code_font(11)
        painter.setFont(font)
        width = area.width() / len(self.flows)
        key = tuple(flow.name for flow in self.flows), width
        if key != self._labelled:
            self._labelled = key
            self._labels = labels(self.flows, width, QFontMetricsF(font).horizontalAdvance)
        for label in self._labels:
            names = {flow.name for flow in self.flows[label.first : label.last + 1]}
            middle = area.left() + (label.first + label.last + 1) / 2 * width
            left = min(max(middle - label.width / 2, 0), self.width() - label.width)
            box = QRectF(left, area.bottom() + 3, label.width, 14 * text_scale())
            painter.setPen(QColor(theme.text if names & self._selected else theme.muted))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, label.text)
        for i, flow in enumerate(self.flows):
            if flow.name in self._selected:
                column = column_box(area, len(self.flows), i)
                y = area.bottom() + 3 + 14 * text_scale()
                mark = QRectF(column.left() + 2, y, column.width() - 4, 2)
                painter.fillRect(mark, QColor(theme.accent))
