"""Every parameter of the network in a row: its size, its norm, its ``.grad``'s, requires_grad."""

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.analysis.numbers.measures import measure_of
from backprop_viz.analysis.numbers.number_origin import grad_number, weight_number
from backprop_viz.analysis.selection import Selection
from backprop_viz.desktop.style.numbers import full, norm, short
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font
from backprop_viz.desktop.style.tight_cell import TightCell
from backprop_viz.desktop.widgets.cell_copier import CellCopier
from backprop_viz.desktop.widgets.shown_number import ShownNumber
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.trace.tensors import TensorTable

_Index = QModelIndex | QPersistentModelIndex
_PADDING = 3  # also in the style sheet
_COLUMNS = 6
# Left out where there is no room, in this order: requires_grad, and the count, which is in shape.
_OPTIONAL = (5, 2)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ParameterModel(QAbstractTableModel):
    """The parameters of a recording at its cursor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.names: tuple[str, ...] = ()
        self._tensors = TensorTable()
        self._values: list[int | None] = []
        self._grads: list[int | None] = []
        self._trained: list[bool] = []
        # The recording's serial, and the norms of its tensors by id.
        self._serial: int | None = None
        self._norms: dict[int, str] = {}
        self.theme = DARK
        self._cursor: Cursor | None = None
        self._digits = 4
        self._full_precision = False

    def set_digits(self, digits: int) -> None:
        """Set how many significant digits norms have."""
        if digits != self._digits:
            self._digits = digits
            self._norms.clear()

    def show_full_precision(self, wanted: bool) -> None:
        """Show every digit of the norms, or a few."""
        if wanted != self._full_precision:
            self._full_precision = wanted
            self._norms.clear()

    def show_cursor(self, cursor: Cursor) -> None:
        """Show the parameters at a cursor."""
        names = tuple(p.name for p in cursor.recording.parameters)
        others = names != self.names
        if others:
            self.beginResetModel()
        self.names = names
        self._cursor = cursor
        self._tensors = cursor.recording.tensors
        self._values = [cursor.value_id(name) for name in names]
        self._grads = [cursor.grad_id(name) for name in names]
        self._trained = [p.requires_grad for p in cursor.recording.parameters]
        if cursor.recording.serial != self._serial:
            self._serial = cursor.recording.serial
            self._norms.clear()
        if others:
            self.endResetModel()
        elif names:
            self.dataChanged.emit(self.index(0, 0), self.index(len(names) - 1, _COLUMNS - 1))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """One row for each parameter."""
        return 0 if parent.isValid() else len(self.names)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Name, shape, count, norm, norm of the gradient, requires_grad."""
        return 0 if parent.isValid() else _COLUMNS

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The columns' titles and explanations."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < _COLUMNS:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            words = (self.tr("name"), self.tr("shape"), self.tr("count"))
            return (*words, "‖w‖", "‖grad‖", "requires_grad")[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return (
                self.tr("Its name in net.named_parameters()"),
                self.tr("Its size()"),
                self.tr("How many numbers it has"),
                self.tr("Its L2 norm at the cursor"),
                self.tr("The L2 norm of its .grad at the cursor; None where .grad is None"),
                self.tr("Whether backward computes a gradient for it"),
            )[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section > 1 else _LEFT
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A number in short form; the tooltip has the whole row."""
        row, section = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, section)
        if role == Qt.ItemDataRole.ToolTipRole:
            shape = ", ".join(map(str, self._shape(row)))
            said = self.tr("{0}: torch.Size([{1}]), {2} numbers, norm {3}, norm of .grad {4}")
            norms = (self._values[row], self._grads[row])
            exact = ("None" if t is None else full(norm(self._tensors[t])) for t in norms)
            return said.format(self.names[row], shape, self.text(row, 2), *exact)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section > 1 else _LEFT
        if role == Qt.ItemDataRole.ForegroundRole:
            known = section != 4 or self._grads[row] is not None
            colour = self.theme.backward if section == 4 else self.theme.text
            return QColor(colour if known else self.theme.muted)
        return None

    def text(self, row: int, section: int) -> str:
        """The text of a cell."""
        if section == 0:
            return self.names[row]
        if section == 1:
            return "×".join(map(str, self._shape(row))) or "1"
        if section == 2:
            return f"{self.count(row):,}"
        if section == 5:
            return str(self._trained[row])
        tensor = (self._values if section == 3 else self._grads)[row]
        return "None" if tensor is None else self._norm(tensor)

    def asked(self, index: _Index) -> Number | None:
        """The norm in a cell, that can be asked where it comes from."""
        find = {3: weight_number, 4: grad_number}.get(index.column())
        if find is None or self._cursor is None:
            return None
        return measure_of(find(self._cursor, self.names[index.row()], ()), "norm")

    def number(self, index: _Index) -> ShownNumber | None:
        """The norm in a cell, in the digits of its parameter's type; None in other cells."""
        row, section = index.row(), index.column()
        tensor = {3: self._values[row], 4: self._grads[row]}.get(section)
        if tensor is None:
            return None
        name = f"‖{self.names[row]}{'.grad' if section == 4 else ''}‖"
        texts = [self.text(row, column) for column in range(3)]
        both = self._values[row], self._grads[row]
        texts += ["None" if each is None else full(norm(self._tensors[each])) for each in both]
        return ShownNumber(name, (), norm(self._tensors[tensor]), texts)

    def count(self, row: int) -> int:
        """The number of elements of a parameter."""
        return int(np.prod(self._shape(row), dtype=int))

    def _shape(self, row: int) -> tuple[int, ...]:
        value = self._values[row]
        return () if value is None else self._tensors[value].shape

    def _norm(self, tensor: int) -> str:
        """The norm of a tensor, computed once: cells are asked for at every painting."""
        if tensor not in self._norms:
            length = norm(self._tensors[tensor])
            exact = self._full_precision
            self._norms[tensor] = full(length) if exact else short(length, self._digits)
        return self._norms[tensor]


class ParameterTable(QWidget):
    """The table and its total.

    ``picked`` carries the parameter that the user chose, ``number_picked`` the Number of a norm
    that was clicked.
    """

    picked = Signal(str, object)
    number_picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ParameterModel(self)
        self.table = QTableView()
        self.table.setObjectName("parameterTable")
        self.table.setAccessibleName(self.tr("Parameters of the network"))
        self.table.setToolTip(
            self.tr(
                "Choose a row to select the parameter in every panel; click a norm to see where it "
                "comes from"
            )
        )
        self.table.setModel(self.model)
        self.table.setTabKeyNavigation(False)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.verticalHeader().setMinimumSectionSize(12)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(12)
        CellCopier(self.table, self.model.number)
        self.table.setItemDelegate(TightCell(_PADDING, self))
        self.table.clicked.connect(self._choose)
        self.table.activated.connect(self._choose)
        self.table.selectionModel().currentRowChanged.connect(self._moved)
        self.total = QLabel()
        self.total.setObjectName("parameterTotal")
        self.total.setProperty("role", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.table, 1)
        column.addWidget(self.total)
        self._selecting = False
        self._set_size()

    def show_cursor(self, cursor: Cursor, full_precision: bool = False) -> None:
        """Show the parameters at a cursor."""
        self.model.show_full_precision(full_precision)
        self.model.show_cursor(cursor)
        count = self.model.rowCount()
        numbers = sum(map(self.model.count, range(count)))
        self.total.setText(self.tr("{0} parameters, {1:,} numbers").format(count, numbers))
        self._fit()

    def select(self, selection: Selection | None) -> None:
        """Mark the selected parameter without a signal."""
        names = () if selection is None else selection.parameters
        rows = [row for row, name in enumerate(self.model.names) if name in names]
        self._selecting = True
        if len(rows) == 1:
            self.table.selectRow(rows[0])
        else:
            self.table.clearSelection()
        self._selecting = False

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.model.theme = theme
        self.table.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use smaller letters if the table is narrow."""
        super().resizeEvent(event)
        self._set_size()

    def _set_size(self) -> None:
        size = 12 if self.width() >= 360 else 11
        self.model.set_digits(4 if self.width() >= 300 else 3)
        self.table.setFont(code_font(size))
        self.table.horizontalHeader().setFont(body_font(size))
        self.table.verticalHeader().setDefaultSectionSize(size + 6)
        self._fit()

    def _fit(self) -> None:
        """Make columns as wide as their content, and share the rest."""
        cells = QFontMetrics(self.table.font())
        titles = QFontMetrics(self.table.horizontalHeader().font())
        rows, columns = range(self.model.rowCount()), range(self.model.columnCount())
        needed = []
        for column in columns:
            # In a monospaced font the longest text is the widest.
            longest = max((self.model.text(row, column) for row in rows), key=len, default="")
            title = self.model.headerData(column, Qt.Orientation.Horizontal)
            widest = max(cells.horizontalAdvance(longest), titles.horizontalAdvance(title) + 2)
            needed.append(widest + 2 * _PADDING)
        # Reserve room for a scroll bar.
        room = self.table.width() - self.table.verticalScrollBar().sizeHint().width()
        for column in _OPTIONAL:
            self.table.setColumnHidden(column, sum(needed) > room)
            if sum(needed) > room:
                needed[column] = 0
        spare = max(0, room - sum(needed)) // sum(width > 0 for width in needed)
        for column, width in enumerate(needed):
            if width:
                self.table.setColumnWidth(column, width + spare)
        # Otherwise the scroll bar is updated too late.
        self.table.updateGeometries()

    def _choose(self, index: QModelIndex) -> None:
        asked = self.model.asked(index)
        if asked is not None:
            self.number_picked.emit(asked)
        self.picked.emit("parameter", self.model.names[index.row()])

    def _moved(self, current: QModelIndex) -> None:
        """Choose a row by the arrow keys as by a click."""
        pressed = QGuiApplication.mouseButtons() is not Qt.MouseButton.NoButton
        if current.isValid() and not (self._selecting or pressed) and self.table.hasFocus():
            self._choose(current)
