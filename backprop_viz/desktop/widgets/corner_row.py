"""Widgets over the right corner of a menu bar."""

from PySide6.QtCore import QEvent, QObject, QPoint, QSize
from PySide6.QtWidgets import QHBoxLayout, QMenuBar, QWidget
from shiboken6 import isValid

_EVENTS = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide)


class _Place(QWidget):
    """Room in a menu bar, which asks a corner widget how large it would be."""

    def sizeHint(self) -> QSize:
        return self.minimumSize()


class CornerRow(QWidget):
    """Children of the window, not of the menu bar: Qt tells screen readers of its menus only.

    Where the bar has no room for the menus and the row, the row gives way.
    """

    def __init__(self, menu_bar: QMenuBar) -> None:
        super().__init__(menu_bar.window())
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 2, 10, 2)
        self.row.setSpacing(6)
        self._bar = menu_bar
        self._place = _Place(menu_bar)
        menu_bar.setCornerWidget(self._place)
        for watched in (self._place, menu_bar):
            watched.installEventFilter(self)

    def event(self, event: QEvent) -> bool:
        """Keep as much room in the menu bar as the row asks for."""
        asks = event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Polish)
        # A window that is deleted deletes its menu bar before this row.
        if asks and isValid(self._bar) and self._take_place():
            # A menu bar lays its corner out when it is resized, or given one.
            self._bar.setCornerWidget(self._place)
        return super().event(event)

    def _take_place(self) -> bool:
        """Ask for the room of the row, or for none; whether that is another one than before."""
        wanted, before = self.sizeHint(), self._place.minimumSize()
        menus = self._bar.sizeHint().width() - before.width()
        if menus + wanted.width() > self._bar.width():
            wanted.setWidth(0)
        self._place.setFixedSize(wanted)
        return wanted != before

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the place in the menu bar."""
        # Where the window is deleted while it is seen, the bar hides what it holds when it goes.
        if event.type() in _EVENTS and isValid(self._bar):
            if watched is self._bar and event.type() == QEvent.Type.Resize:
                self._take_place()
            self.move(self._place.mapTo(self._bar.window(), QPoint(0, 0)))
            self.resize(self._place.size())
            hidden = self._place.isHidden() or self._bar.isHidden() or not self._place.width()
            self.setVisible(not hidden)
            self.raise_()
        return super().eventFilter(watched, event)
