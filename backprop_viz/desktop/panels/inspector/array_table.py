"""A table of an array's elements; cells are created only when they become visible."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableView,
    QWidget,
)

from backprop_viz.analysis.numbers.number_marks import NumberMarks
from backprop_viz.desktop.style.numbers import apart, full, index_text, signed
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font, text_scale
from backprop_viz.desktop.style.tight_cell import TightCell
from backprop_viz.desktop.widgets.cell_copier import CellCopier
from backprop_viz.desktop.widgets.shown_number import ShownNumber
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.events import Array

_Index = QModelIndex | QPersistentModelIndex
_PADDING = 2
_HEADER = 20
_LEAST = 66
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True, eq=False)
class TableColumn:
    """A column: its flat values, or a ``word`` in place of all of them.

    ``color`` is a role of the theme, ``tensor`` the name of what the values are of, ``origin`` what
    was recorded of it, as a Number without an index. Columns that are ``compared`` have as many
    digits as tell their numbers in a row apart.
    """

    title: str
    tip: str
    values: Array | None
    color: str = "text"
    word: str = "–"
    tensor: str = ""
    compared: bool = False
    origin: Number | None = None


class ArrayModel(QAbstractTableModel):
    """Rows of elements: the index, then the columns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape: tuple[int, ...] = (0,)
        self._rows = 0
        self.columns: tuple[TableColumn, ...] = ()
        self._theme = DARK
        self.font = code_font(11)
        self.digits = 4
        self.full_precision = False
        self._first: tuple[int, ...] = ()
        self.marks: NumberMarks | None = None  # of the recording that is shown
        self._lit: dict[int, Mapping[int, float]] = {}  # by section, made when first painted

    def show_columns(
        self, shape: tuple[int, ...], columns: Sequence[TableColumn], first: tuple[int, ...] = ()
    ) -> bool:
        """Show the elements of an array of this shape; whether they are other rows than before.

        The array is at the place ``first`` of a larger one.
        """
        self._first = first
        self._lit.clear()
        titles = [column.title for column in columns]
        same = shape == self._shape and titles == [column.title for column in self.columns]
        if not same:
            self.beginResetModel()
        self._shape, self.columns = shape, tuple(columns)
        self._rows = 1
        for size in shape:
            self._rows *= size
        if not same:
            self.endResetModel()
        elif self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(self._rows - 1, len(self.columns)))
        return not same

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """One row for each element."""
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """The index, and the columns."""
        return 0 if parent.isValid() else len(self.columns) + 1

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The columns' titles and explanations."""
        if orientation is not Qt.Orientation.Horizontal or section > len(self.columns):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section else _LEFT
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section - 1].title if section else "#"
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.columns[section - 1].tip if section else self.tr("Where the element is")
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A number in short form, with all its digits in the tooltip."""
        row, section = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, section, exact=False)
        if role == Qt.ItemDataRole.ToolTipRole:
            number = self.number(row, section)
            named = number is not None and number.name
            return number.tip if number and named else self.text(row, section, exact=True)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section else _LEFT
        if role == Qt.ItemDataRole.BackgroundRole:
            weight = self._lit_in(section).get(row)
            strength = None if weight is None else 0.1 + 0.25 * weight
            return None if strength is None else self._theme.tint(self._theme.backward, strength)
        if role == Qt.ItemDataRole.ForegroundRole:
            column = self.columns[section - 1] if section else None
            known = column is not None and column.values is not None
            role_name = column.color if column is not None and known else "muted"
            return self.color(role_name)
        return None

    def mark_numbers(self, marks: NumberMarks | None) -> None:
        """Light up the elements that take part in the number that is explained."""
        self.marks = marks
        self._lit.clear()
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(self._rows - 1, len(self.columns)))

    def _lit_in(self, section: int) -> Mapping[int, float]:
        """The rows of a column that are lit up, and how strongly."""
        if section not in self._lit:
            origin = self.columns[section - 1].origin if section else None
            lit = None if self.marks is None or origin is None else self.marks.tensors
            marked = None if lit is None or origin is None else lit.get(origin.tensor)
            within = None if marked is None else marked.within(self._first)
            self._lit[section] = {} if within is None else within.flat(self._shape)
        return self._lit[section]

    def color(self, role_name: str) -> QColor:
        """The theme's colour for a role."""
        return QColor(getattr(self._theme, role_name))

    def text(self, row: int, section: int, exact: bool) -> str:
        """The text of a cell; ``exact``: with every digit."""
        if section == 0:
            return index_text(row, self._shape)
        column = self.columns[section - 1]
        if column.values is None:
            return column.word
        if exact or self.full_precision:
            return full(column.values[row])
        if not column.compared:
            return signed(column.values[row], self.digits)
        compared = [c for c in self.columns if c.compared and c.values is not None]
        texts = apart([c.values[row] for c in compared if c.values is not None], self.digits)
        return texts[compared.index(column)]

    def number(self, row: int, section: int) -> ShownNumber | None:
        """The number in a cell; None where there is none."""
        column = self.columns[section - 1] if section > 0 else None
        if column is None or column.values is None:
            return None
        index = (*self._first, *(int(i) for i in np.unravel_index(row, self._shape)))
        cells = range(len(self.columns) + 1)
        texts = tuple(self.text(row, cell, exact=True) for cell in cells)
        return ShownNumber(column.tensor, index, column.values[row], texts, column.origin)


