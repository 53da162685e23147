"""The program's icon: drawn once as SVG, painted in each size."""

from functools import cache
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

DRAWING = Path(__file__).with_name("icons") / "backprop-viz.svg"
# The sizes that desktops ask for, in pixels.
SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)


def icon_image(size: int) -> QImage:
    """The icon as a square of this many pixels."""
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(DRAWING)).render(painter)
    painter.end()
    return image


@cache  # every window of a process asks for it
def program_icon() -> QIcon:
    """The icon in the sizes of window lists and title bars."""
    icon = QIcon()
    for size in SIZES[:-2]:
        icon.addPixmap(QPixmap.fromImage(icon_image(size)))
    return icon
