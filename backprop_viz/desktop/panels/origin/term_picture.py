"""The terms as pictures: window times kernel gives the products, and these the sum."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QCursor,
    QFontMetrics,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.analysis.numbers.number_origin import told_scalar
from backprop_viz.desktop.panels.origin.role_texts import axis_text, role_text
from backprop_viz.desktop.panels.origin.term_grid import TermGrid
from backprop_viz.desktop.style.images import image_of, signed_pixels
from backprop_viz.desktop.style.numbers import full, rounded, signed
from backprop_viz.desktop.style.painting import elided, first_fitting, ink_on
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font
from backprop_viz.desktop.widgets.shown_number import ShownNumber
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import FactorColumn

_TITLE, _FOOT, _SIGN = 18, 20, 22
_LARGEST_CELL = 46
_TITLE_WIDTH = 150.0
# So wide a cell is told from those beside it, and so wide a grid has room for its title.
_CLEAR_CELL, _TITLED = 16, 60
# Smaller cells are hit from so far away, those that are not 0 before others.
_SMALL, _NEAR = 4.0, 6.0
# Numbers are written into cells that are at least so large.
_WRITTEN = (40, 15)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True, eq=False)
class _Sheet:
    """A grid that is painted: what it is called, its numbers, and the factor that they are."""

    title: str
    values: NDArray[np.float64]
    limit: float
    column: FactorColumn | None
    box: QRectF
    room: float  # for the title


class TermPicture(QWidget):
    """Grids side by side. ``number_asked`` carries the Number of the cell that was clicked."""

    number_asked = Signal(object)
    term_chosen = Signal(int, int)  # a part and a term of it: a product was clicked

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("termPicture")
        self.setAccessibleName(self.tr("The terms as they lie in their tensors"))
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.grid: TermGrid | None = None
        self._names: NumberNames | None = None
        self._theme = DARK
        self._over: tuple[int, int, int] | None = None  # a sheet, and a row and column of it

    def sizeHint(self) -> QSize:
        """Room for a few grids."""
        return QSize(300, 170)

    def minimumSizeHint(self) -> QSize:
        """Small: grids shrink."""
        return QSize(80, 80)

    @property
    def wanted_width(self) -> int:
        """The width in pixels in which each grid and its title can be told."""
        grid = self.grid
        if grid is None:
            return 0
        count = len(grid.factors) + (not grid.alone)
        columns: int = grid.terms.shape[1]
        each = min(max(columns * _CLEAR_CELL, _TITLED), round(_TITLE_WIDTH))
        return 2 + count * each + (count - 1) * _SIGN

    def show_grid(self, grid: TermGrid | None, names: NumberNames | None) -> None:
        """Show other terms; ``names`` names their numbers."""
        self.grid, self._names, self._over = grid, names, None
        rows = 1 if grid is None else len(grid.terms)
        self.setMaximumHeight(max(80, _TITLE + _FOOT + rows * _LARGEST_CELL))
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    # -- where things are --------------------------------------------------------------------

    def sheets(self) -> tuple[_Sheet, ...]:
        """The grids with their boxes, from left to right: the factors, then the products."""
        grid = self.grid
        if grid is None:
            return ()
        found: list[tuple[str, NDArray[np.float64], float, FactorColumn | None]] = [
            (self._titled(factor.column), factor.values, factor.limit, factor.column)
            for factor in grid.factors
        ]
        if not grid.alone:
            found.append((self.tr("products"), grid.products, grid.limit, None))
        rows, columns = grid.terms.shape
        room = (self.width() - _SIGN * (len(found) - 1) - 2) / len(found)
        unit = min(room / columns, (self.height() - _TITLE - _FOOT) / rows, _LARGEST_CELL)
        # Whole pixels look alike.
        unit = math.floor(unit) if unit >= 2 else max(unit, 0.1)
        wide, high = unit * columns, unit * rows
        step = max(wide, min(room, _TITLE_WIDTH)) + _SIGN
        return tuple(
            _Sheet(*what, QRectF(1 + i * step, _TITLE, wide, high), step - 8)
            for i, what in enumerate(found)
        )

    def _title(self, sheet: _Sheet) -> str:
        """The role and the tensor of a factor; where there is little room, the role alone."""
        title, role = sheet.title, sheet.title.partition(" · ")[0]
        room = min(sheet.room, self.width() - sheet.box.x())
        fits = QFontMetrics(body_font(11)).horizontalAdvance(title) <= room
        return title if fits else elided(body_font(11), role, int(room))

    def cell_at(self, point: QPointF) -> tuple[_Sheet, int] | None:
        """The grid at a point, and the term in it; None where there is no term.

        Where cells are small it is the nearest number that is not 0, if one is near.
        """
        for sheet in self.sheets():
            if sheet.box.contains(point) and self.grid is not None:
                row, column = self._hit(sheet, point, self.grid)
                term = int(self.grid.terms[row, column])
                return (sheet, term) if term >= 0 else None
        return None

    def _hit(self, sheet: _Sheet, point: QPointF, grid: TermGrid) -> tuple[int, int]:
        """The row and the column that a point in a sheet is meant for."""
        rows, columns = sheet.values.shape
        wide, high = sheet.box.width() / columns, sheet.box.height() / rows
        across, down = (point.x() - sheet.box.x()) / wide, (point.y() - sheet.box.y()) / high
        row, column = min(int(down), rows - 1), min(int(across), columns - 1)
        if min(wide, high) >= _SMALL:
            return row, column
        up, left = int(_NEAR / high), int(_NEAR / wide)
        top, first = max(row - up, 0), max(column - left, 0)
        part = slice(top, row + up + 1), slice(first, column + left + 1)
        places = np.argwhere((grid.terms[part] >= 0) & (sheet.values[part] != 0))
        places = places + np.array((top, first))
        if not len(places):
            return row, column
        away = np.hypot(*((places + 0.5 - (down, across)) * (high, wide)).T)
        nearest = int(away.argmin())
        if away[nearest] > _NEAR:
            return row, column
        return int(places[nearest, 0]), int(places[nearest, 1])

    def number_of(self, sheet: _Sheet, term: int) -> Number | None:
        """The recorded number in a cell."""
        return None if sheet.column is None else sheet.column.number(term)

    # -- what the user does ------------------------------------------------------------------

    def number_under_mouse(self) -> ShownNumber | None:
        """The number that is painted under the mouse, which Ctrl+C copies."""
        found = self.cell_at(QPointF(self.mapFromGlobal(QCursor.pos())))
        if found is None:
            return None
        sheet, term = found
        row, column = self._place_of(term)
        number, value = self.number_of(sheet, term), float(sheet.values[row, column])
        if number is not None and self._names is not None:
            recorded = told_scalar(self._names.recording, number, value)
            # That of a function, such as σ(x), is another one than x.
            if recorded is not None and float(recorded) == value:
                return ShownNumber(self._names.tensor(number), number.index, recorded)
        return ShownNumber(sheet.title, (), np.float64(value))

    def _place_of(self, term: int) -> tuple[int, int]:
        assert self.grid is not None
        row, column = (int(i[0]) for i in np.nonzero(self.grid.terms == term))
        return row, column

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask about the number that was clicked, or choose the product."""
        found = self.cell_at(event.position())
        if event.button() is not Qt.MouseButton.LeftButton or found is None or self.grid is None:
            return
        number = self.number_of(*found)
        if number is not None:
            self.number_asked.emit(number)
        elif self.grid.part >= 0:
            self.term_chosen.emit(self.grid.part, found[1])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over what can be clicked."""
        found = self.cell_at(event.position())
        shape = Qt.CursorShape.ArrowCursor if found is None else Qt.CursorShape.PointingHandCursor
        self.setCursor(shape)
        over = None
        if found is not None:
            over = (round(found[0].box.x()), *self._place_of(found[1]))
        if over != self._over:
            self._over = over
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing would be clicked."""
        self._over = None
        self.update()

    def event(self, event: QEvent) -> bool:
        """Tell of the number under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            found = self.cell_at(QPointF(event.pos()))
            tip = "" if found is None else self._tip(*found)
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().event(event)

    def _tip(self, sheet: _Sheet, term: int) -> str:
        row, column = self._place_of(term)
        value, number = float(sheet.values[row, column]), self.number_of(sheet, term)
        name = sheet.title if number is None or self._names is None else self._names.name(number)
        return f"{name} = {signed(value)}\n{full(value)}"

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the grids, the signs between them and the sum."""
        painter = QPainter(self)
        sheets, grid = self.sheets(), self.grid
        if grid is None or not sheets:
            return
        for i, sheet in enumerate(sheets):
            self._paint_sheet(painter, sheet, grid)
            if i < len(sheets) - 1:
                sign = "=" if i == len(sheets) - 2 and not grid.alone else "×"
                right = sheets[i + 1].box.left()
                middle = QRectF(right - _SIGN, sheet.box.top(), _SIGN, sheet.box.height())
                painter.setPen(QColor(self._theme.muted))
                painter.setFont(code_font(14, bold=True))
                painter.drawText(middle, Qt.AlignmentFlag.AlignCenter, sign)
        self._paint_sum(painter, sheets, grid)
        painter.end()

    def _paint_sheet(self, painter: QPainter, sheet: _Sheet, grid: TermGrid) -> None:
        theme, box = self._theme, sheet.box
        painter.setFont(body_font(11))
        painter.setPen(QColor(theme.muted))
        title = QRectF(box.x(), 0, sheet.room, _TITLE)
        painter.drawText(title, _LEFT, self._title(sheet))
        known = grid.terms >= 0
        pixels = signed_pixels(np.where(known, sheet.values, 0.0), sheet.limit, theme)
        pixels[~known] = QColor(theme.panel).rgba()
        painter.drawImage(box, image_of(pixels))
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
        self._paint_numbers(painter, sheet, grid, pixels)
        painter.setPen(QPen(QColor(theme.text), 2))
        painter.drawRect(_cell(sheet, *grid.chosen).adjusted(-1, -1, 1, 1))
        if self._over is not None and self._over[0] == round(box.x()):
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRect(_cell(sheet, *self._over[1:]).adjusted(-2, -2, 2, 2))

    def _paint_numbers(
        self, painter: QPainter, sheet: _Sheet, grid: TermGrid, pixels: NDArray[np.uint32]
    ) -> None:
        """Write each number in its cell if there is room."""
        cell = _cell(sheet, 0, 0)
        if cell.width() < _WRITTEN[0] or cell.height() < _WRITTEN[1]:
            return
        font = code_font(11)
        painter.setFont(font)
        for (row, column), term in np.ndenumerate(grid.terms):
            if term >= 0:
                painter.setPen(ink_on(QColor.fromRgba(int(pixels[row, column])), self._theme))
                texts = rounded(sheet.values[row, column], 2, "+")
                text, _ = first_fitting(font, texts, cell.width())
                box = _cell(sheet, row, column)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_sum(self, painter: QPainter, sheets: tuple[_Sheet, ...], grid: TermGrid) -> None:
        last = sheets[-1].box
        pairs = zip(grid.axes, grid.group, strict=True)
        where = " · ".join(f"{axis_text(axis)} {place}" for axis, place in pairs)
        if grid.total is None:
            return
        sums = tuple(f"Σ = {text}" for text in rounded(grid.total, sign="+"))
        texts = (f"{where}: {sums[0]}", *sums) if where else sums
        text, font = first_fitting(code_font(11), texts, self.width() - 2)
        box = QRect(1, int(last.bottom()) + 3, self.width() - 2, _FOOT - 4)
        painter.setPen(QColor(self._theme.text))
        painter.setFont(font)
        painter.drawText(box, _LEFT, text)

    def _titled(self, column: FactorColumn) -> str:
        """``window · relu(conv1)``."""
        number = column.number(0)
        role = role_text(column.role).removeprefix("× ")
        known = number is not None and not number.intermediate and self._names is not None
        return f"{role} · {self._names.tensor(number)}" if known else role  # type: ignore[union-attr,arg-type]


def _cell(sheet: _Sheet, row: int, column: int) -> QRectF:
    rows, columns = sheet.values.shape
    wide, high = sheet.box.width() / columns, sheet.box.height() / rows
    return QRectF(sheet.box.x() + column * wide, sheet.box.y() + row * high, wide, high)
