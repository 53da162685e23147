"""The sum by sample, or by another axis: a bar for each, the largest first."""

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from backprop_viz.desktop.panels.origin.role_texts import axis_text
from backprop_viz.desktop.panels.origin.term_grid import GroupSums
from backprop_viz.desktop.style.numbers import full, signed
from backprop_viz.desktop.style.painting import elided
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font

_TITLE, _ROW, _NAMES = 18, 15, 30
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class GroupBars(QWidget):
    """Bars to both sides of zero; ``term_chosen``: the part, and the largest term of a bar."""

    term_chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("groupBars")
        self.setAccessibleName(self.tr("The sum by groups"))
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.sums: GroupSums | None = None
        self.chosen: int | None = None  # a place on the axis
        self._theme = DARK

    def sizeHint(self) -> QSize:
        """Ten bars."""
        return QSize(170, _TITLE + 10 * _ROW)

    def minimumSizeHint(self) -> QSize:
        """A few bars."""
        return QSize(90, _TITLE + 3 * _ROW)

    def show_sums(self, sums: GroupSums | None, chosen: int | None) -> None:
        """Show other sums, and which group the picture shows."""
        self.sums, self.chosen = sums, chosen
        self.setVisible(sums is not None)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    @property
    def _shown(self) -> int:
        """How many bars there is room for."""
        count = 0 if self.sums is None else len(self.sums.places)
        return min(count, max(1, (self.height() - _TITLE) // _ROW))

    def bar_at(self, point: QPointF) -> int | None:
        """The bar at a point, counted from the top."""
        at = int((point.y() - _TITLE) // _ROW)
        return at if point.y() >= _TITLE and at < self._shown else None

    def box_of(self, bar: int) -> QRectF:
        """The row of a bar."""
        return QRectF(0, _TITLE + bar * _ROW, self.width(), _ROW)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the largest term of the bar that was clicked."""
        bar = self.bar_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and bar is not None and self.sums:
            self.term_chosen.emit(self.sums.part, int(self.sums.terms[bar]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over the bars."""
        over = self.bar_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def event(self, event: QEvent) -> bool:
        """Tell of the bar under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            bar = self.bar_at(QPointF(event.pos()))
            tip = ""
            if bar is not None and self.sums is not None:
                place, value = int(self.sums.places[bar]), float(self.sums.sums[bar])
                tip = f"{axis_text(self.sums.axis)} {place}: {signed(value)}\n{full(value)}"
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bars with the places beside them."""
        sums, theme = self.sums, self._theme
        if sums is None:
            return
        painter = QPainter(self)
        painter.setPen(QColor(theme.muted))
        painter.setFont(body_font(11))
        title = self.tr("the sum by {axis}").format(axis=axis_text(sums.axis))
        if self._shown < len(sums.places):
            title = self.tr("{title}, {n} of {count}").format(
                title=title, n=self._shown, count=len(sums.places)
            )
        head = QRect(0, 0, self.width(), _TITLE)
        if QFontMetrics(body_font(11)).horizontalAdvance(title) > head.width():
            title = f"{axis_text(sums.axis)} · {self._shown} / {len(sums.places)}"
        painter.drawText(head, _LEFT, elided(body_font(11), title, head.width()))
        shown = sums.sums[: self._shown]
        low, high = min(0.0, float(shown.min())), max(0.0, float(shown.max()))
        room = self.width() - _NAMES - 8
        scale = room / (high - low) if high > low else 0.0
        zero = _NAMES + 4 - low * scale
        painter.setFont(code_font(11))
        for bar, value in enumerate(shown.tolist()):
            box, place = self.box_of(bar), int(sums.places[bar])
            chosen = place == self.chosen
            painter.setPen(QColor(theme.text if chosen else theme.muted))
            names = QRectF(0, box.y(), _NAMES - 4, box.height())
            painter.drawText(names, _RIGHT, str(place))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.positive if value > 0 else theme.negative))
            left, right = sorted((zero, zero + value * scale))
            painter.drawRoundedRect(
                QRectF(left, box.y() + 2, max(right - left, 1.5), _ROW - 4), 2, 2
            )
            if chosen:
                painter.setPen(QColor(theme.backward))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(box.adjusted(0.5, 0.5, -1, -0.5), 3, 3)
        painter.setPen(QColor(theme.border))
        bottom = _TITLE + self._shown * _ROW
        painter.drawLine(QPointF(zero, _TITLE), QPointF(zero, bottom))
        painter.end()
