"""Icons painted in a theme's colours."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from backprop_viz.desktop.style.theme import Theme

GLYPH_SIDE = 16


def glyph_icon(paint: Callable[[QPainter, QColor], None], theme: Theme) -> QIcon:
    """An icon painted by ``paint`` in 16x16, for both pixel ratios, enabled and disabled."""
    icon = QIcon()
    for mode, color in ((QIcon.Mode.Normal, theme.text), (QIcon.Mode.Disabled, theme.faint)):
        for ratio in (1, 2, 4):  # also for large text
            picture = QPixmap(GLYPH_SIDE * ratio, GLYPH_SIDE * ratio)
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint(painter, QColor(color))
            painter.end()
            icon.addPixmap(picture, mode)
    return icon
