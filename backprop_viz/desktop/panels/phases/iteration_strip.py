"""The iterations kept in memory as a strip of cells, with the one that is shown."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from backprop_viz.desktop.style.theme import DARK, Theme
from backprop_viz.recording.recording_cache import KeptIterations

STRIP_HEIGHT = 14
_WIDEST = 22.0  # the widest cell, so that a few iterations do not look like phases
_APART = 3.0  # cells at least this wide have gaps between them


class IterationStrip(QWidget):
    """The kept iterations as marks; ``picked`` carries the one that the user wants to see."""

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("iterationStrip")
        self.setAccessibleName(self.tr("Iterations kept in memory"))
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._theme = DARK
        self._kept_iterations = KeptIterations()
        self._navigable = False
        self._asked: int | None = None  # while the mouse is dragged

    def show_kept_iterations(self, kept_iterations: KeptIterations, navigable: bool) -> None:
        """Show which iterations are kept; the mouse picks one only if ``navigable``."""
        if (kept_iterations, navigable) == (self._kept_iterations, self._navigable):
            return
        self._kept_iterations, self._navigable = kept_iterations, navigable
        shape = Qt.CursorShape.PointingHandCursor if navigable else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = theme
        self.update()

    # -- what the user does ------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Show the iteration that was clicked."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._asked = self._kept_iterations.shown
            self._ask(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the iteration under the mouse while it is dragged."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._ask(event.position().x())

    def _ask(self, x: float) -> None:
        iteration = iteration_at(self._kept_iterations.iterations, x, self.width())
        if self._navigable and iteration is not None and iteration != self._asked:
            self._asked = iteration
            self.picked.emit(iteration)

    def event(self, event: QEvent) -> bool:
        """Show a tooltip that names the iteration under the mouse."""
        if event.type() is not QEvent.Type.ToolTip or not isinstance(event, QHelpEvent):
            return super().event(event)
        QToolTip.showText(event.globalPos(), self.hint(event.pos()), self)
        return True

    def hint(self, at: QPoint) -> str:
        """The tooltip at a point."""
        number = iteration_at(self._kept_iterations.iterations, at.x(), self.width())
        if number is None:
            return ""
        if number == self._kept_iterations.shown:
            return self.tr("Iteration {number} is shown.").format(number=f"{number:,}")
        text = self.tr("Iteration {number}: click to look at it (Page Up, Page Down)")
        return text.format(number=f"{number:,}")

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a cell for each iteration; if there are many, cells share a mark."""
        kept_iterations, width = self._kept_iterations, self.width()
        if not kept_iterations.iterations:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.tint(self._theme.muted, 0.42))
        step = cell_width(len(kept_iterations.iterations), width)
        if step < _APART:
            painter.drawRoundedRect(QRectF(0, 4, step * len(kept_iterations.iterations), 6), 2, 2)
        else:
            for i in range(len(kept_iterations.iterations)):
                painter.drawRoundedRect(QRectF(i * step, 4, step - 1.5, 6), 1.5, 1.5)
        if kept_iterations.shown in kept_iterations.iterations:
            self._paint_shown(
                painter, kept_iterations.iterations.index(kept_iterations.shown), step
            )
        painter.end()

    def _paint_shown(self, painter: QPainter, index: int, step: float) -> None:
        wide = max(step - 1.5, 4.0)
        left = index * step + (step - 1.5 - wide) / 2 if step < 5.5 else index * step
        left = min(max(left, 0.0), self.width() - wide)
        painter.setBrush(self._theme.tint(self._theme.text, 0.95))
        painter.drawRoundedRect(QRectF(left, 1, wide, 12), 2, 2)


def cell_width(count: int, width: float) -> float:
    """The width of each of ``count`` cells."""
    return min(width / max(count, 1), _WIDEST)


def iteration_at(iterations: Sequence[int], x: float, width: float) -> int | None:
    """The iteration whose cell is nearest to ``x``; None if there are none."""
    if not iterations or width <= 0:
        return None
    index = int(x / cell_width(len(iterations), width))
    return iterations[max(0, min(index, len(iterations) - 1))]


def neighbour_iteration(kept_iterations: KeptIterations, by: int) -> int | None:
    """The kept iteration before (-1) or after (+1) the one shown."""
    if kept_iterations.shown not in kept_iterations.iterations:
        return None
    index = kept_iterations.iterations.index(kept_iterations.shown) + by
    return (
        kept_iterations.iterations[index] if 0 <= index < len(kept_iterations.iterations) else None
    )
