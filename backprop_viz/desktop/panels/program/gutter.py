"""The strip left of the code: line numbers, phases, breakpoints and the arrow at the next line."""

from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QToolTip, QWidget

from backprop_viz.desktop.panels.program.program_marks import Marks
from backprop_viz.desktop.style.theme import Theme, code_font
from backprop_viz.recording.run.program import Line
from backprop_viz.recording.trace.phases import Phase

_DOT = QPointF(6, 0)  # from the left edge of a row's middle


class CodeRows(Protocol):
    """What the gutter needs to know about the code beside it."""

    theme: Theme
    lines: tuple[Line, ...]
    marks: Marks
    breaks: frozenset[int]
    done: frozenset[Phase]

    @property
    def letter_size(self) -> int:
        """The size of the code's letters in pixels."""

    @property
    def line_height(self) -> float:
        """The height of a row that is not wrapped."""

    def rows_shown(self) -> Mapping[int, QRectF]:
        """The visible rows, and their boxes in the gutter's coordinates."""

    def row_box(self, row: int) -> QRectF:
        """The box of one row."""

    def can_break(self, row: int) -> bool:
        """Whether the cursor can stop before a row."""

    def why_no_break(self, row: int) -> str:
        """Why it cannot."""

    def paint_mark(self, painter: QPainter, row: int, box: QRectF) -> None:
        """Paint the background of a marked row."""

    def mark_colour(self) -> QColor:
        """The colour of the marked row's phase."""


class Gutter(QWidget):
    """The strip beside a code area; ``clicked`` carries the row beside which the user clicked."""

    clicked = Signal(int)

    def __init__(self, area: CodeRows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("programGutter")
        self.setAccessibleName(self.tr("Line numbers and breakpoints"))
        self.setMouseTracking(True)
        self._area = area
        self._under_mouse: int | None = None

    def width_needed(self, size: int) -> int:
        """Room for a dot or an arrow, the digits of the last line's number and a bar."""
        digits = "0" * max(len(str(len(self._area.lines))), 2)
        return 13 + QFontMetrics(code_font(max(size - 1, 11))).horizontalAdvance(digits) + 10

    # -- what the user does ------------------------------------------------------------------

    def row_at(self, y: float) -> int | None:
        """The row at a y coordinate."""
        boxes = ((row, self._area.row_box(row)) for row in self._area.rows_shown())
        return next((row for row, box in boxes if box.top() <= y < box.bottom()), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Emit the row that was clicked."""
        row = self.row_at(event.position().y())
        if event.button() is Qt.MouseButton.LeftButton and row is not None:
            self.clicked.emit(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show where a click would set a breakpoint."""
        row = self.row_at(event.position().y())
        self._hover(row if row is not None and self._area.can_break(row) else None)

    def leaveEvent(self, event: QEvent) -> None:
        """Stop showing it."""
        super().leaveEvent(event)
        self._hover(None)

    def _hover(self, row: int | None) -> None:
        if row == self._under_mouse:
            return
        self._under_mouse = row
        shape = Qt.CursorShape.ArrowCursor if row is None else Qt.CursorShape.PointingHandCursor
        self.setCursor(shape)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Show a tooltip that says what a click does."""
        if event.type() is not QEvent.Type.ToolTip or not isinstance(event, QHelpEvent):
            return super().event(event)
        QToolTip.showText(event.globalPos(), self.hint(event.pos().y()), self)
        return True

    def hint(self, y: float) -> str:
        """The tooltip at a y coordinate."""
        row = self.row_at(y)
        if row is None:
            return ""
        if row in self._area.breaks:
            return self.tr("The cursor stops before this line. Click to remove (F9)")
        if not self._area.can_break(row):
            return self._area.why_no_break(row)
        return self.tr("Click to stop before this line (F9)")

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the visible rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area, width = self._area, self.width()
        painter.setFont(code_font(max(area.letter_size - 1, 11)))
        for row, row_box in area.rows_shown().items():
            box = QRectF(0, row_box.top(), width, row_box.height())
            area.paint_mark(painter, row, box.adjusted(0, 0, 20, 0))
            marked = row == area.marks.line
            painter.setPen(QColor(area.theme.text if marked else area.theme.muted))
            first = QRectF(0, box.top(), width, min(area.line_height, box.height()))
            number = first.adjusted(0, 0, -10, 0)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(number, right, str(row + 1))
            self._paint_bar(painter, area.lines[row].phase, box)
            self._paint_dot(painter, row, QPointF(_DOT.x(), first.center().y()))
            if marked:
                self._paint_arrow(painter, first, over_dot=row in area.breaks)
        painter.end()

    def _paint_bar(self, painter: QPainter, phase: Phase | None, box: QRectF) -> None:
        if phase is None:
            return
        theme = self._area.theme
        color = theme.phase(phase)
        bar = QRectF(box.right() - 6, box.top() + 3, 2.5, box.height() - 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color if phase in self._area.done else theme.tint(color, 0.4))
        painter.drawRoundedRect(bar, 1, 1)

    def _paint_dot(self, painter: QPainter, row: int, center: QPointF) -> None:
        """A dot in a ring for a breakpoint, a faint ring where a click would set one."""
        set_here = row in self._area.breaks
        if not set_here and row != self._under_mouse:
            return
        color = QColor(self._area.theme.error)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color if set_here else self._area.theme.tint(color, 0.6), 1))
        painter.drawEllipse(center, 4.5, 4.5)
        if set_here:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            # Larger under the arrow, so that it stays visible.
            size = 4.5 if row == self._area.marks.line else 2.8
            painter.drawEllipse(center, size, size)

    def _paint_arrow(self, painter: QPainter, box: QRectF, over_dot: bool) -> None:
        middle, theme, color = box.center().y(), self._area.theme, self._area.mark_colour()
        tip = [QPointF(3, middle - 4), QPointF(9, middle), QPointF(3, middle + 4)]
        # Hollow: the line runs next. Filled: it has just run.
        hollow = QColor(theme.panel) if over_dot else Qt.BrushStyle.NoBrush
        edge = QColor(theme.panel) if over_dot and not self._area.marks.due else color
        painter.setPen(QPen(edge, 1.2))
        painter.setBrush(hollow if self._area.marks.due else color)
        painter.drawPolygon(QPolygonF(tip))
