"""The shape of the mouse pointer over the pad."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QCursor, QPainter, QPen, QPixmap


def ring_cursor(across: int) -> QCursor:
    """A ring ``across`` pixels wide that is visible on black and on white."""
    picture = QPixmap(across + 2, across + 2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = QPointF(picture.width() / 2, picture.height() / 2)
    for color, inset in ((Qt.GlobalColor.black, 1.5), (Qt.GlobalColor.white, 0.5)):
        painter.setPen(QPen(color, 1))
        radius = picture.width() / 2 - inset
        painter.drawEllipse(middle, radius, radius)
    painter.end()
    return QCursor(picture)
