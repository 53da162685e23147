"""The area that shows a grad_fn graph: rows, zooming, panning, and picking nodes."""

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsScene, QGraphicsView, QToolTip, QWidget

from backprop_viz.analysis.graph.box_sizes import OPEN
from backprop_viz.analysis.graph.folded_graph import FoldedGraph
from backprop_viz.analysis.graph.graph_fit import Fit, first_view, fit_for
from backprop_viz.analysis.graph.graph_layout import place
from backprop_viz.analysis.graph.graph_structure import Structure, analyse
from backprop_viz.desktop.panels.autograd.graph_item import GraphItem
from backprop_viz.desktop.panels.autograd.graph_keys import neighbour_node
from backprop_viz.desktop.panels.autograd.module_spans import stretches
from backprop_viz.desktop.panels.autograd.node_hints import shown_hint
from backprop_viz.desktop.panels.autograd.node_menu import node_menu
from backprop_viz.desktop.panels.breakpoints.break_menu import BreakMenu
from backprop_viz.desktop.style.painting import hint_in_middle
from backprop_viz.desktop.style.theme import Theme, text_scale
from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.graph import Graph, Node

_LARGEST, _SMALLEST = 3.0, 0.05
_STEP = 1.25
_MARGIN = 5


class GraphCanvas(QGraphicsView):
    """Shows one graph; emits the node that was chosen, and breakpoints to toggle.

    ``group_toggled`` carries the group to unfold or to fold again, ``all_folded`` nothing.
    """

    chosen = Signal(int)
    breakpoint_toggled = Signal(object)
    group_toggled = Signal(object)
    all_folded = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("graphCanvas")
        self.setAccessibleName(self.tr("Nodes of the autograd graph"))
        self._keys = self.tr(
            "Arrow keys follow the edges, Enter chooses a node, Space unfolds a box, Esc folds "
            "all, the Menu key sets breakpoints, plus and minus zoom."
        )
        self.setAccessibleDescription(self._keys)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setBackgroundBrush(Qt.BrushStyle.NoBrush)
        self.viewport().setAutoFillBackground(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        # Modules' names move with the visible area, so scrolling must repaint all of it.
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setMouseTracking(True)
        self.item = GraphItem()
        scene = QGraphicsScene(self)
        scene.addItem(self.item)
        self.setScene(scene)
        self._structure: Structure = analyse(Graph())
        self.graph = FoldedGraph()
        self._since = 0  # what ran before this event is not shown as done
        self._zoomed = False  # the user has zoomed: resizing keeps the zoom
        self._whole = False  # the user asked for the whole graph, however small
        self._fit = Fit(1.0, OPEN, 0)
        self._breakpoints: tuple[Breakpoint, ...] = ()
        self._cursor: Cursor | None = None
        self._selected: frozenset[str] = frozenset()
        self._lit: frozenset[str] = frozenset()
        self._pressed: QPoint | None = None
        self._dragged = False

    # -- what is shown -----------------------------------------------------------------------

    def show_graph(self, graph: FoldedGraph, cursor: Cursor | None, since: int = 0) -> None:
        """Show a graph, and of it what ran from the event ``since`` on.

        It is laid out only if it is another one.
        """
        now = self.graph
        same = graph is now or (graph.graph, graph.part) == (now.graph, now.part)
        before = self.current if same else None
        if not same:
            refolded = graph.whole == now.whole
            focused = None if self.item.focused is None else self._key_of(self.item.focused)
            self.graph, self._structure = graph, analyse(graph.graph, graph.part)
            self._fit, self._zoomed, self._whole = Fit(1.0, OPEN, 0), False, False
            self.item.focused = None
            self._fold(rebuild=True)
            if focused is not None:
                self.item.focused = min(graph.shown_with(frozenset({focused})), default=None)
            self._mark()
            if refolded and self.item.focused is not None:
                self._reveal(self.item.focused)
        self.item.recolour(cursor, since)
        self._cursor, self._since = cursor, since
        self._speak()
        if self.current is not None and self.current != before:
            self._reveal(self.current)

    @property
    def shown(self) -> tuple[Node, ...]:
        """The nodes that are shown."""
        return self._structure.nodes

    @property
    def current(self) -> int | None:
        """The node that backward has just run."""
        return self.item.current

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self.item.theme = theme
        self.item.update()
        if not self._zoomed:
            self._fold()  # the size of text may be another one
        self.viewport().update()

    def set_selected(self, keys: frozenset[str]) -> None:
        """Put a ring around the nodes with these keys, in this graph and in later ones."""
        self._selected = keys
        self._mark()
        if self.current is None and self.item.selected:
            self._reveal(self._wanted())

    def set_lit(self, keys: frozenset[str]) -> None:
        """Light up the nodes with these keys: they take part in a number that is explained."""
        self._lit = keys
        self._mark()
        for node in sorted(self.item.lit, reverse=True):  # the one nearest to the loss for certain
            self._reveal(node)

    def _mark(self) -> None:
        self.item.lit = self.graph.shown_with(self._lit)
        self.item.selected = self.graph.shown_with(self._selected)
        self.item.update()

    def _key_of(self, node: int) -> str:
        return self.item.graph.nodes[node].key

    def sizeHint(self) -> QSize:
        """As large as possible."""
        return QSize(640, 200)

    def minimumSizeHint(self) -> QSize:
        """Two rows, small."""
        return QSize(160, 90)

    def show_breakpoints(self, breakpoints: tuple[Breakpoint, ...]) -> None:
        """Put a dot on nodes that have a breakpoint, or whose parameter has one."""
        self._breakpoints = breakpoints
        keys, parameters = (
            frozenset(str(b.key) for b in breakpoints if b.kind == kind)
            for kind in ("node", "parameter")
        )
        nodes = self.graph.shown_with(keys, parameters)
        if nodes != self.item.breaking:
            self.item.breaking = nodes
            self.item.update()

    def _wanted(self) -> int:
        """The node to look at where none has just run: of the selection, or the first."""
        # By keys: what is marked may still be of the graph before. Of what belongs to a
        # parameter, the parameter's own node has the largest number.
        first = self.shown[0].id if self.shown else 0
        return max(self.graph.shown_with(self._selected), default=first)

    def _reveal(self, node: int) -> None:
        """Scroll to a node that is out of sight; do nothing while the whole graph is shown."""
        box = self.item.box(node)
        if not self.viewport().rect().contains(self.mapFromScene(box).boundingRect()):
            self.ensureVisible(box.adjusted(-6, -20, 6, 20), 0, 0)

    # -- folding, zoom and pan -----------------------------------------------------------------

    def fit(self) -> None:
        """Show the whole graph."""
        self._zoomed, self._whole = False, True
        self._fold()

    def zoom_in(self) -> None:
        """Zoom in."""
        self._zoom(_STEP)

    def zoom_out(self) -> None:
        """Zoom out."""
        self._zoom(1 / _STEP)

    def _zoom(self, factor: float) -> None:
        now = self.transform().m11()
        scale = min(max(now * factor, min(now, _SMALLEST)), _LARGEST)
        self._zoomed = True
        self.setTransform(QTransform.fromScale(scale, scale))

    def _fold(self, rebuild: bool = False) -> None:
        """Choose the number of rows for the widget's size, and show the whole graph."""
        width, height = self._room()
        readable = not self._whole
        structure, before = self._structure, self._fit
        fit = fit_for(structure, width, height, before.columns, readable, text_scale())
        self._fit = fit
        if rebuild or (fit.columns, fit.sizes) != (before.columns, before.sizes):
            placement = place(structure, fit.columns, fit.sizes)
            self.item.build(self.graph, placement, lambda: stretches(structure, placement))
        self.item.set_text_scale(fit.text)
        self._look_at_all(readable)
        if readable and self.shown:  # not all of it may be in sight
            # What ran last is of the graph before, if this is another one.
            last = None if rebuild else self.current
            self._reveal(self._wanted() if last is None else last)

    def _look_at_all(self, readable: bool) -> None:
        """Show the whole graph or, if ``readable`` names would be too small, its full width."""
        width, height = self._room()
        placement = self.item.placement
        if not placement.rects or width <= 0 or height <= 0:
            return
        scale, left, top = first_view(placement, width, height, self._fit.text, readable)
        # A margin, so that any part of the graph can be moved to the middle.
        around = self.item.boundingRect()
        spare_x, spare_y = self.width() / scale, self.height() / scale
        self.setSceneRect(around.adjusted(-spare_x, -spare_y, spare_x, spare_y))
        self.setTransform(QTransform.fromScale(scale, scale))
        self.centerOn(QPointF(width / scale / 2 - left, height / scale / 2 - top))

    def _room(self) -> tuple[float, float]:
        return self.viewport().width() - 2 * _MARGIN, self.viewport().height() - 2 * _MARGIN

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold again, unless the user has zoomed."""
        super().resizeEvent(event)
        if not self._zoomed:
            self._fold()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel zooms at the mouse."""
        self._zoom(_STEP ** (event.angleDelta().y() / 120))
        event.accept()

    # -- the mouse ---------------------------------------------------------------------------

    def node_at(self, point: QPoint) -> int | None:
        """The node at a point of the viewport."""
        return self.item.node_at(self.mapToScene(point))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start a click, which chooses, or a drag, which moves the graph."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed, self._dragged = event.position().toPoint(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the graph, or show a hand over what can be clicked."""
        point = event.position().toPoint()
        if self._pressed is None:
            self._set_cursor(
                Qt.CursorShape.ArrowCursor
                if self.node_at(point) is None
                else Qt.CursorShape.PointingHandCursor
            )
            return
        moved = point - self._pressed
        if self._dragged or moved.manhattanLength() >= QApplication.startDragDistance():
            self._dragged, self._zoomed = True, True
            self._set_cursor(Qt.CursorShape.ClosedHandCursor)
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - moved.x())
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() - moved.y())
            self._pressed = point

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the node that was clicked."""
        if event.button() is not Qt.MouseButton.LeftButton or self._pressed is None:
            return
        self._pressed = None
        node = self.node_at(event.position().toPoint())
        if node is not None and not self._dragged:
            self._focus(node)
            self.chosen.emit(node)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Unfold a box, or fold what a node lies in; beside them show the whole graph."""
        node = self.node_at(event.position().toPoint())
        self.fit() if node is None else self._toggle(node)

    def _toggle(self, node: int) -> None:
        group = self.graph.groups.get(node, self.graph.around.get(node))
        if group is not None:
            self.group_toggled.emit(group)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu of the node under the mouse or with the keyboard focus."""
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        node = self.item.focused if by_key else self.node_at(event.pos())
        if node is None:
            return
        self._focus(node)
        place = event.globalPos()
        if by_key:
            place = self.viewport().mapToGlobal(self.mapFromScene(self.item.box(node).center()))
        self.menu_of(node).popup(place)

    def menu_of(self, node: int) -> BreakMenu:
        """The menu of a node; it deletes itself when it closes."""
        menu = node_menu(self.graph, node, self._breakpoints, self.group_toggled.emit, self)
        menu.toggled.connect(self.breakpoint_toggled)
        return menu

    def _set_cursor(self, shape: Qt.CursorShape) -> None:
        if self.viewport().cursor().shape() is not shape:
            self.viewport().setCursor(shape)

    # -- keys --------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows follow the edges, Enter chooses, Space unfolds; plus, minus and 0 zoom."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.item.focused is not None:
            self.chosen.emit(self.item.focused)
        elif key == Qt.Key.Key_Space and self.item.focused is not None:
            self._toggle(self.item.focused)
        elif key == Qt.Key.Key_Escape and self.graph.around:
            self.all_folded.emit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._go(Qt.Key(key))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_in()
        elif key == Qt.Key.Key_Minus:
            self.zoom_out()
        elif key == Qt.Key.Key_0:
            self.fit()
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which node has the focus."""
        super().focusInEvent(event)
        if self.item.focused is None and self.shown:
            self.item.focused = self.shown[0].id
        self.item.update()
        self._speak()

    def _go(self, key: Qt.Key) -> None:
        if self.item.focused is None:
            return
        node = neighbour_node(self._structure, self.item.focused, key)
        if node is not None:
            self._focus(node)
            self._reveal(node)

    def _focus(self, node: int) -> None:
        self.item.focused = node
        self.item.update()
        self._speak()

    def _speak(self) -> None:
        """Describe the node with the keyboard focus; without one, say how to get it."""
        node = self.item.focused
        told = self._keys if node is None else f"{self.hint(node)}\n{self._keys}"
        if told != self.accessibleDescription():
            self.setAccessibleDescription(told)

    # -- words -------------------------------------------------------------------------------

    def viewportEvent(self, event: QEvent) -> bool:
        """Show a tooltip for the node under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            node = self.node_at(event.pos())
            text = "" if node is None else self.hint(node)
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return super().viewportEvent(event)

    def hint(self, node: int) -> str:
        """The tooltip of a node or a box."""
        state, breaking = self.item.states.get(node), node in self.item.breaking
        return shown_hint(self.graph, node, state, self._cursor, self._since, breaking)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the graph, or a text while there is none."""
        super().paintEvent(event)
        if self.shown:
            return
        painter = QPainter(self.viewport())
        hint = self.tr("The graph appears with the first forward pass.")
        hint_in_middle(painter, self.viewport().rect(), hint, self.item.theme.muted)
        painter.end()
