"""A layer's tensor and its gradient: pictures, figures and every element."""

import math
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from backprop_viz.analysis.numbers.measures import measure_of
from backprop_viz.analysis.numbers.number_origin import activation_number, gradient_number
from backprop_viz.desktop.panels.inspector.array_table import ArrayTable, TableColumn
from backprop_viz.desktop.panels.inspector.figures_label import FiguresLabel
from backprop_viz.desktop.style.change_guard import ChangeGuard
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.images import gray_image, is_picture, signed_image, signed_range
from backprop_viz.desktop.style.numbers import short, signed
from backprop_viz.desktop.style.theme import DARK, Theme, body_font
from backprop_viz.desktop.texts.missing_texts import not_recorded_text
from backprop_viz.desktop.widgets.number_picture import NumberPicture
from backprop_viz.desktop.widgets.sentence import Sentence
from backprop_viz.desktop.widgets.shown_number import ShownNumber, element_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.missing import activation_missing, gradient_missing
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.layers import Layer

# More maps would be too small to see; the table has them all.
_MOST_MAPS = 256
_STRIP = 16
_TALLEST = 400


def of_sample(array: Array | None, layer: Layer, recording: Recording, sample: int) -> Array | None:
    """The part of a layer's batch that belongs to a sample."""
    if array is None or not layer.is_of_batch(array) or not len(array):
        return array
    part: Array = array[recording.sample_of(array, sample)]
    return part


def maps(array: Array) -> Array | None:
    """An array as (maps, rows, columns); None if it cannot be shown as maps."""
    if array.ndim == 0 or not array.size or np.iscomplexobj(array):
        return None
    rows = array.shape[-2] if array.ndim > 1 else 1
    return array.reshape(-1, rows, array.shape[-1])[:_MOST_MAPS]


