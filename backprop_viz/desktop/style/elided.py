"""Text that shrinks: elided where it does not fit, whole in the tooltip."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

_WIDE = QRect(0, 0, 100_000, 1000)


class ElidedLabel(QLabel):
    """A label that needs little width and elides its text instead of cutting letters."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802
        """Show a text, and put all of it in the tooltip."""
        super().setText(text)
        self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        """Room for the ellipsis."""
        return QSize(self.fontMetrics().horizontalAdvance("…"), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw as much of the text as there is room for."""
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        if text == "…":  # it says nothing
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment(), text)
        painter.end()


class ElidedLines(QLabel):
    """A text that is wrapped, and elided where there is no room for all of its lines.

    ``elides`` is whether one line is enough room; if not, the label asks for all of them.
    """

    elides = True

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802
        """Show a text."""
        super().setText(text)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """All lines at the width that it has."""
        box = QRect(0, 0, max(self.width(), 40), 100_000)
        text = self.fontMetrics().boundingRect(box, Qt.TextFlag.TextWordWrap, self.text())
        return QSize(40, max(text.height(), line_height(self, self.text())))

    def minimumSizeHint(self) -> QSize:
        """One line, or all of them."""
        return QSize(40, line_height(self, self.text())) if self.elides else self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the text again."""
        super().resizeEvent(event)
        self.updateGeometry()
        self.setToolTip(self.text() if self.sizeHint().height() > self.height() else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines that there is room for; the last one is elided if there are more."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        layout = QTextLayout(self.text(), self.font())
        layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
        high, width, y = line_height(self, self.text()), self.width(), 0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            start, box = line.textStart(), QRect(0, y, width, high)
            is_last = y + 2 * high > self.height()
            shown = self.text()[start : start + line.textLength()]
            if is_last:
                rest = self.text()[start:]
                shown = self.fontMetrics().elidedText(rest, Qt.TextElideMode.ElideRight, width)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft, shown)
            y += high
            if is_last:
                break
        layout.endLayout()
        painter.end()


def line_height(label: QLabel, text: str) -> int:
    """The height in pixels of a line in a label's font, or in the one that has the text's letters.

    Korean comes from another font than Latin, which is higher.
    """
    line = label.fontMetrics().boundingRect(_WIDE, Qt.TextFlag.TextSingleLine, text)
    return max(line.height(), label.fontMetrics().lineSpacing())
