"""The area in which the network is painted, with focus and picking."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from backprop_viz.analysis.comparison import NamedTensor
from backprop_viz.analysis.numbers.number_marks import NumberMarks
from backprop_viz.desktop.panels.breakpoints.break_menu import BreakMenu
from backprop_viz.desktop.panels.network import network_layout
from backprop_viz.desktop.panels.network.column_texts import header_widths
from backprop_viz.desktop.panels.network.feature_maps import Block, Look, Range, Size
from backprop_viz.desktop.panels.network.layer_menu import add_outputs, layer_menu
from backprop_viz.desktop.panels.network.lit_numbers import origin_of
from backprop_viz.desktop.panels.network.map_elements import element_at
from backprop_viz.desktop.panels.network.map_spots import Spot, moved
from backprop_viz.desktop.panels.network.network_hints import (
    layer_hint,
    map_table,
    named_tensor,
    number_hint,
    number_of,
    tensor_name,
)
from backprop_viz.desktop.panels.network.network_layout import NetworkColumn, least_size
from backprop_viz.desktop.panels.network.network_painter import (
    Blocks,
    NetworkPainter,
    room_of,
    spans_of,
)
from backprop_viz.desktop.panels.network.network_state import NetworkState
from backprop_viz.desktop.style.change_guard import ChangeGuard
from backprop_viz.desktop.style.painting import hint_in_middle
from backprop_viz.desktop.style.theme import Theme, scaled, text_scale
from backprop_viz.desktop.widgets.cell_copier import number_under_mouse
from backprop_viz.desktop.widgets.shown_number import ShownNumber
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.layers import Layer, LayerGraph

NAME_LINE = 18  # the part of a column's header below its name, at 100 % of the text size


class NetworkCanvas(QWidget):
    """Shows a ``NetworkState``; emits the map that was chosen.

    A click shows the map large, in which a number can be hit; it picks the number that it hits
    while one is explained, and the loss.
    """

    chosen = Signal(object)  # Spot
    selected = Signal(object)  # the Spot of a number that is picked
    output_wanted = Signal(str, int)  # the layer's name and the operation's index
    breakpoint_toggled = Signal(object)
    number_compared = Signal(object, object)  # a NamedTensor and an index in it
    number_picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("networkCanvas")
        self.setAccessibleName(self.tr("Layers and their maps"))
        self.setAccessibleDescription(
            self.tr(
                "Arrow keys go from map to map, Enter shows the map large, "
                "O shows the layer's other output."
            )
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._state = NetworkState(LayerGraph(), None, "activations")
        self._blocks: tuple[Blocks, ...] = ()
        self._sizes: tuple[tuple[Size, ...], ...] = ()  # of the blocks
        self._placed = ChangeGuard()
        self._columns: tuple[NetworkColumn, ...] = ()
        self._painter = NetworkPainter()
        self.spot: Spot | None = None
        self.breakpoints: tuple[Breakpoint, ...] = ()

    # -- what is shown -----------------------------------------------------------------------

    @property
    def state(self) -> NetworkState:
        """The state that is shown."""
        return self._state

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, one for each column."""
        return self._state.layers.layers

    def show_state(self, state: NetworkState) -> None:
        """Show the network at a cursor; repaint only what has changed."""
        if state == self._state:
            return
        if state.layers != self._state.layers or state.rows != self._state.rows:
            self._painter.forget()
            self.setMinimumSize(least_size(state.layers, state.rows, text_scale()))
        before, before_blocks, sizes = self._state, self._blocks, self._sizes
        self._state = state
        self._blocks = tuple(state.blocks(layer) for layer in state.layers.layers)
        self._sizes = tuple(tuple(block.size for block in own) for own in self._blocks)
        self.spot = None if self.spot is None else self._nearest(self.spot)
        if self._sizes == sizes and state.is_drawn_like(before):
            self._update_parts(before, before_blocks)
        else:
            self.update()

    def _update_parts(self, before: NetworkState, blocks_before: tuple[Blocks, ...]) -> None:
        """Repaint only the columns and arrows that look different."""
        columns, state = self.columns(), self._state
        for i, column in enumerate(columns):
            layer = self.layers[i]
            own = zip(blocks_before[i], self._blocks[i], strict=True)
            if state.differs_at(layer, before) or any(a.shows != b.shows for a, b in own):
                self.update(room_of(column).toAlignedRect())
        for a, b in state.layers.edges:
            if state.reached((a, b)) != before.reached((a, b)):
                self.update((room_of(columns[a]) | room_of(columns[b])).toAlignedRect())

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme, and in the size that text has now."""
        self._painter.theme = theme
        self.setMinimumSize(least_size(self._state.layers, self._state.rows, text_scale()))
        self.update()

    def set_selected(self, names: frozenset[str]) -> None:
        """Mark the layers of the selection."""
        self._painter.selected = names
        self.update()

    def blocks_of(self, column: int) -> tuple[Block, ...]:
        """The blocks of a column; none if there is no such column."""
        return self._blocks[column] if column < len(self._blocks) else ()

    def range_of(self, column: int, block: int) -> Range | None:
        """The range in which a block is drawn."""
        return spans_of(self._blocks[column], self._state.rows)[block]

    def _nearest(self, spot: Spot) -> Spot | None:
        """The spot, or the nearest one that exists in the current blocks."""
        if spot.column >= len(self._blocks):
            return None
        own = self._blocks[spot.column]
        block = min(spot.block, len(own) - 1)
        return Spot(spot.column, block, min(spot.map, own[block].size.count - 1))

    def columns(self) -> tuple[NetworkColumn, ...]:
        """The layout of the columns at the widget's size."""
        rows = self._state.rows
        size = (self.width(), self.height(), text_scale())
        if self._placed.is_new(self._state.layers, self._sizes, *size, rows):
            self._columns = network_layout.place_columns(
                self._state.layers,
                self._sizes,
                header_widths(self.layers, self.width()),
                self.width(),
                self.height(),
                rows,
                text_scale(),
            )
        return self._columns

    def sizeHint(self) -> QSize:
        """As large as possible."""
        return QSize(640, 280)

    # -- choosing ----------------------------------------------------------------------------

    def spot_at(self, point: QPointF) -> Spot | None:
        """The map at a point."""
        for c, column in enumerate(self.columns()):
            for b, grid in enumerate(column.grids):
                index = grid.at(point)
                if index is not None:
                    return Spot(c, b, index)
        return None

    def column_at(self, point: QPointF) -> int | None:
        """The column whose name or range is at a point."""
        for i, column in enumerate(self.columns()):
            if any(box.contains(point) for box in (column.header, *column.captions)):
                return i
        return None

    def rect_of(self, spot: Spot) -> QRectF:
        """The box of a map."""
        return self.columns()[spot.column].grids[spot.block].tile(spot.map)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the map, or the column by its name, under the mouse."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        column = self.column_at(event.position())
        spot = self.spot_at(event.position())
        if spot is not None and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._compare(spot, event.position())
            return
        if column is not None and self._on_switch(column, event.position()):
            self.spot = Spot(column, 0, 0)
            self._show_other(column)
            return
        if spot is None and column is not None:
            spot = Spot(column, 0, 0)
        if spot is not None:
            self.spot = spot
            self.update()
            shown = self.number_at(event.position())
            scalar = self._blocks[spot.column][spot.block].size.look is Look.SCALAR
            single = self.marks is not None or scalar
            if single and shown is not None and shown.number is not None:
                self.selected.emit(spot)
                self.number_picked.emit(shown.number)
            else:
                self.chosen.emit(spot)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the map large, where a click picks a number of it."""
        spot = self.spot_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and spot is not None:
            self.chosen.emit(spot)

    def _compare(self, spot: Spot, point: QPointF) -> None:
        """Ask what a number was before."""
        number = self.number_at(point)
        if number is not None:
            self.number_compared.emit(self.tensor_at(spot), number.index)

    def tensor_at(self, spot: Spot) -> NamedTensor:
        """The tensor whose maps are at a spot."""
        block = self._blocks[spot.column][spot.block]
        return named_tensor(self._state, self.layers[spot.column], block)

    def origin_at(self, spot: Spot) -> Number | None:
        """What was recorded of the tensor at a spot, as a Number without an index."""
        block = self._blocks[spot.column][spot.block]
        return origin_of(self._state, self.layers[spot.column], block)

    @property
    def marks(self) -> NumberMarks | None:
        """What takes part in the number that is explained; None if none is."""
        return self._painter.marks

    def mark_numbers(self, marks: NumberMarks | None) -> None:
        """Light up the numbers that take part in the one that is explained."""
        self._painter.marks = marks
        self.update()

    def _on_switch(self, column: int, point: QPointF) -> bool:
        """Whether a point is on the name of a layer that has several outputs."""
        name = self.columns()[column].header.adjusted(0, 0, 0, -scaled(NAME_LINE))
        return self._state.switchable(self.layers[column]) and name.contains(point)

    def _show_other(self, column: int) -> None:
        layer = self.layers[column]
        if self._state.switchable(layer):
            self.output_wanted.emit(layer.name, layer.next_shown)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu of the layer under the mouse or with the keyboard focus."""
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        point = QPointF(event.pos())
        column, spot = self.column_at(point), self.spot if by_key else self.spot_at(point)
        if by_key and spot is not None:
            point = self.rect_of(spot).center()
        if spot is not None:
            column = spot.column
        if column is not None:
            menu = self.menu_of(self.layers[column].name, self.number_at(point))
            menu.popup(event.globalPos())

    def menu_of(self, layer: str, number: ShownNumber | None = None) -> BreakMenu:
        """The menu of a layer, and of a number in it; it deletes itself when it closes."""
        found = next(y for y in self.layers if y.name == layer)
        menu = layer_menu(found, number, self.breakpoints, self)
        menu.toggled.connect(self.breakpoint_toggled)
        if self._state.switchable(found):
            add_outputs(menu, found, self.output_wanted)
        return menu

    def set_breakpoints(self, breakpoints: tuple[Breakpoint, ...]) -> None:
        """Mark the layers that have a breakpoint."""
        if breakpoints != self.breakpoints:
            self.breakpoints = breakpoints
            self._painter.broken = frozenset(str(b.key) for b in breakpoints if b.kind == "layer")
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over what can be clicked, and follow the numbers in an open tooltip."""
        point = event.position()
        if QToolTip.isVisible():
            QToolTip.showText(event.globalPosition().toPoint(), self.hint(point), self)
        over = self.spot_at(point) is not None or self.column_at(point) is not None
        shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
        if self.cursor().shape() is not shape:
            self.setCursor(shape)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move between maps with the arrows, choose with Enter."""
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif not self.layers or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in steps:
            spot = self.spot or Spot(0, 0, 0)
            self.focus_spot(moved(self.columns(), spot, *steps[key]))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.spot is not None:
            self.chosen.emit(self.spot)
        elif key == Qt.Key.Key_O and self.spot is not None:
            self._show_other(self.spot.column)
        else:
            super().keyPressEvent(event)

    def _copy(self) -> None:
        """Copy the number under the mouse, or else the map with the focus."""
        number = number_under_mouse() or self.number_under_mouse()
        if number is not None:
            number.copy()
        elif self.spot is not None:
            block = self._blocks[self.spot.column][self.spot.block]
            QGuiApplication.clipboard().setText(map_table(block, self.spot.map))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which map has the focus."""
        super().focusInEvent(event)
        if self.spot is None and self.layers:
            self.spot = Spot(0, 0, 0)
        self.update()

    def focus_spot(self, spot: Spot) -> None:
        """Give a map the keyboard focus."""
        self.spot = spot
        self.update()

    def number_under_mouse(self) -> ShownNumber | None:
        """The number that is drawn under the mouse."""
        return self.number_at(QPointF(self.mapFromGlobal(QCursor.pos())))

    def number_at(self, point: QPointF) -> ShownNumber | None:
        """The number that is drawn at a point; None where there is none."""
        spot = self.spot_at(point)
        if spot is None:
            return None
        block = self._blocks[spot.column][spot.block]
        grid = self.columns()[spot.column].grids[spot.block]
        index = element_at(block, grid, point)
        name = tensor_name(self._state, self.layers[spot.column], block)
        return None if index is None else number_of(name, block, index, self.origin_at(spot))

    def event(self, event: QEvent) -> bool:
        """Show a tooltip for the number under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.hint(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def hint(self, point: QPointF) -> str:
        """The tooltip at a point: the number there and its map, or the layer."""
        spot, number = self.spot_at(point), self.number_at(point)
        if spot is None:
            at = self.column_at(point)
            span = None if at is None else self.range_of(at, 0)
            return "" if at is None else layer_hint(self._state, self.layers[at], span)
        layer, own = self.layers[spot.column], self._blocks[spot.column]
        return number_hint(self._state, layer, own, spot, number)

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the network, or a text while there is none."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.layers:
            exposed = QRectF(event.rect())
            self._painter.paint(painter, self._state, self._blocks, self.columns(), exposed)
        else:
            hint = self.tr("The layers appear with the first forward pass.")
            hint_in_middle(painter, self.rect(), hint, self._painter.theme.muted)
        if self.hasFocus() and self.spot is not None:
            self._painter.focus(painter, self.rect_of(self.spot))
        painter.end()