class _Titles(QHeaderView):
    """A header whose titles stand exactly above the numbers."""

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N802, N803
        """Draw a title."""
        rows = self.model()
        assert isinstance(rows, ArrayModel)
        painter.setFont(body_font(round(rows.font.pixelSize() / text_scale())))
        painter.setPen(rows.color("muted"))
        role = Qt.ItemDataRole.TextAlignmentRole
        align = rows.headerData(logicalIndex, Qt.Orientation.Horizontal, role)
        title = rows.headerData(logicalIndex, Qt.Orientation.Horizontal)
        painter.drawText(rect.adjusted(_PADDING, 0, -_PADDING, 0), align, title)


class ArrayTable(QTableView):
    """A table of an array; Ctrl+C copies the rows selected with every digit.

    ``element_chosen`` carries the flat index of the element in the current row, ``number_picked``
    the Number of the cell that was clicked, or on which Enter was pressed.
    """

    element_chosen = Signal(int)
    # Ctrl and a click: the flat index of an element, and its tensor's name.
    element_compared = Signal(int, str)
    number_picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "inset")
        self.rows = ArrayModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(TightCell(_PADDING, self))
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        vertical = self.verticalHeader()
        vertical.hide()
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setMinimumSectionSize(12)
        header = _Titles(Qt.Orientation.Horizontal, self)
        self.setHorizontalHeader(header)
        header.setFixedHeight(_HEADER)
        header.setMinimumSectionSize(12)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        self._needed: list[int] = []
        self._take_font()
        self.set_theme(DARK)
        self.verticalScrollBar().valueChanged.connect(self._fit_columns)
        self.clicked.connect(self._pick)
        CellCopier(self, lambda at: self.rows.number(at.row(), at.column()), self._rows_chosen)

    def show_columns(
        self, shape: tuple[int, ...], columns: Sequence[TableColumn], first: tuple[int, ...] = ()
    ) -> None:
        """Show the elements of an array of this shape, which is at a place of a larger one."""
        if self.rows.show_columns(shape, columns, first):
            self._forget_widths()
            most = self.height_of(1000)
            self.setMaximumHeight(most)
            self.setMinimumHeight(min(most, _LEAST))
        self._fit_columns()

    def height_of(self, rows: int) -> int:
        """How many pixels of height the titles and up to so many rows take."""
        shown = min(self.rows.rowCount(), rows)
        return _HEADER + shown * self.verticalHeader().defaultSectionSize() + 4

    def set_full_precision(self, wanted: bool) -> None:
        """Show every digit in the cells, or as many as there is room for."""
        if wanted != self.rows.full_precision:
            self.rows.full_precision = wanted
            self._forget_widths()
            self._fit_columns()

    def _forget_widths(self) -> None:
        self._needed = [0] * (len(self.rows.columns) + 1)
        self.rows.digits = 4

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.rows.set_theme(theme)

    def currentChanged(self, current: _Index, previous: _Index) -> None:  # noqa: N802
        """Emit the chosen element."""
        super().currentChanged(current, previous)
        if current.isValid() and current.row() != previous.row():
            self.element_chosen.emit(current.row())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns."""
        super().resizeEvent(event)
        self._take_font()
        self._forget_widths()
        self._fit_columns()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask what a number was before, by Ctrl and a click; else as in any table."""
        at = self.indexAt(event.position().toPoint())
        by_control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if by_control and at.isValid() and at.column():
            self.setCurrentIndex(at)
            self.element_compared.emit(at.row(), self.rows.columns[at.column() - 1].tensor)
        else:
            super().mousePressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Fit the columns."""
        super().showEvent(event)
        self._fit_columns()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask about the current number on Enter; other keys as in any table."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._pick(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _pick(self, index: QModelIndex) -> None:
        """Ask where the number in a cell comes from, unless rows are being selected."""
        plain = QGuiApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier
        several = len(self.selectionModel().selectedRows()) > 1 or not plain
        shown = self.rows.number(index.row(), index.column()) if index.isValid() else None
        picked = None if shown is None else shown.number
        if picked is not None and not several:
            self.number_picked.emit(picked)

    def _rows_chosen(self) -> str:
        """What Ctrl+C copies in place of a number: several rows, or one by its index."""
        chosen = self.selectionModel().selectedRows()
        whole = len(chosen) > 1 or self.currentIndex().column() == 0
        return self.copied() if chosen and whole else ""

    def copied(self) -> str:
        """The rows selected as tab-separated text."""
        chosen = sorted({index.row() for index in self.selectionModel().selectedRows()})
        sections = range(self.rows.columnCount())
        return "\n".join(
            "\t".join(self.rows.text(row, section, exact=True) for section in sections)
            for row in chosen
        )

    def _take_font(self) -> None:
        font = code_font(11)
        self.setFont(font)
        self.rows.font = font
        self.verticalHeader().setDefaultSectionSize(font.pixelSize() + 9)

    def _fit_columns(self) -> None:
        """Make columns as wide as the widest number seen so far, and share the rest.

        If four digits do not fit, three are shown, or two.
        """
        if not self._needed:
            return
        together, room = self._widen(), self.viewport().width()
        while together > room and self.rows.digits > 2:
            self.rows.digits -= 1
            self._needed = [0] * len(self._needed)
            together = self._widen()
        spare = max(0, room - together)
        for section, width in enumerate(self._needed):
            share = spare // (len(self._needed) - 1) if section else 0
            self.setColumnWidth(section, width + share)
        self.viewport().update()

    def _widen(self) -> int:
        """Note the widths that visible rows need; returns what all columns need together."""
        metrics = QFontMetrics(self.font())
        titles = QFontMetrics(body_font(round(self.font().pixelSize() / text_scale())))
        first = max(0, self.rowAt(0))
        last = self.rowAt(self.viewport().height() - 1)
        rows = range(first, (last if last >= 0 else self.rows.rowCount() - 1) + 1)
        for section in range(len(self._needed)):
            title = self.rows.headerData(section, Qt.Orientation.Horizontal)
            texts = (self.rows.text(row, section, exact=False) for row in rows)
            # In a monospaced font the longest text is the widest.
            widest = metrics.horizontalAdvance(max(texts, key=len, default=""))
            width = max(titles.horizontalAdvance(title), widest) + 2 * _PADDING
            self._needed[section] = max(self._needed[section], width)
        return sum(self._needed)
