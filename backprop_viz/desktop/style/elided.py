"""Text that shrinks: elided where it does not fit, whole in the tooltip."""

import re

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from backprop_viz.analysis.lessons.particles import with_particles

# Fewer letters than these, the ellipsis among them, say nothing.
_LEAST = 6
_NUMBER_AT_END = re.compile(r"[-+−]?\d[\d.,]*(e[-+]?\d*)?$")
_WIDE = QRect(0, 0, 100_000, 1000)


class ElidedLabel(QLabel):
    """A label that needs little width and elides its text instead of cutting letters.

    Where there is no room for the text, the ``shorter`` one stands for it, if there is one.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shorter = ""
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
        room, whole = self.contentsRect(), self.text()
        if self.shorter and self.fontMetrics().horizontalAdvance(whole) > room.width():
            whole = self.shorter
        cut = self.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideRight, room.width())
        text = without_cut_number(whole, cut)
        if text != whole and len(text) < _LEAST:  # it says nothing
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment(), text)
        painter.end()


def without_cut_number(text: str, cut: str) -> str:
    """A text that was cut at its end, without the number that it was cut in.

    ``GPT · 53,95…`` would tell another number than ``GPT · 53,952 parameters``.
    """
    kept = cut.removesuffix("…")
    number = _NUMBER_AT_END.search(kept)
    goes_on = text[len(kept) : len(kept) + 1]
    if kept == cut or number is None or not (goes_on.isdigit() or goes_on in (",", ".", "e")):
        return cut
    return f"{kept[: number.start()].rstrip(' ·')}…"


def line_height(label: QLabel, text: str) -> int:
    """The height in pixels of a line in a label's font, or in the one that has the text's letters.

    Korean comes from another font than Latin, which is higher.
    """
    line = label.fontMetrics().boundingRect(_WIDE, Qt.TextFlag.TextSingleLine, text)
    return max(line.height(), label.fontMetrics().lineSpacing())
