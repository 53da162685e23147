"""The list of all lessons."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import (
    QListView,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from backprop_viz.desktop.lessons import words
from backprop_viz.desktop.panels.lesson.lesson_page import LessonRow
from backprop_viz.desktop.style.theme import DARK, Theme

_PADDING = 12
_ID = Qt.ItemDataRole.UserRole


class _Wrapped(QStyledItemDelegate):
    """Gives an item as many lines as the list's width asks for."""

    def __init__(self, view: QListWidget) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """The size of the wrapped text."""
        width = self._view.viewport().width()
        room = QRect(0, 0, width - 2 * _PADDING, 10_000)
        wrapped = QFontMetrics(index.data(Qt.ItemDataRole.FontRole) or self._view.font())
        box = wrapped.boundingRect(room, Qt.TextFlag.TextWordWrap, index.data())
        return QSize(width, max(box.height() + _PADDING, super().sizeHint(option, index).height()))


class LessonList(QListWidget):
    """``chosen`` carries the id of a lesson that is to begin."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lessonList")
        self.setWordWrap(True)
        self.setItemDelegate(_Wrapped(self))
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self._muted = QColor(DARK.muted)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemActivated.connect(self._choose)
        self.itemClicked.connect(self._choose)

    def show_rows(self, rows: Sequence[LessonRow], language: str) -> None:
        """List lessons under the headings of their groups."""
        said = words(language)
        self.setAccessibleName(said["pick"])
        self.clear()
        group = ""
        for row in rows:
            if row.group != group:
                group = row.group
                self._add_heading(said[group])
            item = QListWidgetItem(f"{row.place}  {row.title}{'  ✓' if row.finished else ''}")
            item.setData(_ID, row.id)
            state = said["done"] if row.finished else ""
            if not state and row.page:
                state = said["begun"].format(row.page + 1, row.pages)
            item.setToolTip(state or row.title)
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole, f"{row.place} {row.title} {state}".strip()
            )
            self.addItem(item)
        self.setCurrentRow(next((i for i, r in enumerate(rows) if not r.finished), 0) + 1)

    def _add_heading(self, text: str) -> None:
        item = QListWidgetItem(text)
        font = item.font()
        font.setBold(True)
        item.setFont(font)
        item.setForeground(self._muted)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        self.addItem(item)

    def set_theme(self, theme: Theme) -> None:
        """Take the colour of headings from a theme."""
        self._muted = QColor(theme.muted)
        for i in range(self.count()):
            if not self.item(i).data(_ID):
                self.item(i).setForeground(self._muted)

    def _choose(self, item: QListWidgetItem) -> None:
        if item.data(_ID):
            self.chosen.emit(item.data(_ID))
