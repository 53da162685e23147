"""The switch that folds a network, or its graph, into boxes."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen
from PySide6.QtWidgets import QToolButton

from backprop_viz.desktop.style.glyphs import glyph_icon
from backprop_viz.desktop.style.theme import DARK, Theme


def fold_switch(id: str, name: str, tip: str) -> QToolButton:
    """The switch between all of a network and boxes of its modules; ``id`` is its objectName."""
    switch = QToolButton()
    switch.setObjectName(id)
    switch.setProperty("role", "segment")
    switch.setStyleSheet("padding: 1px 3px;")  # there is little room
    switch.setIcon(fold_icon(DARK))
    switch.setToolTip(tip)
    switch.setAccessibleName(name)
    switch.setCheckable(True)
    switch.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    switch.hide()
    return switch


def fold_icon(theme: Theme) -> QIcon:
    """A box with two boxes in it, in a theme's colours."""
    return glyph_icon(_paint_boxes, theme)


def _paint_boxes(painter: QPainter, color: QColor) -> None:
    painter.setPen(QPen(color, 1.3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for box in (QRectF(1.5, 2.5, 13, 11), QRectF(4, 5, 8, 2.2), QRectF(4, 9, 8, 2.2)):
        painter.drawRoundedRect(box, 1, 1)
