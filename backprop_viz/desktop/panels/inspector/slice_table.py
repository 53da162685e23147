"""A slice of a tensor as a table of numbers; cells are made only when they become visible."""

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from backprop_viz.analysis.numbers.slices import Slice
from backprop_viz.desktop.style.numbers import full, signed
from backprop_viz.desktop.style.theme import DARK, Theme, code_font
from backprop_viz.desktop.style.tight_cell import TightCell
from backprop_viz.desktop.widgets.cell_copier import CellCopier
from backprop_viz.desktop.widgets.shown_number import ShownNumber
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.tensors import Array

_Index = QModelIndex | QPersistentModelIndex
_ROOM = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class SliceModel(QAbstractTableModel):
    """The rows and columns of a slice; their headers are places along the two axes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plane: Array | None = None
        self._slice = Slice(None, None, ())
        self._name = ""
        self._origin: Number | None = None
        self.full_precision = False
        self.theme = DARK

    def show_slice(
        self, plane: Array | None, part: Slice, name: str, origin: Number | None
    ) -> None:
        """Show the numbers (rows, columns) of a slice of the tensor that is called ``name``."""
        same = self._plane is not None and plane is not None and self._plane.shape == plane.shape
        if not same:
            self.beginResetModel()
        self._plane, self._slice, self._name, self._origin = plane, part, name, origin
        if not same:
            self.endResetModel()
        elif plane is not None and plane.size:
            last = self.index(plane.shape[0] - 1, plane.shape[1] - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """The slice's rows."""
        return 0 if parent.isValid() or self._plane is None else self._plane.shape[0]

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """The slice's columns."""
        return 0 if parent.isValid() or self._plane is None else self._plane.shape[1]

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The place along an axis."""
        return str(section) if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A number in short form, with its full index and every digit in the tooltip."""
        number = self.number(index.row(), index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return full(number.value) if self.full_precision else signed(number.value)
        if role == Qt.ItemDataRole.ToolTipRole:
            return number.tip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ROOM
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(self.theme.text)
        return None

    def number(self, row: int, column: int) -> ShownNumber:
        """The number of a row and a column."""
        assert self._plane is not None
        texts = tuple(full(value) for value in self._plane[row]) if self._plane.size else ()
        value = self._plane[row, column]
        return ShownNumber(self._name, self._slice.place(row, column), value, texts, self._origin)


class SliceTable(QTableView):
    """``number_picked`` carries the Number that was clicked, or on which Enter was pressed."""

    number_picked = Signal(object)
    pointed = Signal(object)  # the ShownNumber of the current cell

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sliceTable")
        self.setProperty("role", "inset")
        self.setAccessibleName(self.tr("The numbers of the slice"))
        self.cells = SliceModel(self)
        self.setModel(self.cells)
        self.setItemDelegate(TightCell(3, self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setFont(code_font(11))
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setFont(code_font(11))
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setHighlightSections(False)
        self.verticalHeader().setDefaultSectionSize(19)
        self.set_full_precision(False)
        self.set_theme(DARK)
        CellCopier(self, lambda at: self.cells.number(at.row(), at.column()))
        self.clicked.connect(self._pick)

    def set_full_precision(self, wanted: bool) -> None:
        """Show every digit in the cells, or four."""
        self.cells.full_precision = wanted
        widest = "-1.2345678901234567e-12" if wanted else "-1.234e-12"
        width = QFontMetrics(code_font(11)).horizontalAdvance(widest) + 10
        self.horizontalHeader().setDefaultSectionSize(width)
        self.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.cells.theme = theme

    def currentChanged(self, current: _Index, previous: _Index) -> None:  # noqa: N802
        """Tell which number is current."""
        super().currentChanged(current, previous)
        if current.isValid():
            self.pointed.emit(self.cells.number(current.row(), current.column()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask where the current number comes from on Enter."""
        at = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._pick(at)
        else:
            super().keyPressEvent(event)

    def _pick(self, at: QModelIndex) -> None:
        number = self.cells.number(at.row(), at.column()).number if at.isValid() else None
        if number is not None:
            self.number_picked.emit(number)