def tiles(count: int, rows: int, columns: int, width: int, height: int) -> list[QRect]:
    """The boxes of maps that are as large as fits."""
    best: tuple[float, int] = (0.0, 1)
    for across in range(1, count + 1):
        down = math.ceil(count / across)
        scale = min((width - across) / (across * columns), (height - down) / (down * rows))
        best = max(best, (scale, -across))
    across = abs(best[1])
    # A single row of numbers is shown as a strip of any shape.
    w = max(1, math.floor(best[0] * columns))
    h = max(1, math.floor(best[0] * rows)) if rows > 1 else min(_STRIP, height)
    return [QRect(i % across * (w + 1), i // across * (h + 1), w, h) for i in range(count)]


def element_in(boxes: list[QRect], shape: tuple[int, ...], point: QPoint) -> int | None:
    """The flat place of the number at a point, of maps (count, rows, columns) in boxes."""
    _, rows, columns = shape
    for i, box in enumerate(boxes):
        if box.contains(point):
            row = (point.y() - box.y()) * rows // box.height()
            column = (point.x() - box.x()) * columns // box.width()
            return (i * rows + row) * columns + column
    return None


class TensorPicture(NumberPicture):
    """The maps of an array in one range; a vector as a strip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._maps: Array | None = None
        self._image = QImage()
        self._theme = DARK
        self._signed = True
        self._range = (0.0, 1.0)
        self._array: Array | None = None
        self._name = ""
        self._first: tuple[int, ...] = ()
        self._origin: Number | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def is_tall(self) -> bool:
        """Whether there are maps, rather than a strip or nothing."""
        return self._maps is not None and self._maps.shape[1] > 1

    def sizeHint(self) -> QSize:
        """Half of the inspector's width."""
        return QSize(130, 130)

    def show_array(self, array: Array | None, is_image: bool) -> None:
        """Show an array in the colours of the network panel, an image in gray."""
        self._array = array
        self._maps = None if array is None else maps(array)
        self._signed = not is_image
        # The range of all numbers, as in the network panel, even if not all maps are shown.
        self._range = (0.0, 1.0)
        if array is not None and self._maps is not None:
            finite = array[np.isfinite(array)]
            if finite.size:
                self._range = float(finite.min()), float(finite.max())
        self.setVisible(self._maps is not None)
        self.setMinimumHeight(60 if self.is_tall else _STRIP)
        self.setMaximumHeight(_TALLEST if self.is_tall else _STRIP)
        self._make()

    def name_numbers(self, name: str, first: tuple[int, ...], origin: Number | None) -> None:
        """Say of what tensor the array is, at which place in it, and what was recorded of it."""
        self._name, self._first, self._origin = name, first, origin

    def number_at(self, point: QPoint) -> ShownNumber | None:
        """The number that is painted at a point."""
        if self._maps is None or self._array is None:
            return None
        count, rows, columns = self._maps.shape
        boxes = tiles(count, rows, columns, self.width(), self.height())
        element = element_in(boxes, self._maps.shape, point)
        if element is None:
            return None
        return element_of(self._name, self._array, element, self._first, self._origin)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._make()

    def _make(self) -> None:
        self._image = QImage()
        if self._maps is not None:
            stacked = self._maps.reshape(-1, self._maps.shape[-1])
            low, high = self._range
            if self._signed:
                self._image = signed_image(stacked, max(abs(low), abs(high)), self._theme)
            else:
                self._image = gray_image(stacked, low, high)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint each map enlarged, pixel by pixel."""
        if self._maps is None:
            return
        painter = QPainter(self)
        count, rows, columns = self._maps.shape
        for i, box in enumerate(tiles(count, rows, columns, self.width(), self.height())):
            painter.drawImage(box, self._image, QRect(0, i * rows, columns, rows))
        painter.end()


def layer_tensors(cursor: Cursor, layer: Layer) -> tuple[Array | None, Array | None]:
    """A layer's tensor and its gradient at the cursor, as recorded; None for what has not come.

    A layer of another recording has neither.
    """
    if not is_layer_of(cursor, layer):
        return None, None
    return cursor.activation(layer), cursor.gradient(layer)


def _tensor_ids(cursor: Cursor, layer: Layer) -> tuple[int | None, int | None]:
    """The ids of ``layer_tensors``."""
    if not is_layer_of(cursor, layer):
        return None, None
    return cursor.activation_id(layer), cursor.gradient_id(layer)


def is_layer_of(cursor: Cursor, layer: Layer) -> bool:
    """Whether a layer, whatever output it shows, is one of the pass that the cursor is in."""
    return layer.showing(len(layer.outputs) - 1) in cursor.layers.layers


class TensorSection(QWidget):
    """Two pictures with their ranges, and a table; ``number_picked``: a Number that was clicked."""

    number_picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.value = _Side()
        self.gradient = _Side()
        self.table = ArrayTable()
        self.table.setAccessibleName(self.tr("Every element of the tensor"))
        for source in (self.table, self.value.picture, self.gradient.picture):
            source.number_picked.connect(self.number_picked)
        for line in (*self.value.lines, *self.gradient.lines):
            line.number_picked.connect(self.number_picked)
        self._sides = QWidget()
        sides = QHBoxLayout(self._sides)
        sides.setContentsMargins(0, 0, 0, 0)
        sides.setSpacing(12)
        sides.addWidget(self.value, 1)
        sides.addWidget(self.gradient, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        self.missing = Sentence()  # why numbers are not recorded
        layout.addWidget(self._sides, 1)
        layout.addWidget(self.missing)
        layout.addWidget(self.table, 1)
        layout.addStretch()
        self._shown = ChangeGuard()

    def show_cursor(self, cursor: Cursor, layer: Layer, sample: int = 0) -> None:
        """Show a layer's tensor for a sample of the batch at a cursor."""
        recording = cursor.recording
        missing = activation_missing(cursor, layer), gradient_missing(cursor, layer)
        ids = _tensor_ids(cursor, layer)
        if not self._shown.is_new(layer, recording.serial, ids, missing, sample):
            return
        tensors = layer_tensors(cursor, layer)
        value, gradient = (of_sample(tensor, layer, recording, sample) for tensor in tensors)
        shape = layer.shape if value is None else value.shape
        size = math.prod(shape)
        fits = gradient is not None and gradient.size == size
        name = layer.titled().partition(" · ")[0]
        batch = tensors[0] if tensors[0] is not None else tensors[1]
        first = (
            () if batch is None or batch.shape == shape else (recording.sample_of(batch, sample),)
        )
        here = is_layer_of(cursor, layer)
        made = activation_number(cursor, layer, ()) if here else None
        came = gradient_number(cursor, layer, ()) if here else None
        self.value.name_numbers(name, first, made)
        self.gradient.name_numbers(f"∂L/∂{name}", first, came)
        not_recorded = self.tr("not recorded")
        self.value.show_array(
            self.tr("values"),
            value,
            not_recorded if missing[0] else self.tr("not computed yet"),
            is_image=is_picture(tensors[0], layer),
        )
        self.gradient.show_array(
            self.tr("gradient"),
            gradient,
            not_recorded if missing[1] else self.tr("no gradient"),
            is_image=False,
        )
        why = missing[0] or missing[1]
        named = name if missing[0] or not why else f"∂L/∂{name}"
        self.missing.setText(not_recorded_text(why, named) if why else "")
        self.missing.setVisible(bool(why))
        tall = self.value.picture.is_tall or self.gradient.picture.is_tall
        policy = QSizePolicy.Policy
        self._sides.setSizePolicy(policy.Expanding, policy.Expanding if tall else policy.Maximum)
        columns = self._columns(name, (value, gradient if fits else None), (made, came))
        self.table.show_columns(shape, columns, first)

    def _columns(
        self,
        name: str,
        arrays: tuple[Array | None, Array | None],
        origins: tuple[Number | None, Number | None],
    ) -> list[TableColumn]:
        """The values and the gradient of a tensor, each number with what it is."""
        value, gradient = arrays
        # No colours of phases: right above, blue is negative and orange positive.
        return [
            TableColumn(
                self.tr("value"),
                self.tr("What the layer computed"),
                None if value is None else value.ravel(),
                tensor=name,
                origin=origins[0],
            ),
            TableColumn(
                self.tr("gradient"),
                self.tr("How the loss changes with this element"),
                None if gradient is None else gradient.ravel(),
                tensor=f"∂L/∂{name}",
                origin=origins[1],
            ),
        ]

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.value.picture.set_theme(theme)
        self.gradient.picture.set_theme(theme)
        self.table.set_theme(theme)


class _Side(QWidget):
    """A picture with its name above and its figures below."""

    def __init__(self) -> None:
        super().__init__()
        self._origin: Number | None = None
        self.title = ElidedLabel()
        self.title.setFont(body_font(12, bold=True))
        self.picture = TensorPicture()
        self.figures = FiguresLabel()
        self.figures.setProperty("role", "caption")
        self.figures.setFont(body_font(11))
        self.mean = FiguresLabel()
        self.lines = self.figures, self.mean
        self.reach = ElidedLabel()  # a line of its own: beside the mean one of them is cut
        for line in (self.mean, self.reach):
            line.setProperty("role", "caption")
            line.setFont(body_font(11))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        for widget in (self.title, self.picture, self.figures, self.mean, self.reach):
            layout.addWidget(widget, 1 if widget is self.picture else 0)
        layout.addStretch()

    def name_numbers(self, name: str, first: tuple[int, ...], origin: Number | None) -> None:
        """Say of what tensor the array is that is shown next, and at which place in it."""
        self.picture.name_numbers(name, first, origin)
        self._origin = None if origin is None else replace(origin, index=first)

    def show_array(self, title: str, array: Array | None, absent: str, is_image: bool) -> None:
        self.title.setText(title)
        self.picture.show_array(array, is_image)
        self.picture.setAccessibleName(title)
        if array is None or not array.size or np.iscomplexobj(array):
            self.figures.show_figures(absent)
            self.mean.show_figures("")
            self.reach.hide()
            return
        text, origin = self.tr("{low} … {high}"), self._origin
        low, high = signed(array.min(), 3), signed(array.max(), 3)
        ends = (low, measure_of(origin, "min")), (high, measure_of(origin, "max"))
        self.figures.show_figures(text.format(low=low, high=high), ends)
        with np.errstate(invalid="ignore", over="ignore"):
            mean = short(array.mean(dtype=np.float64))
        self.mean.show_figures(
            self.tr("mean {mean}").format(mean=mean), ((mean, measure_of(origin, "mean")),)
        )
        limit = short(signed_range(array))
        self.reach.setText(self.tr("colours ±{limit}").format(limit=limit))
        self.reach.setVisible(not is_image)
