"""The panel with the graph of every grad_fn node of the loss; nodes light up as they run."""

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from backprop_viz.analysis.graph.nodes_done import nodes_done
from backprop_viz.analysis.numbers.number_marks import NumberMarks
from backprop_viz.analysis.provenance import forward_events
from backprop_viz.analysis.selection import Selection
from backprop_viz.desktop.panels.autograd.graph_canvas import GraphCanvas
from backprop_viz.desktop.panels.phases.phases import current_phase
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import DARK, Theme
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.trace.phases import Phase


class AutogradView(Panel):
    """The graph of ``loss.grad_fn``.

    ``picked`` carries the selected node, ``breakpoint_toggled`` the Breakpoint to set or remove.
    """

    picked = Signal(str, object)
    breakpoint_toggled = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("AutogradView", "Autograd graph"), parent)
        self._view_state: ViewState | None = None
        self._stale = False  # a view state came while the view was hidden
        self._theme = DARK
        self.progress = QLabel()
        self.header.addWidget(self.progress)
        self.canvas = GraphCanvas()
        self.canvas.chosen.connect(self._choose)
        self.canvas.breakpoint_toggled.connect(self.breakpoint_toggled)
        for glyph, name, tip, clicked in (
            ("−", "graphZoomOut", self.tr("Zoom out (-)"), self.canvas.zoom_out),
            ("+", "graphZoomIn", self.tr("Zoom in (+)"), self.canvas.zoom_in),
            ("⤢", "graphFit", self.tr("Show the whole graph (0)"), self.canvas.fit),
        ):
            button = QToolButton()
            button.setObjectName(name)
            button.setProperty("role", "segment")
            button.setText(glyph)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(clicked)
            self.header.addWidget(button)
        self.body.addWidget(self.canvas, 1)

    def show_view_state(self, view_state: ViewState) -> None:
        """Show a view state; while hidden, only remember it."""
        self._view_state = view_state
        self._stale = not self.isVisible()
        if not self._stale:
            self._refresh()

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = theme
        self.progress.setStyleSheet(f"color: {theme.backward};")
        self.canvas.set_theme(theme)

    def select(self, selection: Selection | None) -> None:
        """Put a ring around the nodes that belong to the selection."""
        self.canvas.set_selected(frozenset() if selection is None else selection.nodes)

    def mark_numbers(self, marks: NumberMarks | None) -> None:
        """Light up the nodes that take part in the number that is explained."""
        self.canvas.set_lit(frozenset() if marks is None else marks.nodes)

    def showEvent(self, event: QShowEvent) -> None:
        """Show what came while the view was hidden."""
        super().showEvent(event)
        if self._stale:
            self._refresh()

    def _refresh(self) -> None:
        if self._view_state is None:
            return
        self._stale = False
        cursor = self._view_state.cursor
        graph = cursor.recording.graph
        if graph.nodes:
            self.canvas.show_graph(graph, cursor)
        else:
            # An iteration has no graph before its forward pass: the previous one stays, unlit.
            self.canvas.show_graph(self.canvas.item.graph, None)
        self.canvas.show_breakpoints(self._view_state.breakpoints)
        self._tell(self._view_state)

    def _tell(self, view_state: ViewState) -> None:
        graph = self.canvas.item.graph
        text = self.tr("loss.grad_fn → next_functions · {count} nodes")
        starts: list[str] = []
        if view_state.cursor.recording.loss is None and view_state.origin is None:
            text = self.tr("out.grad_fn → next_functions · {count} nodes")
        elif view_state.cursor.recording.loss is None:  # a script has no loss, or none yet
            led_to = {to for _, to in graph.edges}
            found = [node for node in graph.nodes if node.id not in led_to]
            if len(found) > 1:
                cursor = view_state.cursor
                before = forward_events(cursor.recording, cursor.position)
                made = {event.node: i for i, event in before}
                found.sort(key=lambda node: made.get(node.id, -1), reverse=True)  # newest first
            starts = [node.name for node in found]
            text = self.tr("from {name} · {count} nodes")
            if len(starts) > 1:
                text = self.tr("from {name} and {others} more · {count} nodes")
        name, count = (starts or [""])[0], len(graph.nodes)
        text = text.format(name=name, others=len(starts) - 1, count=count)
        self.subtitle.setText(text if count else "")
        done = ""
        if current_phase(view_state) is Phase.BACKWARD:
            told = nodes_done(view_state.cursor)
            text = self.tr("node {done} of {count}")
            if told.nth > 1:
                text = self.tr("backward {nth}: node {done} of {count}")
            done = text.format(nth=told.nth, done=told.done, count=told.count)
        self.progress.setText(done)

    def _choose(self, node: int) -> None:
        self.picked.emit("node", self.canvas.item.graph.nodes[node].key)
