"""Text that shrinks: elided where it does not fit, whole in the tooltip."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from backprop_viz.analysis.lessons.particles import with_particles

# Fewer letters than these, the ellipsis among them, say nothing.
_LEAST = 6
_WIDE = QRect(0, 0, 100_000, 1000)


class ElidedLabel(QLabel):
    """A label that needs little width and elides its text instead of cutting letters."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802
        """Show a text, and put all of it in the tooltip."""
        text = with_particles(text)
        if (text, text) == (self.text(), self.toolTip()):
            return
        super().setText(text)
        self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        """Room for the ellipsis."""
        return QSize(self.fontMetrics().horizontalAdvance("…"), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw as much of the text as there is room for."""
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        if text != self.text() and len(text) < _LEAST:  # it says nothing
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment(), text)
        painter.end()


def line_height(label: QLabel, text: str) -> int:
    """The height in pixels of a line in a label's font, or in the one that has the text's letters.

    Korean comes from another font than Latin, which is higher.
    """
    line = label.fontMetrics().boundingRect(_WIDE, Qt.TextFlag.TextSingleLine, text)
    return max(line.height(), label.fontMetrics().lineSpacing())
