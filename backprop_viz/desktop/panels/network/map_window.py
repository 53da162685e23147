"""One map enlarged in a box above the window's content, with the number under the mouse."""

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.desktop.panels.network.feature_maps import (
    Block,
    Look,
    Range,
    color_range,
    indexed,
    kernel_grid,
)
from backprop_viz.desktop.panels.network.mosaic import colours
from backprop_viz.desktop.panels.network.network_hints import map_table, number_of
from backprop_viz.desktop.style.images import image_of
from backprop_viz.desktop.style.numbers import full, short, signed
from backprop_viz.desktop.style.painting import ink_on, text_line
from backprop_viz.desktop.style.theme import Theme, code_font
from backprop_viz.desktop.widgets.shown_number import ShownNumber, add_copy_actions, exactly
from backprop_viz.recording.events import Array


class MapWindow(QFrame):
    """Shows one map of a block and keeps it up to date; not modal.

    Esc or a click elsewhere closes it, the arrow keys show the previous or next map, O shows the
    layer's other output.
    """

    closed = Signal()
    turned = Signal(int)  # the new map
    output_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("mapWindow")
        self.setProperty("role", "panel")
        self.setAccessibleName(self.tr("One map, large"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._window = parent
        self.block: Block | None = None
        self.index = 0
        self._tensor = ""
        self._full_precision = False
        self.heading = QLabel()
        self.heading.setProperty("role", "title")
        self.facts = QLabel()
        self.facts.setProperty("role", "muted")
        self.readout = QLabel()
        self.picture = _MapPicture(theme)
        self.picture.pointed.connect(self._read_out)
        for label in (self.facts, self.readout):
            label.setFont(code_font(11))
            label.setWordWrap(True)
        header = QHBoxLayout()
        header.addWidget(self.heading, 1)
        self.output = QToolButton()
        self.output.setObjectName("outputSwitch")
        self.output.clicked.connect(self.output_wanted)
        header.addWidget(self.output)
        for glyph, tip, clicked in (
            ("‹", self.tr("Previous map (Left)"), self._previous),
            ("›", self.tr("Next map (Right)"), self._next),
            ("✕", self.tr("Close (Esc)"), self.close),
        ):
            button = QToolButton()
            button.setText(glyph)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(clicked)
            header.addWidget(button)
        self.set_theme(theme)
        body = QVBoxLayout(self)
        body.setContentsMargins(14, 10, 14, 12)
        body.addLayout(header)
        body.addWidget(self.picture, 1)
        body.addWidget(self.facts)
        body.addWidget(self.readout)

    def show_map(
        self,
        name: str,
        block: Block,
        index: int,
        span: Range | None,
        other: str = "",
        tensor: str = "",
        full_precision: bool = False,
    ) -> None:
        """Show a map of a block, in the colours of its column's range.

        ``other`` names the layer's next output, if it has several; ``tensor`` the numbers.
        """
        self._tensor, self._full_precision = tensor or name, full_precision
        self.output.setVisible(bool(other))
        text = self.tr("Show {output}").format(output=other)
        self.output.setText(text)
        self.output.setAccessibleName(text)
        self.output.setToolTip(self.tr("Show {output} in its place (O)").format(output=other))
        self.block = block
        self.index = max(0, min(index, block.size.count - 1))
        self.picture.show_map(_sheet(block, self.index), span, block, full_precision)
        if block.size.look is Look.UNITS:
            self.picture.mark(divmod(self.index, kernel_grid(block.size.count)[1]))
            heading = self.tr("{name} · {count} units")
        else:
            self.picture.mark(None)
            heading = self.tr("{name} · {count} maps")
        if block.size.count == 1:
            self.heading.setText(block.parameter or name)
        else:
            name = indexed(block.parameter or name, self.index)
            self.heading.setText(heading.format(name=name, count=block.size.count))
        self.facts.setText(self._facts(span))
        self._read_out()

    def open(self) -> None:
        """Open in the middle of the window and take the focus."""
        self._center()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        # The border is stronger than a panel's, because it lies above panels.
        self.setStyleSheet(f"#mapWindow {{ border: 1px solid {theme.muted}; }}")
        self.picture.set_theme(theme)

    def sizeHint(self) -> QSize:
        """Most of the window, up to a comfortable size."""
        room = self._window.size()
        side = min(round(room.height() * 0.72), round(room.width() * 0.6), 620)
        return QSize(max(side, 240), max(side + 40, 260))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Esc, show the next map on arrows."""
        match event.key():
            case Qt.Key.Key_Escape:
                self.close()
            case Qt.Key.Key_Left | Qt.Key.Key_Up:
                self._previous()
            case Qt.Key.Key_Right | Qt.Key.Key_Down:
                self._next()
            case Qt.Key.Key_O if not self.output.isHidden():
                self.output_wanted.emit()
            case _ if event.matches(QKeySequence.StandardKey.Copy):
                self._copy()
            case _:
                super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close on a click elsewhere; stay centred when the window is resized."""
        if event.type() is QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            inside = watched is self or self.isAncestorOf(watched)
            if not inside and watched.window() is self.window():
                self.close()
        elif event.type() is QEvent.Type.Resize and watched is self._window:
            self._center()
        return False

    def closeEvent(self, event: QEvent) -> None:
        """Emit that it is closed."""
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        super().closeEvent(event)  # type: ignore[arg-type]
        self.closed.emit()

    def _center(self) -> None:
        size, room = self.sizeHint(), self._window.rect()
        self.resize(size.boundedTo(room.size()))
        self.move(room.center() - QPoint(self.width() // 2, self.height() // 2))

    def _previous(self) -> None:
        self._turn(-1)

    def _next(self) -> None:
        self._turn(1)

    def _turn(self, step: int) -> None:
        if self.block is not None:
            self.turned.emit((self.index + step) % self.block.size.count)

    def _facts(self, colours_span: Range | None) -> str:
        maps = None if self.block is None else self.block.maps
        if maps is None or self.block is None:
            return self.tr("Not computed yet at the cursor.")
        own = maps if self.block.size.look is Look.UNITS else maps[self.index]
        span = color_range((own,))
        assert span is not None
        finite = own[np.isfinite(own)]
        mean = float(finite.mean(dtype=np.float64)) if finite.size else float("nan")
        text = self.tr("min {low}   max {high}   mean {mean}")
        lines = [text.format(low=signed(span.low), high=signed(span.high), mean=signed(mean))]
        if colours_span is not None and self.block.size.look is not Look.IMAGE:
            text = self.tr("colours span ±{limit}")
            lines.append(text.format(limit=short(colours_span.limit)))
        if span.broken:
            lines.append(self.tr("{count} are nan or inf").format(count=span.broken))
        return "\n".join(lines)

    def number_at(self, at: tuple[int, int] | None) -> ShownNumber | None:
        """The number at a (row, column) of the picture; of a strip the chosen unit without one."""
        block = self.block
        if block is None or block.maps is None:
            return None
        if block.size.look is Look.UNITS:
            across = kernel_grid(block.size.count)[1]
            unit = self.index if at is None else at[0] * across + at[1]
            return number_of(self._tensor, block, block.index(unit, 0, 0))
        return None if at is None else number_of(self._tensor, block, block.index(self.index, *at))

    def _read_out(self) -> None:
        """Show the number under the mouse or, for a strip, of the chosen unit."""
        number = self.number_at(self.picture.at)
        if number is not None:
            said = number.said(self._full_precision)
            self.readout.setText(f"{said}   {exactly(number.value)}")
        elif self.block is None or self.block.maps is None:
            self.readout.setText(" ")
        else:
            self.readout.setText(self.tr("Point at a number to read it."))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy the number under the mouse."""
        number = self.number_at(self.picture.at)
        if number is not None:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            add_copy_actions(menu, number)
            menu.popup(event.globalPos())

    def _copy(self) -> None:
        """Copy the number under the mouse, or the whole map."""
        number = self.number_at(self.picture.at)
        if number is not None:
            number.copy()
        elif self.block is not None:
            QGuiApplication.clipboard().setText(map_table(self.block, self.index))


def _sheet(block: Block, index: int) -> Array | None:
    """The enlarged numbers (height, width): one map, or all units of a strip in rows."""
    maps = block.maps
    if maps is None:
        return None
    if block.size.look is Look.UNITS:
        return maps.reshape(kernel_grid(block.size.count))
    return maps[index]


class _MapPicture(QWidget):
    """The map itself; ``at`` is the (row, column) under the mouse."""

    pointed = Signal()

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

    def show_map(
        self, sheet: Array | None, span: Range | None, block: Block, full_precision: bool
    ) -> None:
        self._sheet, self._span, self._full_precision = sheet, span, full_precision
        self._look, self._kernel = block.size.look, block.kernel
        if self.at is not None and (
            sheet is None or self.at[0] >= sheet.shape[0] or self.at[1] >= sheet.shape[1]
        ):
            self.at = None
        self.update()

    def mark(self, place: tuple[int, int] | None) -> None:
        self._marked = place
        self.update()

    def set_theme(self, theme: Theme) -> None:
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
        assert self._sheet is not None
        area, (rows, columns) = self.area(), self._sheet.shape
        width, height = area.width() / columns, area.height() / rows
        return QRectF(area.x() + column * width, area.y() + row * height, width, height)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(event.position())

    def leaveEvent(self, event: QEvent) -> None:
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
        write = full if self._full_precision else short
        font = code_font(10)
        for (row, column), value in np.ndenumerate(self._sheet):
            ink = ink_on(QColor.fromRgba(int(pixels[row, column])), self._theme)
            text_line(painter, self.cell(row, column).toRect(), write(value), font, ink)
