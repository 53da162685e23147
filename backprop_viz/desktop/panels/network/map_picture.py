"""One map enlarged: each number a box that is large enough to point at."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from backprop_viz.desktop.panels.network.feature_maps import Block, Look, Range
from backprop_viz.desktop.panels.network.lit_numbers import outline
from backprop_viz.desktop.panels.network.mosaic import colours
from backprop_viz.desktop.style.images import image_of
from backprop_viz.desktop.style.numbers import full, rounded
from backprop_viz.desktop.style.painting import first_fitting, ink_on, text_line
from backprop_viz.desktop.style.theme import Theme, code_font
from backprop_viz.recording.trace.events import Array


class MapPicture(QWidget):
    """The map itself; ``at`` is the (row, column) under the mouse."""

    pointed = Signal()
    compared = Signal(int, int)  # the row and column of a number
    clicked = Signal(int, int)  # the same

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.at: tuple[int, int] | None = None
        self._theme = theme
        self._sheet: Array | None = None
        self._span: Range | None = None
        self._full_precision = False
        self._look = Look.MAPS
        self._kernel: tuple[int, int] | None = None
        self._marked: tuple[int, int] | None = None
        self._lit: tuple[tuple[int, int, float, bool], ...] = ()

    def show_map(
        self, sheet: Array | None, span: Range | None, block: Block, full_precision: bool
    ) -> None:
        """Show the numbers (height, width) of one of a block's maps in a range's colours."""
        self._sheet, self._span, self._full_precision = sheet, span, full_precision
        self._look, self._kernel = block.size.look, block.kernel
        if self.at is not None and (
            sheet is None or self.at[0] >= sheet.shape[0] or self.at[1] >= sheet.shape[1]
        ):
            self.at = None
        self.update()

    def mark(self, place: tuple[int, int] | None) -> None:
        """Mark a number by its (row, column)."""
        self._marked = place
        self.update()

    def light_up(self, places: tuple[tuple[int, int, float, bool], ...]) -> None:
        """Outline numbers: row, column, how strongly, and whether it is the one explained."""
        self._lit = places
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = theme
        self.update()

    def area(self) -> QRectF:
        """The box of the map: as large as fits, with square numbers unless that is too thin."""
        if self._sheet is None:
            return QRectF(self.rect()).adjusted(1, 1, -1, -1)
        rows, columns = self._sheet.shape
        width, height = self.width() - 2.0, self.height() - 2.0
        unit = min(width / columns, height / rows)
        across, down = columns * unit, rows * unit
        if min(across, down) < 0.15 * max(across, down):
            across, down = max(across, 0.3 * width), max(down, 0.3 * height)
        return QRectF((self.width() - across) / 2, (self.height() - down) / 2, across, down)

    def cell(self, row: int, column: int) -> QRectF:
        """The box of a number."""
        assert self._sheet is not None
        area, (rows, columns) = self.area(), self._sheet.shape
        width, height = area.width() / columns, area.height() / rows
        return QRectF(area.x() + column * width, area.y() + row * height, width, height)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask where a number comes from; by Ctrl and a click, what it was before."""
        self._point_at(event.position())
        if self.at is not None and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.compared.emit(*self.at)
        elif self.at is not None and event.button() is Qt.MouseButton.LeftButton:
            self.clicked.emit(*self.at)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the number under the mouse."""
        self._point_at(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        super().leaveEvent(event)
        self.at = None
        self.update()
        self.pointed.emit()

    def _point_at(self, point: QPointF) -> None:
        area = self.area()
        self.at = None
        if self._sheet is not None and area.contains(point):
            rows, columns = self._sheet.shape
            row = int((point.y() - area.y()) / area.height() * rows)
            column = int((point.x() - area.x()) / area.width() * columns)
            self.at = min(row, rows - 1), min(column, columns - 1)
        self.update()
        self.pointed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the map, and its numbers where there is room."""
        painter = QPainter(self)
        area = self.area()
        if self._sheet is None or self._span is None:
            painter.setPen(QPen(QColor(self._theme.border), 1, Qt.PenStyle.DashLine))
            painter.drawRect(area)
            painter.end()
            return
        pixels = colours(self._sheet, self._look, self._span, self._theme)
        painter.drawImage(area, image_of(pixels))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.drawRect(area)
        self._paint_kernels(painter, area)
        self._paint_numbers(painter, pixels)
        for row, column, weight, own in reversed(self._lit):
            outline(painter, self._theme, self.cell(row, column), weight, own)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place, color in ((self._marked, self._theme.text), (self.at, self._theme.accent)):
            if place is not None:
                painter.setPen(QPen(QColor(color), 2))
                painter.drawRect(self.cell(*place))
        painter.end()

    def _paint_kernels(self, painter: QPainter, area: QRectF) -> None:
        """Paint lines between the kernels of a map."""
        if self._kernel is None or self._sheet is None:
            return
        painter.setPen(QPen(QColor(self._theme.muted), 1))
        for row in range(self._kernel[0], self._sheet.shape[0], self._kernel[0]):
            y = self.cell(row, 0).y()
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        for column in range(self._kernel[1], self._sheet.shape[1], self._kernel[1]):
            x = self.cell(0, column).x()
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def _paint_numbers(self, painter: QPainter, pixels: Array) -> None:
        """Write each number in its cell if there is room."""
        assert self._sheet is not None
        cell = self.cell(0, 0)
        room = 90 if self._full_precision else 50
        if cell.width() < room or cell.height() < 16:
            return
        for (row, column), value in np.ndenumerate(self._sheet):
            ink = ink_on(QColor.fromRgba(int(pixels[row, column])), self._theme)
            texts = (full(value), *rounded(value)) if self._full_precision else rounded(value)
            text, font = first_fitting(code_font(11), texts, cell.width())
            text_line(painter, self.cell(row, column).toRect(), text, font, ink)
