"""The list of all lessons."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from backprop_viz.desktop.lessons import words
from backprop_viz.desktop.panels.lesson.lesson_page import LessonRow
from backprop_viz.desktop.style.theme import DARK, Theme, scaled

_PADDING = 12
_ID = Qt.ItemDataRole.UserRole


class LessonList(QListWidget):
    """``chosen`` carries the id of a lesson that is to begin."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lessonList")
        self.setWordWrap(True)
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
        group, first = "", None
        for row in rows:
            if row.group != group:
                group = row.group
                finished = [each.finished for each in rows if each.group == group]
                counted = said["of_group"].format(said[group], sum(finished), len(finished))
                self._add_heading(counted if any(finished) else said[group])
            state, sign = "", ""
            if row.finished:
                state, sign = said["done"], "  ✓"
            elif row.page:
                state = said["begun"].format(row.page + 1, row.pages)
                sign = "  ·  " + said["came_to"].format(row.page + 1, row.pages)
            item = QListWidgetItem(f"{row.place}  {row.title}{sign}")
            item.setData(_ID, row.id)
            item.setToolTip(state or row.title)
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole, f"{row.place} {row.title} {state}".strip()
            )
            self.addItem(item)
            if first is None and not row.finished:
                first = item
        self._wrap()
        self.setCurrentItem(self.item(1) if first is None else first)

    def _add_heading(self, text: str) -> None:
        item = QListWidgetItem(text)
        font = item.font()
        font.setBold(True)
        item.setFont(font)
        item.setForeground(self._muted)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        self.addItem(item)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give each item as many lines as the width asks for, which Qt does not do by itself."""
        super().resizeEvent(event)
        self._wrap()

    def _wrap(self) -> None:
        width = self.viewport().width()
        room = QRect(0, 0, width - 2 * scaled(_PADDING), 10_000)
        for i in range(self.count()):
            item = self.item(i)
            bold = not item.data(_ID)
            text = QFontMetrics(item.font() if bold else self.font())
            box = text.boundingRect(room, Qt.TextFlag.TextWordWrap, item.text())
            item.setSizeHint(QSize(width, box.height() + _PADDING))

    def set_theme(self, theme: Theme) -> None:
        """Take the colour of headings from a theme."""
        self._muted = QColor(theme.muted)
        for i in range(self.count()):
            if not self.item(i).data(_ID):
                self.item(i).setForeground(self._muted)

    def moveCursor(  # noqa: N802 - Qt's name
        self,
        action: QAbstractItemView.CursorAction,
        modifiers: Qt.KeyboardModifier,
    ) -> QModelIndex:
        """Home goes to the first lesson: Qt goes to the heading above it, and so nowhere."""
        if action is QAbstractItemView.CursorAction.MoveHome and self.count() > 1:
            return self.model().index(1, 0)
        return super().moveCursor(action, modifiers)

    def _choose(self, item: QListWidgetItem) -> None:
        if item.data(_ID):
            self.chosen.emit(item.data(_ID))
