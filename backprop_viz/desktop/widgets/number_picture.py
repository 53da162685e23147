"""A widget that paints numbers: it says which one is under the cursor, and copies it."""

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
)
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from backprop_viz.desktop.widgets.cell_copier import number_under_mouse
from backprop_viz.desktop.widgets.shown_number import ShownNumber, add_copy_actions


class NumberPicture(QWidget):
    """Shows the index and value of the number under the cursor, and a menu that copies it.

    A subclass says by ``number_at`` which number is where. ``number_picked`` carries the Number
    that was clicked, if it is one that was recorded. After a click Ctrl+C copies what is under the
    cursor.
    """

    number_picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def number_at(self, point: QPoint) -> ShownNumber | None:
        """The number that is painted at a point; None where there is none."""
        return None

    def tip_at(self, point: QPoint) -> str:
        """The tooltip at a point; "" for none."""
        number = self.number_at(point)
        return "" if number is None else number.tip

    def event(self, event: QEvent) -> bool:
        """Show a tooltip for the number under the cursor."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos()), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask where the number under the cursor comes from."""
        shown = self.number_at(event.position().toPoint())
        picked = None if shown is None else shown.number
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.button() is Qt.MouseButton.LeftButton and plain and picked is not None:
            self.number_picked.emit(picked)
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy on Ctrl+C."""
        number = self.copied_by_key()
        if event.matches(QKeySequence.StandardKey.Copy) and number is not None:
            number.copy()
        else:
            super().keyPressEvent(event)

    def number_under_mouse(self) -> ShownNumber | None:
        """The number that is painted under the mouse."""
        return self.number_at(self.mapFromGlobal(QCursor.pos()))

    def copied_by_key(self) -> ShownNumber | None:
        """The number that Ctrl+C copies: the one under the mouse, in whatever panel."""
        return number_under_mouse() or self.number_under_mouse()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Let an open tooltip follow the numbers."""
        super().mouseMoveEvent(event)
        shown = self.number_at(event.position().toPoint())
        asks = shown is not None and shown.origin is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if asks else Qt.CursorShape.ArrowCursor)
        if QToolTip.isVisible():
            tip = self.tip_at(event.position().toPoint())
            QToolTip.showText(event.globalPosition().toPoint(), tip, self)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy the number under the cursor."""
        number = self.number_at(event.pos())
        if number is not None:
            menu = QMenu(self)
            menu.setObjectName("copyMenu")
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            add_copy_actions(menu, number)
            menu.popup(event.globalPos())
