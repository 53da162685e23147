"""A slice of a tensor as a picture: one cell for each number, or one pixel for several."""

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from backprop_viz.analysis.numbers.number_marks import MarkedElements
from backprop_viz.analysis.numbers.slices import Slice
from backprop_viz.desktop.style.images import signed_image
from backprop_viz.desktop.style.theme import DARK, Theme
from backprop_viz.desktop.style.thinning import farthest, numbers_at, thinned
from backprop_viz.desktop.widgets.number_picture import NumberPicture
from backprop_viz.desktop.widgets.shown_number import ShownNumber
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.tensors import Array

_LARGEST_CELL = 26
_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class SlicePicture(NumberPicture):
    """The numbers of a slice in one symmetric range.

    The arrow keys move a ring from number to number, Enter asks where the number comes from.
    ``pointed`` carries the ShownNumber under the mouse or in the ring.
    """

    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("slicePicture")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._plane: Array | None = None
        self._slice = Slice(None, None, ())
        self._limit = 0.0
        self._name = ""
        self._origin: Number | None = None
        self._at = (0, 0)
        self._image = QImage()
        self._marked: MarkedElements | None = None
        self._theme = DARK

    def sizeHint(self) -> QSize:
        """As wide as the inspector, and as high as wide."""
        return QSize(260, 220)

    def minimumSizeHint(self) -> QSize:
        """Enough to see that there are numbers."""
        return QSize(60, 40)

    def show_slice(
        self, plane: Array | None, part: Slice, limit: float, name: str, origin: Number | None
    ) -> None:
        """Show the numbers (rows, columns) of a slice of the tensor that is called ``name``."""
        self._plane, self._slice, self._limit = plane, part, limit
        self._name, self._origin = name, origin
        rows, columns = (1, 1) if plane is None else plane.shape
        self._at = min(self._at[0], max(rows - 1, 0)), min(self._at[1], max(columns - 1, 0))
        self._image = QImage()
        self.update()

    def ring_farthest(self) -> None:
        """Put the ring around the number that is farthest from zero."""
        if self._plane is not None and self._plane.size:
            sizes = np.abs(np.nan_to_num(as_floats(self._plane)))
            row, column = np.unravel_index(int(sizes.argmax()), sizes.shape)
            self._at = int(row), int(column)
            self.update()

    def mark(self, marked: MarkedElements | None) -> None:
        """Outline the elements that take part in the number that is explained."""
        self._marked = marked
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._image = QImage()
        self.update()

    # -- geometry ----------------------------------------------------------------------------

    def box(self) -> QRect:
        """Where the numbers are painted; empty without any."""
        if self._plane is None or not self._plane.size:
            return QRect()
        rows, columns = self._plane.shape
        width = min(self.width(), columns * _LARGEST_CELL)
        height = min(self.height(), rows * _LARGEST_CELL)
        # Square cells, unless one way there is no room for them.
        cell = min(width / columns, height / rows)
        if cell >= 1:
            width, height = round(cell * columns), round(cell * rows)
        return QRect(0, 0, max(width, 1), max(height, 1))

    def cell(self, row: int, column: int) -> QRectF:
        """The box of a number."""
        assert self._plane is not None
        box = self.box()
        rows, columns = self._plane.shape
        across, down = box.width() / columns, box.height() / rows
        # One that has no pixel of its own has the one that it shares with others.
        left = column * across if across >= 1 else ((column + 1) * box.width() - 1) // columns
        top = row * down if down >= 1 else ((row + 1) * box.height() - 1) // rows
        return QRectF(left, top, max(across, 1), max(down, 1))

    def place_at(self, point: QPoint) -> tuple[int, int] | None:
        """The row and column of the number at a point: of several, the farthest from zero."""
        box = self.box()
        if self._plane is None or not box.contains(point):
            return None
        rows = _numbers(point.y(), box.height(), self._plane.shape[0])
        columns = _numbers(point.x(), box.width(), self._plane.shape[1])
        return farthest(self._plane, rows, columns)

    def number_at(self, point: QPoint) -> ShownNumber | None:
        """The number that is painted at a point."""
        place = self.place_at(point)
        return None if place is None else self.number_of(*place)

    def number_of(self, row: int, column: int) -> ShownNumber:
        """The number of a row and a column."""
        assert self._plane is not None
        index = self._slice.place(row, column)
        return ShownNumber(self._name, index, self._plane[row, column], origin=self._origin)

    def copied_by_key(self) -> ShownNumber | None:
        """The number in the ring."""
        if self._plane is None or not self._plane.size:
            return None
        return self.number_of(*self._at)

    # -- choosing ----------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which number is under the mouse."""
        super().mouseMoveEvent(event)
        number = self.number_at(event.position().toPoint())
        if number is not None:
            self.pointed.emit(number)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the ring around the number, and ask where it comes from."""
        place = self.place_at(event.position().toPoint())
        if place is not None:
            self._go(*place)
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the ring with the arrows; Enter asks where its number comes from."""
        key, number = Qt.Key(event.key()), self.copied_by_key()
        if number is None or self._plane is None:
            super().keyPressEvent(event)
        elif key in _STEPS:
            down, across = _STEPS[key]
            rows, columns = self._plane.shape
            row, column = self._at
            self._go(min(max(row + down, 0), rows - 1), min(max(column + across, 0), columns - 1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and number.number is not None:
            self.number_picked.emit(number.number)
        else:
            super().keyPressEvent(event)

    def _go(self, row: int, column: int) -> None:
        self._at = row, column
        self.pointed.emit(self.number_of(row, column))
        self.update()

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the numbers, the lit ones outlined, and the ring."""
        if self._plane is None or not self._plane.size:
            return
        painter = QPainter(self)
        box = self.box()
        ratio = self.devicePixelRatioF()
        if self._image.isNull():
            numbers = as_floats(self._plane)[None]
            shown = thinned(numbers, box.height() * ratio + 2, box.width() * ratio + 2)[0]
            self._image = signed_image(shown, self._limit, self._theme)
        painter.drawImage(box, self._image)
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.drawRect(box.adjusted(0, 0, -1, -1))
        for index in () if self._marked is None else self._marked.indices:
            place = self._slice.shown_at([int(i) for i in index])
            if place is not None:
                self._ring(painter, place, self._theme.backward)
        if self.hasFocus():
            self._ring(painter, self._at, self._theme.accent)
        painter.end()

    def _ring(self, painter: QPainter, place: tuple[int, int], color: str) -> None:
        around = self.cell(*place)
        least = QRectF(0, 0, max(around.width(), 5), max(around.height(), 5))
        least.moveCenter(around.center())
        painter.setPen(QPen(QColor(color), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(least)


def as_floats(array: Array) -> Array:
    """Numbers that have a sign and a size: of complex ones the magnitude."""
    if np.iscomplexobj(array):
        return np.abs(array)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _numbers(at: float, length: int, count: int) -> range:
    """The numbers along an axis that the pixel at ``at`` stands for; the picture has no border."""
    return numbers_at(at + 1, length + 2, count)
