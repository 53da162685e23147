"""A line of figures, each of which can be asked where it comes from."""

import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent

from backprop_viz.desktop.style.elided import ElidedLabel, line_height
from backprop_viz.desktop.widgets.told_number import ToldNumber
from backprop_viz.recording.explanations.number import Number

# The text of a figure as it stands in the line, and what number it is.
Figure = tuple[str, Number | ToldNumber | None]


_SHAPE = re.compile(r"torch\.Size\((\[[\d, ]*\])\)")
# Where a line may go on below: between two figures.
_JOINT = re.compile(r"(?<= · )|(?<= … )")


class FiguresLabel(ElidedLabel):
    """Shows a line, or several where its figures have no room beside each other.

    ``number_picked`` carries the Number or the ToldNumber of the figure that was clicked.

    By keyboard, Left and Right go from figure to figure, Enter asks.
    """

    number_picked = Signal(object)

    def __init__(self) -> None:
        self._whole = ""
        super().__init__()
        self.setMouseTracking(True)
        # Where each figure begins and ends in the text, and its number.
        self._figures: list[tuple[int, int, Number | ToldNumber]] = []
        self._at = 0

    def show_figures(self, text: str, figures: Sequence[Figure] = ()) -> None:
        """Show a text in which these figures stand, in their order."""
        self.setText(text)
        self._figures, start = [], 0
        for written, number in figures:
            found = text.find(written, start)
            if found >= 0:
                start = found + len(written)
                if number is not None:
                    self._figures.append((found, start, number))
        self._at = min(self._at, max(len(self._figures) - 1, 0))
        focus = Qt.FocusPolicy.StrongFocus if self._figures else Qt.FocusPolicy.NoFocus
        self.setFocusPolicy(focus)
        if self._figures:
            self.setToolTip(self.tr("{0}\nClick a figure: where does it come from?").format(text))

    def setText(self, text: str) -> None:  # noqa: N802
        """Show a text; where it takes several lines, a shape in it without its type."""
        self._whole = text
        super().setText(text)
        self._shorten()
        self._fit()

    def _fitting(self) -> str:
        """The text, or where that takes several lines the short one."""
        short = _SHAPE.sub(r"\1", self._whole)
        if short == self._whole:
            return short
        fits = self.fontMetrics().horizontalAdvance(self._whole) < self.contentsRect().width()
        return self._whole if fits else short

    def _shorten(self) -> None:
        if (text := self._fitting()) != self.text():
            super().setText(text)
            self.setToolTip(self._whole)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the figures among the lines again."""
        super().resizeEvent(event)
        if self._fitting() != self.text():
            # Not while the panels are laid out: another text has another size.
            QTimer.singleShot(0, self, self._shorten)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Larger letters have more lines."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def sizeHint(self) -> QSize:
        """As wide as a line of all, as high as the lines that it has."""
        return QSize(super().sizeHint().width(), self._height())

    def minimumSizeHint(self) -> QSize:
        """Any width."""
        return QSize(super().minimumSizeHint().width(), self._height())

    def number_at(self, point: QPoint) -> Number | ToldNumber | None:
        """The number whose figure is at a point."""
        for i, (_, _, number) in enumerate(self._figures):
            if self._box(i).adjusted(0, 0, 1, 1).contains(point):
                return number
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask about the figure under the mouse."""
        number = self.number_at(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and number is not None:
            self.number_picked.emit(number)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over a figure."""
        super().mouseMoveEvent(event)
        asks = self.number_at(event.position().toPoint()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if asks else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from figure to figure; ask on Enter."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if self._figures and step is not None:
            self._at = (self._at + step) % len(self._figures)
            self.update()
        elif self._figures and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.number_picked.emit(self._figures[self._at][2])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Underline what can be asked about, the current figure with the focus by a line."""
        painter = QPainter(self)
        color = self.palette().color(self.foregroundRole())
        metrics, room = self.fontMetrics(), self.contentsRect()
        for nr, (begin, end) in enumerate(self._lines()):
            line = self._line_box(nr)
            text = self.text()[begin:end].rstrip()
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.setPen(color)
            if text != "…":  # it says nothing
                painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)
        for i in range(len(self._figures)):
            box = self._box(i)
            current = self.hasFocus() and i == self._at
            style = Qt.PenStyle.SolidLine if current else Qt.PenStyle.DotLine
            painter.setPen(QPen(color, 1, style))
            below = box.center().y() + (metrics.ascent() - metrics.descent()) // 2 + 3
            if box.right() <= room.right():
                painter.drawLine(box.left(), below, box.right(), below)
        painter.end()

    def _lines(self) -> list[tuple[int, int]]:
        """Where each line begins and ends in the text."""
        metrics, room = self.fontMetrics(), self.contentsRect().width()
        lines, start, end = list[tuple[int, int]](), 0, 0
        for piece in _JOINT.split(self.text()):
            far = end + len(piece)
            fits = metrics.horizontalAdvance(self.text()[start:far].rstrip()) <= room
            if not fits and end > start:
                lines.append((start, end))
                start = end
            end = far
        return [*lines, (start, end)]

    def _height(self) -> int:
        margins = self.contentsMargins()
        return len(self._lines()) * self._line_height() + margins.top() + margins.bottom()

    def _line_height(self) -> int:
        return line_height(self, self.text())

    def _line_box(self, nr: int) -> QRect:
        room, height = self.contentsRect(), self._line_height()
        top = room.top() + max(0, room.height() - len(self._lines()) * height) // 2
        return QRect(room.left(), top + nr * height, room.width(), height)

    def _fit(self) -> None:
        if self.minimumHeight() != self._height():
            self.setFixedHeight(self._height())

    def _box(self, figure: int) -> QRect:
        """Where a figure is drawn, in its line."""
        start, stop, _ = self._figures[figure]
        nr, begin = next((i, b) for i, (b, e) in enumerate(self._lines()) if start < e)
        metrics, line = self.fontMetrics(), self._line_box(nr)
        left = metrics.horizontalAdvance(self.text()[begin:start])
        right = metrics.horizontalAdvance(self.text()[begin:stop])
        return QRect(line.left() + left, line.top(), right - left, line.height())
