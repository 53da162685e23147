"""A sample of the network's input, painted as an image, a curve, tokens or a table."""

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from backprop_viz.analysis.numbers.tensor_forms import TensorForm
from backprop_viz.desktop.style.images import (
    gray_image,
    image_of,
    is_gray,
    signed_image,
    signed_pixels,
    signed_range,
)
from backprop_viz.desktop.style.numbers import short
from backprop_viz.desktop.style.painting import ink_on, text_line
from backprop_viz.desktop.style.theme import DARK, Theme, code_font
from backprop_viz.desktop.widgets.number_picture import NumberPicture
from backprop_viz.desktop.widgets.shown_number import ShownNumber
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.tensors import Array

_CELL_WIDTH, _CELL_HEIGHT = 46, 20
_MOST_ROWS, _MOST_CURVES = 40, 24
_AROUND = 4
# Forms whose cells have their numbers written in them.
_WRITTEN = (TensorForm.TOKENS, TensorForm.TABLE, TensorForm.NUMBER)


class InputPicture(NumberPicture):
    """One sample of a batch (N, ...) in one of the forms that ``forms_for`` tells."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inputPicture")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._batch: Array | None = None
        self._sample = 0
        self.form = TensorForm.NUMBER
        self._name = ""
        self._origin: Number | None = None
        self._theme = DARK

    def sizeHint(self) -> QSize:
        """As wide as the inspector."""
        return QSize(260, 190)

    def minimumSizeHint(self) -> QSize:
        """Enough to see what it is."""
        return QSize(60, _CELL_HEIGHT + 4)

    def least_height(self) -> int:
        """The height below which it cannot be read."""
        return _CELL_HEIGHT + 4 if self.form in _WRITTEN else 90

    def show_sample(
        self, batch: Array | None, sample: int, form: TensorForm, name: str, origin: Number | None
    ) -> None:
        """Show a sample of a batch that is called ``name``, as it was recorded."""
        self._batch, self._sample, self.form = batch, sample, form
        self._name, self._origin = name, origin
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    # -- which number is where ---------------------------------------------------------------

    def _cells(self) -> tuple[int, int]:
        """The rows and columns of cells."""
        assert self._batch is not None
        shape = self._batch.shape[1:]
        match self.form:
            case TensorForm.TOKENS:
                columns = max(min(self.width() // _CELL_WIDTH, shape[0]), 1)
                return -(-shape[0] // columns), columns
            case TensorForm.TABLE:
                return min(len(self._batch), _MOST_ROWS), shape[0]
            case TensorForm.HEAT_MAP | TensorForm.CURVES:
                # Time runs across.
                return (shape[1], shape[0]) if len(shape) > 1 else (1, shape[0])
            case TensorForm.COLOUR:
                return (shape[1], shape[2]) if shape[0] == 3 else (shape[0], shape[1])
            case TensorForm.IMAGE:
                return shape[-2], shape[-1]
            case TensorForm.MAPS:
                return int(np.prod(shape[:-1])), shape[-1]
        return 1, 1

    def _index(self, row: int, column: int) -> tuple[int, ...] | None:
        """The index in the batch of the number in a cell; None where there is none."""
        assert self._batch is not None
        shape, sample = self._batch.shape[1:], self._sample
        match self.form:
            case TensorForm.TOKENS:
                place = row * self._cells()[1] + column
                return (sample, place) if place < shape[0] else None
            case TensorForm.TABLE:
                return row, column
            case TensorForm.HEAT_MAP | TensorForm.CURVES:
                return (sample, column, row) if len(shape) > 1 else (sample, column)
            case TensorForm.COLOUR:
                values = self._colours()[:, row, column]
                channel = int(np.abs(values).argmax())
                if shape[0] == 3:
                    return sample, channel, row, column
                return sample, row, column, channel
            case TensorForm.IMAGE:
                return (sample, *(0 for _ in shape[:-2]), row, column)
            case TensorForm.MAPS:
                inner = (int(i) for i in np.unravel_index(row, shape[:-1]))
                return (sample, *inner, column)
        return (sample, *(0 for _ in shape))

    def box(self) -> QRect:
        """Where the cells are."""
        if self._batch is None or not self._batch.size:
            return QRect()
        rows, columns = self._cells()
        if self.form in _WRITTEN:
            width = min(self.width(), max(columns * _CELL_WIDTH, 1))
            return QRect(0, 0, width, min(rows * _CELL_HEIGHT, self.height()))
        if self.form in (TensorForm.CURVES, TensorForm.HEAT_MAP):
            return QRect(0, 0, self.width(), min(self.height(), 150))
        scale = min(self.width() / columns, self.height() / rows)
        scale = float(int(scale)) if scale >= 1 else scale
        return QRect(0, 0, max(round(columns * scale), 1), max(round(rows * scale), 1))

    def number_at(self, point: QPoint) -> ShownNumber | None:
        """The number that is painted at a point; of curves the one whose line is nearest."""
        box = self.box()
        if self._batch is None or not box.contains(point):
            return None
        rows, columns = self._cells()
        column = point.x() * columns // box.width()
        row = point.y() * rows // box.height()
        if self.form is TensorForm.CURVES:
            ys = [points[column].y() for points in self._curves(box)]
            row = int(np.abs(np.array(ys) - point.y()).argmin())
        index = self._index(row, column)
        if index is None:
            return None
        return ShownNumber(self._name, index, self._batch[index], origin=self._origin)

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sample."""
        if self._batch is None or not self._batch.size:
            return
        painter = QPainter(self)
        box = self.box()
        if self.form in _WRITTEN:
            self._paint_written(painter, box)
        elif self.form is TensorForm.CURVES:
            self._paint_curves(painter, box)
        elif self.form is TensorForm.COLOUR:
            painter.drawImage(box, image_of(self._colour_pixels()))
        else:
            plane = self._plane()
            if self.form is not TensorForm.HEAT_MAP and is_gray(self._batch):
                low, high = _range(self._batch)
                painter.drawImage(box, gray_image(plane, low, high))
            else:
                limit = signed_range(self._batch)
                painter.drawImage(box, signed_image(plane, limit, self._theme))
        painter.end()

    def _plane(self) -> Array:
        """The numbers in rows and columns of cells."""
        assert self._batch is not None
        sample: Array = self._batch[self._sample]
        if self.form is TensorForm.HEAT_MAP:
            return np.atleast_2d(sample.T)
        return sample.reshape(-1, sample.shape[-1])

    def _colours(self) -> Array:
        """The sample as (3, rows, columns)."""
        assert self._batch is not None
        sample = self._batch[self._sample]
        return sample if sample.shape[0] == 3 else np.moveaxis(sample, -1, 0)

    def _colour_pixels(self) -> Array:
        """The sample's pixels as 0xffrrggbb, from the batch's least to its greatest number."""
        assert self._batch is not None
        low, high = (0.0, 255.0) if self._batch.dtype == np.uint8 else _range(self._batch)
        with np.errstate(invalid="ignore"):
            parts = (np.asarray(self._colours(), np.float64) - low) / (high - low or 1.0)
        red, green, blue = np.nan_to_num(np.clip(parts, 0, 1) * 255).round().astype(np.uint32)
        pixels: Array = np.uint32(0xFF000000) | red << 16 | green << 8 | blue
        return pixels

    def _paint_written(self, painter: QPainter, box: QRect) -> None:
        assert self._batch is not None
        rows, columns = self._cells()
        wide, high = box.width() / columns, box.height() / rows
        font, tokens = code_font(11), self.form is TensorForm.TOKENS
        limit = signed_range(self._batch)
        for row in range(rows):
            for column in range(columns):
                index = self._index(row, column)
                if index is None:
                    continue
                value = self._batch[index]
                cell = QRectF(column * wide, row * high, wide - 1, high - 1)
                color = QColor(self._theme.inset)
                if not tokens:
                    pixel = signed_pixels(np.array([[value]]), limit, self._theme)[0, 0]
                    color = QColor.fromRgba(int(pixel))
                painter.fillRect(cell, color)
                if wide >= 20 and high >= 11:
                    ink = ink_on(color, self._theme)
                    text = short(value, 3 if wide >= 40 else 2)
                    text_line(painter, cell.toRect(), text, font, ink)
            if self.form is TensorForm.TABLE and row == self._sample:
                painter.setPen(QPen(QColor(self._theme.accent), 1.5))
                painter.drawRect(QRectF(0, row * high, box.width() - 1, high - 1))

    def _curves(self, box: QRect) -> list[list[QPointF]]:
        """The points of each curve, by its place along the last dimension."""
        assert self._batch is not None
        sample = np.asarray(self._batch[self._sample], np.float64)
        series = np.atleast_2d(sample.T)
        low, high = _range(self._batch)
        span, step = high - low or 1.0, box.width() / series.shape[1]
        inner = box.height() - 2 * _AROUND
        ys = box.bottom() - _AROUND - np.nan_to_num((series - low) / span) * inner
        return [[QPointF((i + 0.5) * step, y) for i, y in enumerate(curve)] for curve in ys]

    def _paint_curves(self, painter: QPainter, box: QRect) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(box, QColor(self._theme.inset))
        assert self._batch is not None
        low, high = _range(self._batch)
        if low < 0 < high:
            inner = box.height() - 2 * _AROUND
            zero = box.bottom() - _AROUND + low / (high - low) * inner
            painter.setPen(QPen(QColor(self._theme.grid), 1))
            painter.drawLine(QPointF(box.left(), zero), QPointF(box.right(), zero))
        curves = self._curves(box)[:_MOST_CURVES]
        for i, points in enumerate(curves):
            color = QColor(self._theme.forward)
            color.setHsvF((color.hsvHueF() + i / len(curves)) % 1.0, 0.65, color.valueF())
            painter.setPen(QPen(color, 1.4))
            painter.drawPolyline(QPolygonF(points))


def _range(array: Array) -> tuple[float, float]:
    """The least and the greatest finite number."""
    finite = array[np.isfinite(array)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
