"""Ctrl+C in a table of numbers: the number under the mouse, else that of the current cell."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QMenu, QWidget

from backprop_viz.desktop.style.numbers import full
from backprop_viz.desktop.widgets.shown_number import ShownNumber, add_copy_actions


@runtime_checkable
class HasNumbers(Protocol):
    """A widget that paints numbers."""

    def number_under_mouse(self) -> ShownNumber | None:
        """The number that is painted under the mouse."""


# A model has a cell's number, unrounded, in this role.
NUMBER_ROLE = Qt.ItemDataRole.UserRole + 7

NumberOf = Callable[[QModelIndex], ShownNumber | None]


class CellCopier(QObject):
    """Copies the numbers of a table, with every digit, by Ctrl+C and by a menu.

    ``number_of`` tells which number a cell shows; None where it shows none. By default it is what
    the model has in ``NUMBER_ROLE``. ``rows_chosen`` is the text of rows that the user has
    chosen to copy, "" without any: it goes before a single number.
    """

    def __init__(
        self,
        table: QAbstractItemView,
        number_of: NumberOf | None = None,
        rows_chosen: Callable[[], str] | None = None,
    ) -> None:
        super().__init__(table)
        self._table, self._number_of = table, number_of or _of_role
        self._rows_chosen = rows_chosen
        table.installEventFilter(self)
        table.viewport().installEventFilter(self)

    def number_at(self, point: QPoint) -> ShownNumber | None:
        """The number at a point of the table's viewport."""
        index = self._table.indexAt(point)
        return self._number_of(index) if index.isValid() else None

    def copied_by_key(self) -> ShownNumber | None:
        """What Ctrl+C copies."""
        current = self._table.currentIndex()
        own = self._number_of(current) if current.isValid() else None
        return number_under_mouse() or own

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Copy on Ctrl+C; offer the forms of a number in a menu."""
        if isinstance(event, QKeyEvent) and watched is self._table:
            wanted = event.matches(QKeySequence.StandardKey.Copy)
            if wanted and event.type() is QEvent.Type.KeyPress:
                rows = "" if self._rows_chosen is None else self._rows_chosen()
                number = self.copied_by_key()
                if rows:
                    QGuiApplication.clipboard().setText(rows)
                elif number is not None:
                    number.copy()
                return True
        elif isinstance(event, QContextMenuEvent) and watched is self._table.viewport():
            return self._offer(event)
        return super().eventFilter(watched, event)

    def _offer(self, event: QContextMenuEvent) -> bool:
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        at = self._table.currentIndex() if by_key else self._table.indexAt(event.pos())
        number = self._number_of(at) if at.isValid() else None
        if number is None:
            return False
        menu = QMenu(self._table)
        menu.setObjectName("copyMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        add_copy_actions(menu, number)
        menu.popup(event.globalPos())
        return True


def _of_role(index: QModelIndex) -> ShownNumber | None:
    """The number that a model has in a cell, named by the row's and the column's title."""
    value = index.data(NUMBER_ROLE)
    if value is None:
        return None
    cells = [index.siblingAtColumn(i) for i in range(index.model().columnCount())]
    numbers = [(cell.data(NUMBER_ROLE), cell.data()) for cell in cells]
    texts = [str(text or "") if number is None else full(number) for number, text in numbers]
    title = index.model().headerData(index.column(), Qt.Orientation.Horizontal)
    return ShownNumber(f"{texts[0]} {title}", (), value, texts)


def number_under_mouse() -> ShownNumber | None:
    """The number that is painted under the mouse, in whatever panel."""
    place, window = QCursor.pos(), QApplication.activeWindow()
    widget: QWidget | None = QApplication.widgetAt(place)
    if widget is None and window is not None:
        widget = window.childAt(window.mapFromGlobal(place))
    while widget is not None:
        copier = widget.findChild(CellCopier, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if copier is not None and isinstance(widget, QAbstractItemView):
            return copier.number_at(widget.viewport().mapFromGlobal(place))
        if isinstance(widget, HasNumbers):
            return widget.number_under_mouse()
        widget = widget.parentWidget()
    return None
