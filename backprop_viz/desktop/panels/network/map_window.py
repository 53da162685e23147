"""One map enlarged in a box above the window's content, with the number under the mouse."""

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.analysis.numbers.number_marks import NumberMarks
from backprop_viz.desktop.panels.network.feature_maps import (
    Block,
    Look,
    Range,
    color_range,
    indexed,
    kernel_grid,
)
from backprop_viz.desktop.panels.network.lit_numbers import lit_places
from backprop_viz.desktop.panels.network.map_picture import MapPicture
from backprop_viz.desktop.panels.network.network_hints import (
    compared_hint,
    map_table,
    number_of,
    row_name,
)
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.numbers import short, signed
from backprop_viz.desktop.style.theme import Theme, code_font
from backprop_viz.desktop.widgets.shown_number import ShownNumber, add_copy_actions, exactly
from backprop_viz.recording.trace.events import Array


class MapWindow(QFrame):
    """Shows one map of a block and keeps it up to date; not modal.

    Esc or a click elsewhere closes it, the arrow keys show the previous or next map, O shows the
    layer's other output. It goes with the panel that it is of: what is hidden is kept up to date
    no more, and a click would ask about an iteration that is not shown.
    """

    closed = Signal()
    turned = Signal(int)  # the new map
    output_wanted = Signal()
    number_compared = Signal(object)  # the index of a number in the block's tensor
    number_clicked = Signal(object)  # the same

    def __init__(self, theme: Theme, panel: QWidget) -> None:
        super().__init__(panel.window())
        self.setObjectName("mapWindow")
        self.setProperty("role", "panel")
        self.setAccessibleName(self.tr("One map, large"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._panel, self._window = panel, panel.window()
        self.block: Block | None = None
        self.index = 0
        self._tensor = ""
        self._full_precision = False
        self._beside: tuple[tuple[Block, ...], int] | None = None
        self.heading = ElidedLabel()
        self.heading.setProperty("role", "title")
        self.facts = QLabel()
        self.facts.setProperty("role", "muted")
        self.readout = QLabel()
        self.picture = MapPicture(theme)
        self.picture.pointed.connect(self._read_out)
        self.picture.compared.connect(self._compare)
        self.picture.clicked.connect(self._click)
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
        beside: tuple[tuple[Block, ...], int] | None = None,
        missing: str = "",
    ) -> None:
        """Show a map of a block, in the colours of its column's range.

        ``other`` names the layer's next output, if it has several; ``tensor`` the numbers. In a
        comparison ``beside`` are the column's blocks, and which of them this is. ``missing`` says
        why the numbers are not recorded.
        """
        self._beside = beside
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
            heading = block.parameter or name
        else:
            name = indexed(block.parameter or name, self.index)
            heading = heading.format(name=name, count=block.size.count)
        if beside is not None:
            heading = f"{row_name(*beside)} · {heading}"
        self.heading.setText(heading)
        self.facts.setText(missing or self._facts(span))
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
        """Close on a click elsewhere and with the panel; stay centred in the window."""
        if event.type() is QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            inside = watched is self or self.isAncestorOf(watched)
            if not inside and watched.window() is self.window():
                self.close()
        elif event.type() is QEvent.Type.Hide and watched is self._panel:
            if not event.spontaneous():  # as it is where the window is minimized
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
        if self.block.is_complex:
            lines.append(self.tr("sizes of complex numbers"))
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

    def number_under_mouse(self) -> ShownNumber | None:
        """The number of the enlarged map that is under the mouse."""
        return self.number_at(self.picture.at)

    def _read_out(self) -> None:
        """Show the number under the mouse or, for a strip, of the chosen unit."""
        number = self.number_at(self.picture.at)
        if number is not None:
            said = number.said(self._full_precision)
            text = f"{said}   {exactly(number.value)}"
            if self._beside is not None:
                compared = compared_hint(self._tensor, *self._beside, number.index)
                text = "   ".join(compared.splitlines()) or text
            self.readout.setText(text)
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

    def _compare(self, row: int, column: int) -> None:
        number = self.number_at((row, column))
        if number is not None:
            self.number_compared.emit(number.index)

    def _click(self, row: int, column: int) -> None:
        number = self.number_at((row, column))
        if number is not None:
            self.number_clicked.emit(number.index)

    def light_up(self, marks: NumberMarks | None) -> None:
        """Outline the numbers that take part in the one that is explained."""
        lit = [] if self.block is None else lit_places(marks, self.block)
        if self.block is not None and self.block.size.look is Look.UNITS:
            across = kernel_grid(self.block.size.count)[1]
            units = [(divmod(place[0], across), weight, own) for place, weight, own in lit]
            self.picture.light_up(tuple((*at, weight, own) for at, weight, own in units))
            return
        shown = [each for each in lit if each[0][0] == self.index]
        self.picture.light_up(tuple((*place[1:], weight, own) for place, weight, own in shown))

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
    enlarged: Array = maps[index]
    return enlarged
