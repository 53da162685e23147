"""A tensor of any rank: the choice of a tensor and of two of its axes, and the numbers there."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QGridLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.analysis.numbers.measures import measure_of
from backprop_viz.analysis.numbers.number_marks import NumberMarks
from backprop_viz.analysis.numbers.slices import Slice, first_slice
from backprop_viz.desktop.panels.inspector.figures_label import FiguresLabel
from backprop_viz.desktop.panels.inspector.slice_picture import SlicePicture, as_floats
from backprop_viz.desktop.panels.inspector.slice_table import SliceTable
from backprop_viz.desktop.panels.inspector.sliced_tensors import SlicedTensor
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.images import signed_range
from backprop_viz.desktop.style.numbers import norm, short
from backprop_viz.desktop.style.theme import Theme, body_font, code_font
from backprop_viz.desktop.style.wrapping_row import WrappingRow
from backprop_viz.desktop.widgets.shown_number import ShownNumber


class SliceSection(QWidget):
    """Rows and columns of two axes of a tensor, with a place for each of the others.

    ``number_picked`` carries a Number that was clicked.
    """

    number_picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tensors: tuple[SlicedTensor, ...] = ()
        self.slice = Slice(None, None, ())
        self._wanted = ""  # the title of the tensor that was chosen
        self._serial = 0
        self._marks: NumberMarks | None = None
        self._full_precision = False
        self.chips = QButtonGroup(self)
        self.chips.idClicked.connect(self._choose)
        self._chip_row = WrappingRow(titled=False)  # an optimizer's state has long names
        self._chip_row.setSpacing(2)
        self.rows, self.columns = QComboBox(), QComboBox()
        self._axes = self._made_axes()
        self.rows.activated.connect(self._rows_chosen)
        self.columns.activated.connect(self._columns_chosen)
        self.places: dict[int, QSpinBox] = {}
        self._place_row = QGridLayout()
        self._place_row.setSpacing(4)
        self.as_table = QToolButton()
        self.as_table.setObjectName("sliceAsTable")
        self.as_table.setProperty("role", "segment")
        self.as_table.setText(self.tr("table"))
        self.as_table.setAccessibleName(self.tr("Numbers as a table"))
        self.as_table.setToolTip(self.tr("Write the numbers instead of painting them"))
        self.as_table.setCheckable(True)
        self._chip_row.add_at_end(self.as_table)
        self.picture, self.table = SlicePicture(), SliceTable()
        self.picture.setAccessibleName(self.tr("The slice as a picture"))
        self._views = QStackedWidget()
        self.figures, self.readout = FiguresLabel(), ElidedLabel()
        self.figures.number_picked.connect(self.number_picked)
        self.figures.setProperty("role", "caption")
        self.figures.setFont(body_font(11))
        self.readout.setFont(code_font(11))
        for view in (self.picture, self.table):
            self._views.addWidget(view)
            view.number_picked.connect(self.number_picked)
            view.pointed.connect(self._read_out)
        self.as_table.toggled.connect(self._views.setCurrentIndex)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for row in (self._chip_row, self._axes, self._place_row):
            layout.addLayout(row)
        layout.addWidget(self._views, 1)
        layout.addWidget(self.figures)
        layout.addWidget(self.readout)

    def _made_axes(self) -> QGridLayout:
        axes = QGridLayout()
        axes.setSpacing(4)
        for column, (box, text, name) in enumerate(
            (
                (self.rows, self.tr("rows"), self.tr("Axis that runs down")),
                (self.columns, self.tr("columns"), self.tr("Axis that runs across")),
            )
        ):
            label = QLabel(text)
            label.setProperty("role", "caption")
            label.setBuddy(box)
            box.setAccessibleName(name)
            box.setToolTip(name)
            box.setFont(code_font(11))
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            axes.addWidget(label, 0, 2 * column)
            axes.addWidget(box, 0, 2 * column + 1)
            axes.setColumnStretch(2 * column + 1, 1)
        return axes

    @property
    def chosen(self) -> SlicedTensor | None:
        """The tensor whose slice is shown: the one wanted, else the first."""
        wanted = (tensor for tensor in self.tensors if tensor.title == self._wanted)
        return next(wanted, self.tensors[0] if self.tensors else None)

    def show_tensors(
        self,
        tensors: Sequence[SlicedTensor],
        serial: int,
        first: tuple[int, ...] = (),
        full_precision: bool = False,
    ) -> None:
        """Show one of these tensors; ``first`` are places to begin with, such as the sample."""
        before = [tensor.title for tensor in self.tensors]
        self.tensors, self._serial = tuple(tensors), serial
        if [tensor.title for tensor in tensors] != before:
            self._make_chips()
        if full_precision != self._full_precision:
            self._full_precision = full_precision
            self.table.set_full_precision(full_precision)
        self._show(first)

    def mark_numbers(self, marks: NumberMarks | None) -> None:
        """Light up the numbers that take part in the one that is explained."""
        self._marks = marks
        tensor = self.chosen
        origin = None if tensor is None else tensor.origin
        lit = marks is not None and origin is not None
        self.picture.mark(marks.of(self._serial, origin.tensor) if lit else None)  # type: ignore[union-attr]

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.picture.set_theme(theme)
        self.table.set_theme(theme)

    # -- the choices -------------------------------------------------------------------------

    def _make_chips(self) -> None:
        for button in self.chips.buttons():
            self.chips.removeButton(button)
            self._chip_row.removeWidget(button)
            button.hide()
            button.deleteLater()
        for i, tensor in enumerate(self.tensors):
            chip = QToolButton()
            chip.setProperty("role", "segment")
            chip.setText(tensor.title)
            chip.setAccessibleName(tensor.name)
            chip.setToolTip(tensor.name)
            chip.setCheckable(True)
            self.chips.addButton(chip, i)
            self._chip_row.insertWidget(i, chip)

    def _choose(self, number: int) -> None:
        self._wanted = self.tensors[number].title
        self._show(())

    def _rows_chosen(self, axis: int) -> None:
        self._set(self.slice.with_rows(axis))

    def _columns_chosen(self, axis: int) -> None:
        self._set(self.slice.with_columns(axis))

    def _place_chosen(self) -> None:
        part = self.slice
        for axis, box in self.places.items():
            part = part.at(axis, box.value())
        self._set(part)

    def _set(self, part: Slice) -> None:
        if part != self.slice:
            self.slice = part
            self._show(())

    # -- what is shown -----------------------------------------------------------------------

    def _show(self, first: tuple[int, ...]) -> None:
        tensor = self.chosen
        for button, each in zip(self.chips.buttons(), self.tensors, strict=True):
            button.setChecked(each is tensor)
        array = None if tensor is None else tensor.array
        if array is not None and not self.slice.fits(array.shape):
            self.slice = first_slice(array.shape, first)
        for box, axis in ((self.rows, self.slice.rows), (self.columns, self.slice.columns)):
            self._offer_axes(box, () if array is None else array.shape, axis)
        self._offer_places(() if array is None else array.shape)
        plane = None if array is None else self.slice.of(array)
        name = "" if tensor is None else tensor.name
        origin = None if tensor is None else tensor.origin
        limit = 0.0 if array is None or not array.size else signed_range(as_floats(array))
        self.picture.show_slice(plane, self.slice, limit, name, origin)
        self.table.cells.show_slice(plane, self.slice, name, origin)
        self.readout.setText("")
        if array is None:
            self.figures.show_figures(self.tr("None at the cursor"))
        elif not array.size:
            self.figures.show_figures(self.tr("It has no elements."))
        else:
            length = short(np.float64(norm(as_floats(array))))
            text = self.tr("{shape} · {dtype} · ±{limit} · norm {norm}").format(
                shape="×".join(map(str, array.shape)) or self.tr("a number"),
                dtype=array.dtype.name,
                limit=short(np.float64(limit)),
                norm=length,
            )
            asked = None if np.iscomplexobj(array) else measure_of(origin, "norm")
            head = text[: text.rfind(length)] if length in text else text
            self.figures.show_figures(text, ((head, None), (length, asked)))
        self.mark_numbers(self._marks)

    def _offer_axes(self, box: QComboBox, shape: tuple[int, ...], axis: int | None) -> None:
        texts = [f"{i} · {size}" for i, size in enumerate(shape)]
        if texts != [box.itemText(i) for i in range(box.count())]:
            box.clear()
            box.addItems(texts)
        box.setEnabled(len(shape) > 1)
        box.setCurrentIndex(-1 if axis is None else axis)

    def _offer_places(self, shape: tuple[int, ...]) -> None:
        others = self.slice.others if shape else ()
        if tuple(self.places) != others:
            while (item := self._place_row.takeAt(0)) is not None:
                if (old := item.widget()) is not None:
                    old.hide()
                    old.deleteLater()
            self.places = {axis: self._place_box(axis) for axis in others}
        for axis, box in self.places.items():
            box.blockSignals(True)
            box.setMaximum(max(shape[axis] - 1, 0))
            box.setSuffix(self.tr(" of {count}").format(count=shape[axis]))
            box.setValue(self.slice.index[axis])
            box.blockSignals(False)

    def _place_box(self, axis: int) -> QSpinBox:
        box = QSpinBox()
        name = self.tr("Place on axis {axis}").format(axis=axis)
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.setPrefix(self.tr("{axis}: ").format(axis=axis))
        box.setFont(code_font(11))
        box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        box.valueChanged.connect(self._place_chosen)
        self._place_row.addWidget(box, *divmod(self._place_row.count(), 2))
        return box

    def _read_out(self, number: ShownNumber) -> None:
        self.readout.setText(number.said(self._full_precision))
