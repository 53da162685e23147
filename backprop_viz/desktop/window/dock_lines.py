"""The lines between docks, by which the user makes them larger."""

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QHoverEvent, QMouseEvent
from PySide6.QtWidgets import QMainWindow


def let_go_of_lines(area: QMainWindow) -> None:
    """Have Qt forget which line is under the mouse, and which is dragged.

    To be called before docks are taken out. Qt knows a line by its place in the tree of docks; at
    the next key or move of the mouse it looks there again, and ends the process if there is none.
    """
    nowhere, none = QPointF(-1, -1), Qt.MouseButton.NoButton
    left, no_key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    release = QEvent.Type.MouseButtonRelease
    # Not sent: what is no end of a drag would go on to the widget around.
    area.event(QMouseEvent(release, nowhere, nowhere, left, none, no_key))
    area.event(QHoverEvent(QEvent.Type.HoverLeave, nowhere, nowhere, nowhere))
