"""The network as boxes of its modules, which unfold in place."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from backprop_viz.analysis.folded_network import BoxRow, FoldedNetwork, Folding, Group
from backprop_viz.analysis.module_tree import CONTAINERS
from backprop_viz.desktop.panels.network.module_facts import ModuleFacts
from backprop_viz.desktop.panels.network.module_layout import GAP, WIDTH, ModulePlacement
from backprop_viz.desktop.panels.network.module_painter import ModuleScene, paint_modules
from backprop_viz.desktop.panels.network.network_state import NetworkState
from backprop_viz.desktop.style.theme import DARK, Theme
from backprop_viz.desktop.texts.missing_texts import module_note
from backprop_viz.recording.trace.layers import LayerGraph

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ModuleCanvas(QWidget):
    """Boxes of folded modules, each with its gradient's norm.

    A double click or Enter unfolds a module in place and folds it again. ``selected`` carries a
    kind, "module" or "layer", and a name.
    """

    selected = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("moduleCanvas")
        self.setAccessibleName(self.tr("Modules of the network"))
        self.setAccessibleDescription(
            self.tr(
                "Arrow keys go from module to module, Enter unfolds or folds one, Esc folds all."
            )
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.network = FoldedNetwork()
        self.unfolded: frozenset[Group] = frozenset()
        self._spread: frozenset[str] = frozenset()
        self._folding: Folding | None = None
        self._facts: ModuleFacts | None = None
        self._layers = LayerGraph()
        self._places: dict[str, int] = {}  # of the layers, by name
        self._room = 0
        self._state = NetworkState(LayerGraph(), None, "activations")
        self._placement: ModulePlacement | None = None
        self._selected: frozenset[str] = frozenset()
        self._focus = (0, 0)
        self._theme = DARK

    # -- what is shown -----------------------------------------------------------------------

    @property
    def facts(self) -> ModuleFacts | None:
        """What the boxes say; None before there is a network."""
        return self._facts

    def show_state(self, state: NetworkState, room: int) -> None:
        """Show the network at a cursor; ``room`` is the width in which as much as fits is spread.

        Without a cursor the network stays as it was, but none of its numbers: they are those of
        another iteration.
        """
        self._state = state
        cursor = state.cursor
        if cursor is None:
            self._show_no_numbers(state)
            return
        if self._facts is None or self._facts.recording != cursor.recording:
            self._facts = ModuleFacts.of(cursor.recording)
            self._layers = LayerGraph()
        if state.layers != self._layers or room != self._room:
            same = _is_folded_alike(self._layers, state.layers) and room == self._room
            self._layers, self._room = state.layers, room
            self._folding = Folding(state.layers, self._facts.tree)
            self._places = {y.name: i for i, y in enumerate(state.layers.layers)}
            if not same:
                self._spread = self._folding.spread(self._most())
            self._fold()
        facts = self._facts
        facts.layers, facts.cursor, facts.mode = state.layers, cursor, state.mode
        facts.sample = state.sample
        self.update()

    def _show_no_numbers(self, state: NetworkState) -> None:
        if self._facts is not None:
            self._facts.cursor, self._facts.mode = None, state.mode
        if not state.layers.layers and self.network.boxes:
            self._layers, self._folding, self.network = LayerGraph(), None, FoldedNetwork()
            self._place()
        self.update()

    def _fold(self) -> None:
        if self._folding is None:
            return
        self.network = self._folding.fold(self._spread, self.unfolded)
        self._place()

    def _place(self) -> None:
        self._placement = ModulePlacement(self.network, self._height())
        self.setMinimumSize(self._placement.size)
        box, row = self._focus
        box = min(box, max(len(self.network.boxes) - 1, 0))
        rows = len(self.network.boxes[box].rows) if self.network.boxes else 1
        self._focus = box, min(row, rows - 1)
        self.update()

    def _height(self) -> float:
        around = self.parentWidget()
        return float(self.height() if around is None else around.height())

    def fit_height(self) -> None:
        """Place the boxes in the height that there is to be seen."""
        if self._folding is not None:
            self._place()

    def sizeHint(self) -> QSize:
        """As large as possible."""
        return QSize(640, 280)

    def set_selected(self, names: frozenset[str]) -> None:
        """Mark the boxes that have one of these layers."""
        self._selected = names
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = theme
        self.update()

    def box_of(self, layer: str) -> QRectF | None:
        """Where the box of a layer is."""
        place = self._places.get(layer)
        if place is None or self._placement is None:
            return None
        return self._placement.rects[self.network.box_of_layer[place]]

    # -- choosing ----------------------------------------------------------------------------

    def toggle(self, row: BoxRow) -> None:
        """Unfold a module, a loop or a pass in place, or fold it; a layer is selected.

        A box that is a container is taken apart: its modules become boxes.
        """
        if row.group is None or self._facts is None:
            self._select(row)
            return
        if row.module is not None and row.depth == 0 and self._is_container(row.module):
            self._spread = self._spread | {row.module}
        else:
            self.unfolded = self.unfolded ^ {row.group}
        self._fold()

    def _is_container(self, module: str) -> bool:
        return self._facts is not None and self._facts.tree.nodes[module].kind in CONTAINERS

    def fold_all(self) -> None:
        """Show only as many boxes as there is room for, and what is in none of them."""
        if self._folding is not None:
            self._spread = self._folding.spread(self._most())
            self.unfolded = frozenset()
            self._fold()

    def _most(self) -> int:
        """How many boxes there is room for."""
        return max(int(self._room // (WIDTH + GAP)), 4)

    def row_at(self, point: QPointF) -> tuple[int, int] | None:
        """The box and row at a point."""
        if self._placement is None:
            return None
        return self._placement.at(point, [len(box.rows) for box in self.network.boxes])

    def row(self, place: tuple[int, int]) -> BoxRow:
        """The row of a box."""
        return self.network.boxes[place[0]].rows[place[1]]

    def rect_of(self, place: tuple[int, int]) -> QRectF:
        """Where a row of a box is painted."""
        assert self._placement is not None
        return self._placement.row_rect(*place)

    def _select(self, row: BoxRow) -> None:
        """Select a module or a layer; of a loop or a pass its last one."""
        if row.module is not None:
            self.selected.emit("module", row.module)
        else:
            self.selected.emit("layer", self._layers.layers[row.stop - 1].name)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the module or layer under the mouse."""
        place = self.row_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and place is not None:
            self._focus = place
            self._select(self.row(place))
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Unfold or fold the module under the mouse."""
        place = self.row_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and place is not None:
            self.toggle(self.row(place))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over what can be selected."""
        over = self.row_at(event.position()) is not None
        shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
        if self.cursor().shape() is not shape:
            self.setCursor(shape)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move between boxes and rows with the arrows; Enter unfolds or folds, Space selects."""
        if not self.network.boxes or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        key, (box, row) = Qt.Key(event.key()), self._focus
        last = len(self.network.boxes) - 1
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if key == Qt.Key.Key_Right else -1
            self._go(min(max(box + step, 0), last), 0)
        elif key == Qt.Key.Key_Down:
            rows = len(self.network.boxes[box].rows)
            self._go(box, min(row + 1, rows - 1))
        elif key == Qt.Key.Key_Up:
            self._go(box, max(row - 1, 0))
        elif key in _ENTER:
            self.toggle(self.row(self._focus))
        elif key == Qt.Key.Key_Escape:
            self.fold_all()
        elif key == Qt.Key.Key_Space:
            self._select(self.row(self._focus))
        else:
            super().keyPressEvent(event)

    def _go(self, box: int, row: int) -> None:
        self._focus = box, row
        if self._facts is not None:
            self.setAccessibleDescription(self.hint(self.row(self._focus)))
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which box has the focus."""
        super().focusInEvent(event)
        self.update()

    # -- words and painting ------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Show a tooltip for the module under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            place = self.row_at(QPointF(event.pos()))
            text = "" if place is None else self.hint(self.row(place))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def hint(self, row: BoxRow) -> str:
        """A module or layer in words."""
        facts = self._facts
        if facts is None:
            return ""
        lines = [facts.name(row), facts.caption(row), facts.norm_text(row)]
        if row.module is not None:
            node = facts.tree.nodes[row.module]
            lines[0] = f"{node.name} · {node.kind}"
            lines.append(module_note(node.kind))
        if facts.norm(row) is not None and facts.is_of_sample(row):
            lines.insert(3, self.tr("The norm is that of sample {0}.").format(facts.sample))
        if row.repeat is not None:
            lines.append(self.tr("Each pass reads what the one before it made."))
        if row.group is not None:
            unfold = self.tr("Double click or Enter unfolds it, Esc folds all")
            fold = self.tr("Double click or Enter folds it, Esc all")
            lines.append(fold if row.unfolded else unfold)
        return "\n".join(line for line in lines if line)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what can be seen of the boxes."""
        if self._facts is None or self._placement is None:
            return
        current = None if self._state.current is None else self._places.get(self._state.current)
        scene = ModuleScene(
            self.network,
            self._placement,
            self._facts,
            self._state,
            current,
            self._selected,
            self._focus if self.hasFocus() else None,
        )
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_modules(painter, self._theme, scene, QRectF(event.rect()))
        painter.end()


def _is_folded_alike(one: LayerGraph, other: LayerGraph) -> bool:
    """Whether two passes ran the same modules in the same order."""
    return [y.module for y in one.layers] == [y.module for y in other.layers]
