"""A line of figures, each of which can be asked where it comes from."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen

from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.widgets.told_number import ToldNumber
from backprop_viz.recording.number import Number

# The text of a figure as it stands in the line, and what number it is.
Figure = tuple[str, Number | ToldNumber | None]


class FiguresLabel(ElidedLabel):
    """Shows a line; ``number_picked`` carries the Number or the ToldNumber of the figure clicked.

    By keyboard, Left and Right go from figure to figure, Enter asks.
    """

    number_picked = Signal(object)

    def __init__(self) -> None:
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

    def number_at(self, point: QPoint) -> Number | ToldNumber | None:
        """The number whose figure is at a point."""
        for i, (_, _, number) in enumerate(self._figures):
            left, right = self._span(i)
            if left <= point.x() <= right:
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
        super().paintEvent(event)
        painter = QPainter(self)
        color = self.palette().color(self.foregroundRole())
        metrics = self.fontMetrics()
        line = (self.height() + metrics.ascent() - metrics.descent()) // 2 + 2
        for i in range(len(self._figures)):
            left, right = self._span(i)
            current = self.hasFocus() and i == self._at
            style = Qt.PenStyle.SolidLine if current else Qt.PenStyle.DotLine
            painter.setPen(QPen(color, 1, style))
            if right <= self.contentsRect().right():
                painter.drawLine(left, line, right, line)
        painter.end()

    def _span(self, figure: int) -> tuple[int, int]:
        """Where a figure is drawn, from left to right in pixels."""
        begin, end, _ = self._figures[figure]
        metrics, left = self.fontMetrics(), self.contentsRect().left()
        text = self.text()
        return (
            left + metrics.horizontalAdvance(text[:begin]),
            left + metrics.horizontalAdvance(text[:end]),
        )
