"""The parts of the saliency window: the saliency map, its colour range, the feature maps."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from backprop_viz.desktop.style.images import image_of, signed_image, signed_pixels, signed_range
from backprop_viz.desktop.style.numbers import short
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font
from backprop_viz.recording.drawing_training import Saliency
from backprop_viz.recording.tensors import Array

_INK = 0.35  # pixels of at least this value lie inside the outline of the drawing
_CAPTION = 17
_GAP = 3


class _Painted(QWidget):
    """A widget that paints itself in a theme's colours."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = DARK
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = theme
        self.update()


class SaliencyPicture(_Painted):
    """The gradient of each pixel in the diverging colours, with the ink's outline."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("saliencyPicture")
        self.setAccessibleName(self.tr("Saliency of the drawing"))
        self.limit = 0.0
        self._saliency: Saliency | None = None
        self._edges: tuple[QLineF, ...] = ()

    def show_saliency(self, saliency: Saliency | None) -> None:
        """Show a saliency; None: nothing."""
        self._saliency = saliency
        self.limit = 0.0 if saliency is None else signed_range(saliency.gradient)
        self._edges = () if saliency is None else edges(saliency.seen >= _INK)
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Four screen pixels for each pixel of the input."""
        return QSize(128, 128)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a square of whole pixels in the middle."""
        painter = QPainter(self)
        unit = max(min(self.width(), self.height()) // 32, 1)
        side = 32 * unit
        box = QRect((self.width() - side) // 2, (self.height() - side) // 2, side, side)
        if self._saliency is None:
            painter.fillRect(box, QColor(self._theme.inset))
        else:
            image = signed_image(self._saliency.gradient, self.limit, self._theme)
            painter.drawImage(box, image)
            painter.save()
            painter.translate(box.topLeft())
            painter.scale(unit, unit)
            pen = QPen(QColor(self._theme.text), 1.2)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLines(self._edges)
            painter.restore()
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.drawRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()


def edges(ink: NDArray[np.bool_]) -> tuple[QLineF, ...]:
    """The lines between pixels with and without ink, in pixels of the image."""
    padded = np.pad(ink, 1)
    across = np.argwhere(padded[:, 1:] != padded[:, :-1])
    down = np.argwhere(padded[1:] != padded[:-1])
    lines = [QLineF(x, y - 1, x, y) for y, x in across.tolist()]
    lines += [QLineF(x - 1, y, x, y) for y, x in down.tolist()]
    return tuple(lines)


class RangeStrip(_Painted):
    """The colours from -limit over zero to +limit, with the numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._limit = 0.0

    def show_limit(self, limit: float) -> None:
        """Set the range that the map is drawn in."""
        self._limit = limit
        self.update()

    def sizeHint(self) -> QSize:
        """A strip over a line of numbers."""
        return QSize(200, 10 + _CAPTION)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The strip, and three numbers under it."""
        painter = QPainter(self)
        ramp = np.linspace(-1, 1, 129)[None, :]
        box = QRectF(0, 0, self.width(), 9)
        painter.drawImage(box, image_of(signed_pixels(ramp, 1.0, self._theme)))
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setPen(QColor(self._theme.muted))
        painter.setFont(code_font(11))
        below = QRect(0, 10, self.width(), _CAPTION)
        if self._limit > 0:
            low, high = f"−{short(self._limit)}", f"+{short(self._limit)}"
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft | middle, low)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | middle, "0")
            painter.drawText(below, Qt.AlignmentFlag.AlignRight | middle, high)
        painter.end()


class ExcitedMaps(_Painted):
    """The feature maps of each convolution after relu, one block below the other."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("excitedMaps")
        self.setAccessibleName(self.tr("Most active feature maps of the drawing"))
        self._maps: tuple[tuple[str, Array], ...] = ()

    def show_maps(self, maps: tuple[tuple[str, Array], ...]) -> None:
        """Show each layer's maps (channels, height, width)."""
        self._maps = maps
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Maps large enough to tell apart."""
        return QSize(200, 200)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A caption and a mosaic for each layer."""
        painter = QPainter(self)
        if self._maps:
            height = self.height() / len(self._maps)
            for i, (name, maps) in enumerate(self._maps):
                self._paint_layer(painter, QRectF(0, i * height, self.width(), height), name, maps)
        painter.end()

    def _paint_layer(self, painter: QPainter, box: QRectF, name: str, maps: Array) -> None:
        count, height, width = maps.shape
        limit = signed_range(maps)
        caption = self.tr("relu({0})   {1}×{2}×{3}   0 … {4}")
        line = QRectF(box.x(), box.y(), box.width(), _CAPTION)
        painter.setPen(QColor(self._theme.muted))
        painter.setFont(body_font(11))
        painter.drawText(line, 0, caption.format(name, count, height, width, short(limit)))
        room = box.adjusted(0, _CAPTION + 2, 0, -8)
        columns, side = tiling(count, room.width(), room.height())
        for i in range(count):
            x = room.x() + (i % columns) * (side + _GAP)
            y = room.y() + (i // columns) * (side + _GAP)
            tile = QRectF(round(x), round(y), side, side)
            painter.drawImage(tile, signed_image(maps[i], limit, self._theme))
            painter.setPen(QPen(QColor(self._theme.border), 1))
            painter.drawRect(tile.adjusted(0.5, 0.5, -0.5, -0.5))


def tiling(count: int, width: float, height: float) -> tuple[int, int]:
    """How many tiles fit side by side, and the largest side that they can have."""
    sides = {}
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        across = (width - (columns - 1) * _GAP) / columns
        down = (height - (rows - 1) * _GAP) / rows
        sides[columns] = max(int(min(across, down)), 1)
    best = max(sides, key=lambda columns: sides[columns])
    return best, sides[best]
