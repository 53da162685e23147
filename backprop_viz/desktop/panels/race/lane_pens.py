"""The colours and lines by which the lanes of a race are told apart."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from backprop_viz.desktop.style.theme import Theme

_COLOURS = ("accent", "backward", "update", "loss", "earlier_run", "muted")
_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)


def lane_colour(theme: Theme, lane: int) -> QColor:
    """The colour of a lane."""
    return QColor(getattr(theme, _COLOURS[lane % len(_COLOURS)]))


def lane_pen(theme: Theme, lane: int, width: float = 2) -> QPen:
    """The line of a lane: where the colours come again, it is dashed."""
    style = _DASHES[lane // len(_COLOURS) % len(_DASHES)]
    pen = QPen(lane_colour(theme, lane), width, style)
    pen.setCosmetic(True)
    return pen


def lane_icon(theme: Theme, lane: int) -> QIcon:
    """A piece of a lane's line."""
    picture = QPixmap(24, 12)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setPen(lane_pen(theme, lane, 3))
    painter.drawLine(1, 6, 23, 6)
    painter.end()
    return QIcon(picture)
