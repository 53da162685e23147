"""The panel with the graph of every grad_fn node of the loss; nodes light up as they run."""

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from backprop_viz.analysis.graph.folded_graph import (
    MANY,
    FoldedGraph,
    GraphGroup,
    fold_graph,
    unfolded_graph,
)
from backprop_viz.analysis.graph.graph_of_pass import GraphOfPass, graph_of_pass
from backprop_viz.analysis.graph.nodes_done import nodes_done
from backprop_viz.analysis.numbers.number_marks import NumberMarks
from backprop_viz.analysis.phase_runs import PhaseRun
from backprop_viz.analysis.provenance import forward_events
from backprop_viz.analysis.selection import Selection
from backprop_viz.desktop.panels.autograd.graph_canvas import GraphCanvas
from backprop_viz.desktop.panels.autograd.group_titles import group_title
from backprop_viz.desktop.panels.phases.phases import current_phase, repeated_runs
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import DARK, Theme
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.fold_switch import fold_icon, fold_switch
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.trace.phases import Phase


class AutogradView(Panel):
    """The graph of ``loss.grad_fn``, node by node or with a box for each layer, module and loop.

    ``picked`` carries the selected node, ``breakpoint_toggled`` the Breakpoint to set or remove.
    """

    picked = Signal(str, object)
    breakpoint_toggled = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("AutogradView", "Autograd graph"), parent)
        self._view_state: ViewState | None = None
        self._pass: GraphOfPass | None = None  # that is shown by itself
        self._asked: object = None  # for which graph
        self._heads_of: tuple[object, ...] = ()  # of which graph and recording the heads are
        self._heads: list[tuple[int, str]] = []  # the event that made each, and its node's name
        self._stale = False  # a view state came while the view was hidden
        self._theme = DARK
        self._folded: bool | None = None  # as the user chose; None: where there are many nodes
        self.unfolded: frozenset[GraphGroup] = frozenset()
        self.progress = QLabel()
        self.header.addWidget(self.progress)
        self.all_passes = QToolButton()
        self.all_passes.setObjectName("graphAllPasses")
        self.all_passes.setProperty("role", "segment")
        self.all_passes.setCheckable(True)
        self.all_passes.setText(self.tr("all passes"))
        self.all_passes.setToolTip(self.tr("Show the graphs of all passes, or that of this one"))
        self.all_passes.setAccessibleName(self.all_passes.text())
        self.all_passes.toggled.connect(self._refresh)
        self.all_passes.hide()
        self.header.addWidget(self.all_passes)
        self.fold = fold_switch(
            "foldGraph",
            self.tr("Fold the graph"),
            self.tr("Show the nodes of each layer, module or loop as one box"),
        )
        self.fold.clicked.connect(self._choose_folded)
        self.header.addWidget(self.fold)
        self.canvas = GraphCanvas()
        self.canvas.group_toggled.connect(self._toggle)
        self.canvas.all_folded.connect(self._fold_all)
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
        self.fold.setIcon(fold_icon(theme))
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
            found = graph_of_pass(cursor)
            self.all_passes.setVisible(found is not None)
            self._pass = None if self.all_passes.isChecked() else found
            since = 0 if self._pass is None else self._pass.start
            self.canvas.show_graph(self._graph(cursor.recording), cursor, since)
        else:
            # An iteration has no graph before its forward pass: the previous one stays, unlit.
            self.canvas.show_graph(self.canvas.graph, None)
        self.canvas.show_breakpoints(self._view_state.breakpoints)
        self._tell(self._view_state)

    def _graph(self, recording: Recording) -> FoldedGraph:
        """The graph, folded as the user chose; the same as before where it has not changed."""
        whole, part = recording.graph, None if self._pass is None else self._pass.nodes
        asked = whole, part, self._folded, self.unfolded
        if asked == self._asked:
            return self.canvas.graph
        self._asked = asked
        count = len(whole.nodes) if part is None else len(part)
        folded = count > MANY if self._folded is None else self._folded
        self.fold.setChecked(folded)
        self.fold.setVisible(count > 1)
        if not folded:
            return unfolded_graph(whole, part)
        return fold_graph(recording, part, self.unfolded, group_title)

    def _choose_folded(self) -> None:
        self._folded = self.fold.isChecked()
        self._refresh()

    def _toggle(self, group: GraphGroup) -> None:
        self.unfolded = self.unfolded ^ {group}
        self._refresh()

    def _fold_all(self) -> None:
        self.unfolded = frozenset()
        self._refresh()

    def _tell(self, view_state: ViewState) -> None:
        whole, part = self.canvas.graph.whole, None if self._pass is None else self._pass.nodes
        count = len(whole.nodes if part is None else part)
        text = self.tr("loss.grad_fn → next_functions · {count} nodes")
        starts: list[str] = []
        if view_state.cursor.recording.loss is None and view_state.origin is None:
            text = self.tr("out.grad_fn → next_functions · {count} nodes")
        elif view_state.cursor.recording.loss is None:  # a script has no loss, or none yet
            starts = self._starts(view_state.cursor)
            text = self.tr("from {name} · {count} nodes")
            if len(starts) > 1:
                text = self.tr("from {name} and {others} more · {count} nodes")
        name = (starts or [""])[0]
        text = text.format(name=name, others=len(starts) - 1, count=count)
        if self._pass is not None:
            known = {run.number: run for run in repeated_runs(view_state)}
            run = known.get(self._pass.run.number, self._pass.run)
            text = _of_pass(run).format(graph=text, number=run.batch)
        self.subtitle.setText(text if count else "")
        done = ""
        if current_phase(view_state) is Phase.BACKWARD:
            told = nodes_done(view_state.cursor)
            text = self.tr("node {done} of {count}")
            if told.nth > 1:
                text = self.tr("backward {nth}: node {done} of {count}")
            done = text.format(nth=told.nth, done=told.done, count=told.count)
        self.progress.setText(done)

    def _starts(self, cursor: Cursor) -> list[str]:
        """The nodes that no other leads to: first what was made last before the cursor."""
        whole, part = self.canvas.graph.whole, None if self._pass is None else self._pass.nodes
        known = whole, part, cursor.recording
        if known != self._heads_of:  # not at each step of the cursor
            self._heads_of = known
            led_to = {to for _, to in whole.edges}
            nodes = (node for node in whole.nodes if part is None or node.id in part)
            found = {node.id: node.name for node in nodes if node.id not in led_to}
            made = {e.node: i for i, e in forward_events(cursor.recording) if e.node in found}
            self._heads = [(made.get(node, -1), name) for node, name in found.items()]
        done = [(i if i < cursor.position else -1, name) for i, name in self._heads]
        return [name for _, name in sorted(done, key=lambda head: head[0], reverse=True)]

    def _choose(self, node: int) -> None:
        self.picked.emit("node", self.canvas.graph.graph.nodes[node].key)


def _of_pass(run: PhaseRun) -> str:
    translate = QCoreApplication.translate
    if run.calls != 0:
        return translate("AutogradView", "{graph} · closure call {number}")
    if run.apart:
        return translate("AutogradView", "{graph} · pass {number}")
    return translate("AutogradView", "{graph} · micro-batch {number}")
