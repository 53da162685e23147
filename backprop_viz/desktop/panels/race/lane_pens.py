"""The colours and lines by which the lanes of a race are told apart."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

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
