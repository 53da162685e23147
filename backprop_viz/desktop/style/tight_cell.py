"""Draws the cells of narrow tables."""

from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem


class TightCell(QStyledItemDelegate):
    """Draws text ``padding`` pixels from the cell's edge; the style's own margin is wider."""

    def __init__(self, padding: int, parent: QObject) -> None:
        super().__init__(parent)
        self._padding = padding

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw a cell."""
        # The fields of a style option are unknown to PySide6's stubs.
        box: Any = option
        background = index.data(Qt.ItemDataRole.BackgroundRole)
        if background is not None:
            painter.fillRect(box.rect, background)
        if box.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box.rect, box.palette.highlight())
        painter.setFont(box.font)
        # A model that has failed answers None.
        painter.setPen(index.data(Qt.ItemDataRole.ForegroundRole) or box.palette.text().color())
        align = index.data(Qt.ItemDataRole.TextAlignmentRole) or Qt.AlignmentFlag.AlignCenter
        room = box.rect.adjusted(self._padding, 0, -self._padding, 0)
        painter.drawText(room, align, str(index.data(Qt.ItemDataRole.DisplayRole) or ""))

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Room for the text as it is drawn, which the style's own margin is not."""
        plain = super().sizeHint(option, index)
        box: Any = option
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        width = box.fontMetrics.horizontalAdvance(text) + 2 * self._padding
        return QSize(max(plain.width(), width), plain.height())
