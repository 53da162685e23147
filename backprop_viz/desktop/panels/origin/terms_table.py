"""The table of the terms: the largest first, each number in it can be asked about."""

from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.analysis.numbers.number_origin import told_scalar
from backprop_viz.desktop.panels.origin.broken_names import broken_name
from backprop_viz.desktop.panels.origin.role_texts import role_text
from backprop_viz.desktop.panels.origin.term_rows import RANK, WHY_ZERO, TermCell, TermRow, TermRows
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font
from backprop_viz.desktop.widgets.cell_copier import CellCopier
from backprop_viz.desktop.widgets.shown_number import ShownNumber

_Index = QModelIndex | QPersistentModelIndex
_PADDING = 6
_HEADER = 20
_ROW = 20
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CELL, _ASKS = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
# The one number of the rules that a setting or a schedule has made.
RATE_ROLE = "lr"


class TermModel(QAbstractTableModel):
    """The rows of a ``TermRows``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = TermRows()
        self.full_precision = False
        self._names: NumberNames | None = None

    def show_rows(self, content: TermRows, names: NumberNames | None) -> None:
        """Show other terms; ``names`` are those of their recording."""
        self.beginResetModel()
        self.content, self._names = content, names
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """One row for each term that is shown."""
        return 0 if parent.isValid() else len(self.content.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """The factors, and the term."""
        return 0 if parent.isValid() else len(self.content.headings)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The factors' roles."""
        if orientation is not Qt.Orientation.Horizontal or section >= self.columnCount():
            return None
        heading = self.content.headings[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if heading.place else _RIGHT
        if role == Qt.ItemDataRole.DisplayRole:
            if heading.place and heading.role not in ("effect", "told", RANK, WHY_ZERO):
                return self.tr("index")
            return role_text(heading.role) if heading.role else self.tr("term")
        return None

    def cell(self, index: _Index) -> TermCell:
        """What a cell shows."""
        return self.content.rows[index.row()].cells[index.column()]

    def asks(self, index: _Index) -> bool:
        """Whether a cell can be asked where its number comes from."""
        cell, heading = self.cell(index), self.content.headings[index.column()]
        return cell.number is not None or (heading.role == RATE_ROLE and cell.value is not None)

    def shown_number(self, index: _Index) -> ShownNumber | None:
        """The number in a cell, in the type that it was recorded in, with its row."""
        cell, cells = self.cell(index), self.content.rows[index.row()].cells
        texts = tuple(each.exact or each.text for each in cells)
        names = self._names
        if cell.number is not None and cell.recording is not None:
            names = NumberNames(cell.recording)
        if cell.number is not None and names is not None:
            recorded = told_scalar(names.recording, cell.number, cell.value)
            # That of a function, such as σ(x), is another one than x.
            if recorded is not None and cell.value in (None, float(recorded)):
                return ShownNumber(names.name(cell.number), (), recorded, texts)
        if cell.value is None:
            return None
        title = self.headerData(index.column(), Qt.Orientation.Horizontal)
        return ShownNumber(title, (), np.float64(cell.value), texts)

    def _tip(self, index: _Index) -> str:
        """Which number a cell shows, with every digit that torch holds of it."""
        number = self.shown_number(index)
        tip = self.cell(index).exact if number is None else number.tip
        asks = self.tr("{0}\nClick or press Enter: where does it come from?")
        return asks.format(tip) if self.asks(index) else tip

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A number in short form; in the tooltip its name and every digit."""
        cell = self.cell(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.exact if self.full_precision and cell.exact else cell.text
        if role == _CELL:
            return cell
        if role == _ASKS:
            return self.asks(index)
        if role == Qt.ItemDataRole.ToolTipRole and cell.exact:
            return self._tip(index)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.headerData(index.column(), Qt.Orientation.Horizontal, role)
        return None


def _written(cell: TermCell) -> str:
    """What a cell says in short."""
    return role_text(cell.text) if cell.role and cell.text else cell.text


class _CellPainter(QStyledItemDelegate):
    """Draws a cell; what can be asked about is underlined."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = DARK

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw a cell."""
        box: Any = option  # the fields of a style option are unknown to PySide6's stubs
        theme, cell = self.theme, index.data(_CELL)
        if box.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box.rect, theme.tint(theme.backward, 0.14))
        if box.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(theme.accent), 1))
            painter.drawRect(box.rect.adjusted(0, 0, -1, -1))
        painter.setFont(box.font)
        painter.setPen(QColor(getattr(theme, cell.color)))
        room = box.rect.adjusted(_PADDING, 0, -_PADDING, 0)
        align = index.data(Qt.ItemDataRole.TextAlignmentRole)
        shown = index.data(Qt.ItemDataRole.DisplayRole)
        said = role_text(shown) if cell.role and shown else shown
        metrics = box.fontMetrics
        lines = broken_name(said or "", metrics, room.width())
        pen = QPen(painter.pen())
        top = room.top() + (room.height() - len(lines) * metrics.height()) // 2
        for i, text in enumerate(lines):
            line = QRect(room.left(), top + i * metrics.height(), room.width(), metrics.height())
            painter.setPen(pen)
            painter.drawText(line, align, text)
            if index.data(_ASKS):
                written = metrics.boundingRect(line, align, text)
                painter.setPen(QPen(pen.color(), 1, Qt.PenStyle.DotLine))
                below = line.center().y() + metrics.ascent() // 2 + 2
                painter.drawLine(written.left(), below, written.right(), below)


class TermsTable(QTableView):
    """Terms in rows. ``number_asked`` carries a Number, ``row_chosen`` the current TermRow.

    ``asked_elsewhere`` carries a Recording and a Number of it, where it is another one's;
    ``plain_asked`` the role and the value of a cell that is no recorded number.
    """

    number_asked = Signal(object)
    asked_elsewhere = Signal(object, object)
    plain_asked = Signal(str, float)
    row_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("termsTable")
        self.setAccessibleName(self.tr("The terms of the sum"))
        self.setAccessibleDescription(
            self.tr("Arrow keys go from number to number, Enter asks where it comes from.")
        )
        self.rows = TermModel(self)
        self.setModel(self.rows)
        self.wanted_width = 0  # in pixels, so that no number is elided
        self._needed: list[int] = []  # the same of each column
        self._painter = _CellPainter(self)
        self.setItemDelegate(self._painter)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFont(code_font(12))
        vertical = self.verticalHeader()
        vertical.hide()
        vertical.setMinimumSectionSize(12)
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setDefaultSectionSize(_ROW)
        header = self.horizontalHeader()
        header.setFont(body_font(11))
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(20)
        header.setFixedHeight(_HEADER)
        self.clicked.connect(self._ask)
        CellCopier(self, self.rows.shown_number)

    def show_rows(self, content: TermRows, names: NumberNames | None = None) -> None:
        """Show other terms, the first chosen; ``names`` are those of their recording."""
        self._needed = []
        self.rows.show_rows(content, names)
        self._measure()
        self._fit()
        if content.rows:
            self.setCurrentIndex(self.rows.index(0, self._first_number()))

    def choose(self, part: int, term: int) -> None:
        """Go to the row of a term that was chosen elsewhere; one without a row leaves none."""
        rows = self.rows.content.rows
        at = next((i for i, row in enumerate(rows) if (row.part, row.term) == (part, term)), None)
        with QSignalBlocker(self):
            if at is None:
                self.clearSelection()
            elif at != self.currentIndex().row() or not self.selectedIndexes():
                self.setCurrentIndex(self.rows.index(at, self.currentIndex().column()))
                self.selectRow(at)

    def set_full_precision(self, wanted: bool) -> None:
        """Write numbers with every digit, or in short form."""
        if wanted != self.rows.full_precision:
            self.rows.full_precision = wanted
            self.viewport().update()

    def minimumSizeHint(self) -> QSize:
        """More than a row, so that a low panel still shows the largest terms."""
        return QSize(80, min(_HEADER + 30, self.maximumHeight()))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._painter.theme = theme
        self.viewport().update()

    @property
    def chosen(self) -> TermRow | None:
        """The term of the current row."""
        index = self.currentIndex()
        return self.rows.content.rows[index.row()] if index.isValid() else None

    def currentChanged(self, current: _Index, previous: _Index) -> None:  # noqa: N802
        """Emit the term of the row that the user goes to; not the one that a sum begins with."""
        super().currentChanged(current, previous)
        if current.isValid() and previous.isValid() and current.row() != previous.row():
            self.row_chosen.emit(self.rows.content.rows[current.row()])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask about the current number on Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._ask(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over what can be asked about."""
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        asks = index.isValid() and self.rows.asks(index)
        shape = Qt.CursorShape.PointingHandCursor if asks else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width among the columns."""
        super().resizeEvent(event)
        self._fit()

    def _ask(self, index: QModelIndex) -> None:
        cell = self.rows.cell(index)
        if cell.number is not None and cell.recording is not None:
            self.asked_elsewhere.emit(cell.recording, cell.number)
        elif cell.number is not None:
            self.number_asked.emit(cell.number)
        elif cell.value is not None:
            role = self.rows.content.headings[index.column()].role
            self.plain_asked.emit(role, cell.value)

    def _first_number(self) -> int:
        """The column of the first number in the first row that can be asked about."""
        cells = self.rows.content.rows[0].cells
        return next((i for i, cell in enumerate(cells) if cell.number is not None), 0)

    def _measure(self) -> None:
        """Find out how wide each column is, which takes a look at every cell."""
        metrics, titles = QFontMetrics(self.font()), QFontMetrics(self.horizontalHeader().font())
        self._needed = []
        for column in range(self.rows.columnCount()):
            cells = (row.cells[column] for row in self.rows.content.rows)
            longest = max(map(_written, cells), key=len, default="")
            title = self.rows.headerData(column, Qt.Orientation.Horizontal)
            widest = max(metrics.horizontalAdvance(longest), titles.horizontalAdvance(title) + 2)
            self._needed.append(widest + 2 * _PADDING + 2)

    def _fit(self) -> None:
        """Make columns as wide as their content, and share the rest.

        A name that has no room in one line has several, rather than that its number is out of
        sight.
        """
        content, needed = self.rows.content, list(self._needed)
        room = self.width() - self.verticalScrollBar().sizeHint().width() - 2
        self.wanted_width = sum(needed) + self.width() - room
        lines = 1
        if needed and content.headings[0].role in ("effect", "depends_on", "told"):
            title = self.horizontalHeader().sectionSizeHint(0)
            needed[0] = max(min(needed[0], room - sum(needed[1:])), title)
            metrics, within = QFontMetrics(self.font()), needed[0] - 2 * _PADDING
            names = (_written(row.cells[0]) for row in content.rows)
            lines = max((len(broken_name(name, metrics, within)) for name in names), default=1)
        height = _ROW + (lines - 1) * QFontMetrics(self.font()).height()
        self.verticalHeader().setDefaultSectionSize(height)
        self.setMaximumHeight(_HEADER + len(content.rows) * height + 4)
        spare = max(0, room - sum(needed)) // max(1, len(needed))
        for column, width in enumerate(needed):
            self.setColumnWidth(column, width + spare)
