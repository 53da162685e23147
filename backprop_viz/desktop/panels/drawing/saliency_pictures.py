"""The parts of the saliency window: the saliency map, its colour range, the feature maps."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy

from backprop_viz.desktop.style.images import image_of, signed_image, signed_pixels, signed_range
from backprop_viz.desktop.style.numbers import short
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font
from backprop_viz.desktop.widgets.number_picture import NumberPicture
from backprop_viz.desktop.widgets.shown_number import ShownNumber, element_of
from backprop_viz.recording.requests.drawing_training import Saliency
from backprop_viz.recording.trace.tensors import Array

_INK = 0.35  # pixels of at least this value lie inside the outline of the drawing
_CAPTION = 17
_GAP = 3


class _Painted(NumberPicture):
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
    """The gradient of each pixel in the diverging colours, with the ink's outline.

    ``pixel_asked`` carries the row and the column of the pixel that was clicked, or chosen with
    the arrow keys and Enter.
    """

    pixel_asked = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("saliencyPicture")
        self.setAccessibleName(self.tr("Saliency of the drawing"))
        self.limit = 0.0
        self._saliency: Saliency | None = None
        self._edges: tuple[QLineF, ...] = ()
        self._chosen = (0, 0)  # row and column of the pixel that the arrow keys have come to
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(self.tr("Click a pixel to see where its gradient comes from (Enter)"))

    def show_saliency(self, saliency: Saliency | None) -> None:
        """Show a saliency; None: nothing."""
        self._saliency = saliency
        self.limit = 0.0 if saliency is None else signed_range(saliency.gradient)
        self._edges = () if saliency is None else edges(saliency.seen >= _INK)
        self.update()

    def number_at(self, point: QPoint) -> ShownNumber | None:
        """The gradient of the pixel at a point."""
        pixel = self._pixel_at(point)
        return None if pixel is None else self._number_of(*pixel)

    def copied_by_key(self) -> ShownNumber | None:
        """The number that Ctrl+C copies: that of the chosen pixel."""
        return None if self._saliency is None else self._number_of(*self._chosen)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask about the pixel under the cursor."""
        pixel = self._pixel_at(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and pixel is not None:
            self._choose(*pixel)
            self.pixel_asked.emit(*pixel)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show by the cursor that a pixel can be clicked."""
        super().mouseMoveEvent(event)
        if self._pixel_at(event.position().toPoint()) is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose another pixel by the arrow keys; Enter asks about it."""
        moves = {
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
        }
        move = moves.get(Qt.Key(event.key()))
        if self._saliency is None:
            super().keyPressEvent(event)
        elif move is not None:
            row, column = self._chosen
            self._choose(min(max(row + move[0], 0), 31), min(max(column + move[1], 0), 31))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.pixel_asked.emit(*self._chosen)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Mark the chosen pixel."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Mark it no longer."""
        super().focusOutEvent(event)
        self.update()

    def _choose(self, row: int, column: int) -> None:
        self._chosen = (row, column)
        number = self._number_of(row, column) if self._saliency is not None else None
        self.setAccessibleDescription("" if number is None else number.text)
        self.update()

    def _number_of(self, row: int, column: int) -> ShownNumber:
        assert self._saliency is not None
        name = f"∂out[{self._saliency.digit}]/∂x"
        return element_of(name, self._saliency.gradient, 32 * row + column, (0, 0))

    def _pixel_at(self, point: QPoint) -> tuple[int, int] | None:
        """The row and the column of the pixel at a point."""
        box = self._box()
        if self._saliency is None or not box.contains(point):
            return None
        row, column = (32 * at // box.width() for at in (point.y() - box.y(), point.x() - box.x()))
        return row, column

    def _box(self) -> QRect:
        """A square of whole pixels in the middle."""
        side = 32 * max(min(self.width(), self.height()) // 32, 1)
        return QRect((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    def minimumSizeHint(self) -> QSize:
        """Four screen pixels for each pixel of the input."""
        return QSize(128, 128)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the gradients and the outline."""
        painter = QPainter(self)
        box = self._box()
        unit = box.width() // 32
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
            if self.hasFocus():
                pen.setColor(QColor(self._theme.accent))
                painter.setPen(pen)
                painter.drawRect(QRectF(self._chosen[1], self._chosen[0], 1, 1))
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
    """The colours from -limit over zero to +limit, with the numbers. ``asked``: it was clicked."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setToolTip(self.tr("Click to see the pixel with the largest gradient"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._limit = 0.0

    def show_limit(self, limit: float) -> None:
        """Set the range that the map is drawn in."""
        self._limit = limit
        self.update()

    def tip_at(self, point: QPoint) -> str:
        """What a click shows."""
        return self.toolTip()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask which pixel the range is of."""
        if event.button() is Qt.MouseButton.LeftButton and self._limit > 0:
            self.asked.emit()

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
    """The feature maps of each convolution after relu, one block below the other.

    ``asked`` carries the layer, and the channel, the row and the column of the pixel clicked.
    """

    asked = Signal(str, tuple)

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
            height, all_tiles = self.height() / len(self._maps), self.tiles()
            for i, (name, maps) in enumerate(self._maps):
                line = QRectF(0, i * height, self.width(), _CAPTION)
                self._paint_layer(painter, line, name, maps, all_tiles[i])
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask about the number under the cursor."""
        found = self._place_at(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and found is not None:
            name, maps, place = found
            self.asked.emit(name, tuple(int(i) for i in np.unravel_index(place, maps.shape)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show by the cursor that a pixel can be clicked."""
        super().mouseMoveEvent(event)
        if self._place_at(event.position().toPoint()) is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def number_at(self, point: QPoint) -> ShownNumber | None:
        """The number of a map at a point."""
        found = self._place_at(point)
        if found is None:
            return None
        name, maps, place = found
        return element_of(f"relu({name})", maps, place, (0,))

    def _place_at(self, point: QPoint) -> tuple[str, Array, int] | None:
        """The layer at a point, its maps, and the flat place of the number in them."""
        for (name, maps), tiles in zip(self._maps, self.tiles(), strict=True):
            _, height, width = maps.shape
            for i, tile in enumerate(tiles):
                if tile.contains(QPointF(point)):
                    row = min(int((point.y() - tile.y()) / tile.height() * height), height - 1)
                    column = min(int((point.x() - tile.x()) / tile.width() * width), width - 1)
                    return name, maps, (i * height + row) * width + column
        return None

    def tiles(self) -> list[list[QRectF]]:
        """The boxes of each layer's maps."""
        height, found = self.height() / max(len(self._maps), 1), []
        for layer, (_, maps) in enumerate(self._maps):
            top = layer * height + _CAPTION + 2
            columns, side = tiling(len(maps), self.width(), height - _CAPTION - 10)
            step = side + _GAP
            cells = (divmod(i, columns) for i in range(len(maps)))
            found.append(
                [
                    QRectF(column * step, round(top + row * step), side, side)
                    for row, column in cells
                ]
            )
        return found

    def _paint_layer(
        self, painter: QPainter, line: QRectF, name: str, maps: Array, tiles: list[QRectF]
    ) -> None:
        count, height, width = maps.shape
        limit = signed_range(maps)
        caption = self.tr("relu({0})   {1}×{2}×{3}   0 … {4}")
        painter.setPen(QColor(self._theme.muted))
        painter.setFont(body_font(11))
        painter.drawText(line, 0, caption.format(name, count, height, width, short(limit)))
        for i, tile in enumerate(tiles):
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
