"""Icons painted in a theme's colours."""

from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from backprop_viz.desktop.style.theme import Theme

GLYPH_SIDE = 16


# Shared: a window paints each several times while it opens. Do not add to one.
@lru_cache(maxsize=64)
def glyph_icon(paint: Callable[..., None], theme: Theme, *arguments: object) -> QIcon:
    """An icon painted in 16x16, for all pixel ratios, enabled and disabled.

    ``paint`` is called with a QPainter, the QColor, and the ``arguments``.
    """
    icon = QIcon()
    for mode, color in ((QIcon.Mode.Normal, theme.text), (QIcon.Mode.Disabled, theme.faint)):
        for ratio in (1, 2, 4):  # also for large text
            picture = QPixmap(GLYPH_SIDE * ratio, GLYPH_SIDE * ratio)
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint(painter, QColor(color), *arguments)
            painter.end()
            icon.addPixmap(picture, mode)
    return icon
