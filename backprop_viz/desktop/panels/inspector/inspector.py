"""Everything about one parameter, tensor or grad_fn node: its numbers, its gradient, and why."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from backprop_viz.analysis.comparison import NamedTensor
from backprop_viz.analysis.numbers.number_marks import NumberMarks
from backprop_viz.analysis.selection import Selection, SelectionKind, select
from backprop_viz.desktop.panels.inspector.comparison_section import ComparisonSection
from backprop_viz.desktop.panels.inspector.figures_label import FiguresLabel
from backprop_viz.desktop.panels.inspector.gradient_section import GradientSection
from backprop_viz.desktop.panels.inspector.input_section import InputSection
from backprop_viz.desktop.panels.inspector.inspector_parts import (
    Choice,
    choice_box,
    compared_tensors,
    element_index,
    first_of,
    group_text,
    layer_line,
    layer_of_node,
    node_line,
    nothing_yet,
    page_of,
    parameter_line,
    rows_of,
    slices_button,
)
from backprop_viz.desktop.panels.inspector.node_section import NodeSection
from backprop_viz.desktop.panels.inspector.search import SearchField
from backprop_viz.desktop.panels.inspector.slice_section import SliceSection
from backprop_viz.desktop.panels.inspector.sliced_tensors import SlicedTensor, sliced_tensors
from backprop_viz.desktop.panels.inspector.state_section import StateSection
from backprop_viz.desktop.panels.inspector.tensor_section import TensorSection
from backprop_viz.desktop.panels.inspector.update_section import UpdateSection
from backprop_viz.desktop.panels.inspector.why_section import WhySection
from backprop_viz.desktop.style.change_guard import ChangeGuard
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import DARK, Theme, body_font
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.late_widget import LateWidget
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.graph import Graph, Node
from backprop_viz.recording.trace.layers import Layer, LayerGraph, not_run

# The parameter that the tutorial prints.
_FIRST: Choice = ("parameter", "conv1.bias")


class InspectorView(Panel):
    """A choice of all parameters and layers, and sections for the chosen one.

    ``picked`` carries the choice, ``evidence`` the index of an event that explains the gradient,
    ``number_picked`` a Number that was clicked.
    """

    picked = Signal(str, object)
    number_picked = Signal(object)
    evidence = Signal(int)  # index of an event
    # A GradientIntervention in the gradient that the shown node sends.
    intervention_wanted = Signal(object)
    undo_wanted = Signal()
    stop_comparing = Signal()
    number_compared = Signal(object, object)  # a NamedTensor and an index in it

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("InspectorView", "Inspector"), parent)
        self.subtitle.hide()
        self.choice = choice_box()
        self.choice.setToolTip(self.tr("Choose a parameter or a layer's tensor"))
        self.choice.activated.connect(self._chosen_by_user)
        self.search = SearchField()
        self.search.found.connect(self._found)
        self.header.addWidget(self.search, 4)
        tip = self.tr("All numbers of the tensor, as rows and columns of two axes")
        self.slices_on = slices_button(self.tr("slices"), tip)
        self.slices_on.toggled.connect(self._switch_slices)
        chooser = QHBoxLayout()
        chooser.setSpacing(4)
        chooser.addWidget(self.choice, 1)
        chooser.addWidget(self.slices_on)
        self.body.addLayout(chooser)
        self.description = FiguresLabel()  # wrapped
        self.description.setProperty("role", "muted")
        self.description.setFont(body_font(11))
        self.body.addWidget(self.description)
        self.gradient = GradientSection()
        self.update_section = UpdateSection()
        self.state_section = StateSection()
        self.tensor = TensorSection()
        self.why = WhySection()
        self._late_node = LateWidget(self._make_node_section)
        self._late_slices = LateWidget(self._make_slices)
        self.input = InputSection()
        self.gradient.clip_line.evidence.connect(self.evidence)
        self.why.evidence.connect(self.evidence)
        self.update_section.element_chosen.connect(self._element_chosen)
        self.gradient.stand_above(self.why, self.update_section)
        self.comparison = ComparisonSection()
        self.comparison.stop_wanted.connect(self.stop_comparing)
        self.comparison.hide()
        self.gradient.chart.element_compared.connect(self._compare_bar)
        for table in (self.update_section.table, self.tensor.table):
            table.element_compared.connect(self._compare_cell)
        self.body.addWidget(self.comparison)
        sources = (self.gradient.chart, self.update_section, self.state_section)
        for source in (*sources, *self.gradient.figures, self.why, self.tensor, self.input):
            source.number_picked.connect(self.number_picked)
        self._pages = QStackedWidget()
        self._fill_pages()
        self.body.addWidget(self._pages, 1)
        self._view_state: ViewState | None = None
        self._shown = ChangeGuard()
        self._rows: list[Choice | None] = []  # of the combo box; None is the separator
        self._first_row = 0  # of a parameter with numbers: one without any may stand before it
        self._wanted: Choice = _FIRST
        self._layers: tuple[Layer, ...] = ()
        self._graph = Graph()
        self._node: str | None = None
        self._element = 0
        self._marks: NumberMarks | None = None
        self._outputs: dict[str, int] = {}
        self._theme = DARK

    def _fill_pages(self) -> None:
        self._pages.addWidget(
            page_of(
                (self.gradient, 2),
                (self.why, 0),
                (self.update_section, 3),
                (self.state_section, 0),
            )
        )
        self._pages.addWidget(page_of((self.input, 1), (self.tensor, 1)))
        self._pages.addWidget(page_of((self._late_node, 0)))
        self._pages.addWidget(page_of((self._late_slices, 1)))
        self._pages.addWidget(nothing_yet())

    @property
    def node_section(self) -> NodeSection:
        """The section of a grad_fn node, made when it is first wanted."""
        return self._late_node.widget

    @property
    def slices(self) -> SliceSection:
        """The section of a tensor's slices, made when it is first wanted."""
        return self._late_slices.widget

    def _make_node_section(self) -> NodeSection:
        section = NodeSection()
        section.why.evidence.connect(self.evidence)
        section.intervention_wanted.connect(self.intervention_wanted)
        section.undo_wanted.connect(self.undo_wanted)
        section.number_picked.connect(self.number_picked)
        section.set_theme(self._theme)
        return section

    def _make_slices(self) -> SliceSection:
        section = SliceSection()
        section.number_picked.connect(self.number_picked)
        section.set_theme(self._theme)
        return section

    # -- what is shown -------------------------------------------------------------------------

    @property
    def chosen(self) -> Choice | None:
        """What the combo box has: "parameter", "buffer" or "layer", and its name."""
        row = self.choice.currentIndex()
        return self._rows[row] if 0 <= row < len(self._rows) else None

    @property
    def node(self) -> Node | None:
        """The selected grad_fn node, which is shown instead; None if none is selected."""
        return self._graph.find(self._node)

    @property
    def tensors(self) -> tuple[SlicedTensor, ...]:
        """The tensors of what is shown, whole, as the last view state has them."""
        cursor = None if self._view_state is None else self._view_state.cursor
        layer = self._chosen_layer()
        return () if cursor is None else sliced_tensors(cursor, self.chosen, self.node, layer)

    def show_view_state(self, view_state: ViewState) -> None:
        """Show the chosen thing at the cursor."""
        self._view_state = view_state
        if not self.isVisible():
            return
        cursor = view_state.cursor
        self._offer(cursor.recording, cursor.layers)
        if self._shown.is_new(
            cursor.recording,
            cursor.position,
            self.chosen,
            self._node,
            view_state.settings,
            view_state.training,
            self._outputs,
            view_state.sample,
            view_state.full_precision,
            view_state.comparison,
            self.slices_on.isChecked(),
        ):
            self._show_chosen(view_state)
            self._light_up()

    def showEvent(self, event: QShowEvent) -> None:
        """Show the newest view state."""
        super().showEvent(event)
        if self._view_state is not None:
            self.show_view_state(self._view_state)

    def select(self, selection: Selection | None) -> None:
        """Show the selection; for a node, also choose its parameter or layer."""
        selection = selection or Selection("parameter", _FIRST[1])
        self._node = selection.key if selection.kind == "node" else None
        choice: Choice = (selection.kind, selection.key)
        if selection.kind == "module":
            choice = first_of(selection, self._rows) or self._wanted
        if selection.kind == "node" and len(selection.parameters) == 1:
            choice = ("parameter", next(iter(selection.parameters)))
        elif selection.kind == "node":
            state = self._view_state
            recording = None if state is None else state.cursor.recording
            choice = ("layer", layer_of_node(selection, recording))
        self._wanted = choice
        self._set_row()
        if self._view_state is not None:
            self.show_view_state(self._view_state)

    def set_actions(self, actions: Mapping[str, QAction]) -> None:
        """Let the search find the window's commands too."""
        self.search.set_commands(actions.values())

    def show_outputs(self, outputs: Mapping[str, int]) -> None:
        """Show the same outputs of layers as the network panel, ``NetworkView.outputs``."""
        self._outputs = dict(outputs)
        if self._view_state is not None:
            self.show_view_state(self._view_state)

    def mark_numbers(self, marks: NumberMarks | None) -> None:
        """Light up the numbers that take part in the one that is explained."""
        self._marks = marks
        self._light_up()

    def _light_up(self) -> None:
        state, marks = self._view_state, self._marks
        if state is None or marks is None or state.cursor.recording.serial != marks.serial:
            marks = None
        tables = self.update_section.table.rows, self.tensor.table.rows
        for part in (self.gradient.chart, *tables, self._late_slices.made):
            if part is not None:
                part.mark_numbers(marks)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        sections = (self.gradient, self.update_section, self.state_section, self.tensor, self.why)
        late = (self._late_node.made, self._late_slices.made)
        for section in (self.search, self.comparison, *sections, self.input, *late):
            if section is not None:
                section.set_theme(theme)

    # -- the choice ----------------------------------------------------------------------------

    def _offer(self, recording: Recording, network: LayerGraph) -> None:
        """Fill the combo box if the network has other parameters or layers than before."""
        # An iteration has no layers before its forward pass: keep the previous ones.
        self._layers = network.layers or not_run(self._layers, len(recording.events))
        self._graph = recording.graph if recording.graph.nodes else self._graph
        self.search.show_recording(recording)
        rows = rows_of(recording, self._layers)
        if rows == self._rows:
            return
        self._rows = rows
        named = enumerate(recording.parameters)
        self._first_row = next((row for row, one in named if one.value.size), 0)
        self.choice.clear()
        for row, choice in enumerate(rows):
            if choice is None:
                self.choice.insertSeparator(row)
            else:
                self.choice.addItem(choice[1])
        self._set_row()

    def _set_row(self) -> None:
        """Set the combo box to the wanted choice, or to the first one."""
        known = self._wanted in self._rows
        self.choice.setCurrentIndex(self._rows.index(self._wanted) if known else self._first_row)

    def _chosen_by_user(self) -> None:
        choice = self.chosen
        if choice is None:
            return
        self._wanted, self._node = choice, None
        if self._view_state is not None:
            self.show_view_state(self._view_state)
        if choice[0] != "buffer":
            self.picked.emit(*choice)

    def _found(self, kind: SelectionKind, key: str) -> None:
        """Show what the search found, and emit it."""
        if self._view_state is not None:
            self.select(select(self._view_state.cursor.recording, kind, key))
        self.picked.emit(kind, key)

    def _element_chosen(self, element: int) -> None:
        self._element = element
        choice = self.chosen
        if self._view_state is not None and choice is not None and choice[0] == "parameter":
            self.state_section.show_cursor(self._view_state, choice[1], element)

    # -- the sections --------------------------------------------------------------------------

    def _show_chosen(self, view_state: ViewState) -> None:
        choice, recording = self.chosen, view_state.cursor.recording
        self.choice.setToolTip(
            self.tr("Choose a parameter or a layer's tensor") if choice is None else choice[1]
        )
        for table in (self.update_section.table, self.tensor.table):
            table.set_full_precision(view_state.full_precision)
        self.comparison.show_tensors(view_state, self._compared_tensors())
        node = self.node
        tensors = sliced_tensors(view_state.cursor, choice, node, self._chosen_layer())
        if tensors and (self.slices_on.isChecked() or choice == ("buffer", tensors[0].name)):
            self.description.setText(tensors[0].name)
            full = view_state.full_precision
            self.slices.show_tensors(tensors, recording.serial, (view_state.sample,), full)
            self._pages.setCurrentIndex(3)
            return
        if node is not None:
            self.description.setText(node_line(node))
            self.node_section.show_cursor(view_state, node)
            self._pages.setCurrentIndex(2)
            return
        parameter = None if choice is None else recording.by_parameter.get(choice[1])
        if choice is not None and choice[0] == "parameter" and parameter is not None:
            group = group_text(recording, parameter.name)
            line = parameter_line(parameter)
            self.description.setText(f"{group} · {line}" if group else line)
            self.gradient.show_cursor(view_state.cursor, parameter.name)
            settings = view_state.settings if view_state.origin is None else None
            self.update_section.show_cursor(view_state.cursor, parameter.name, settings)
            self.state_section.show_cursor(view_state, parameter.name, self._element)
            self.why.show_cursor(view_state, "parameter", parameter.name)
            self._pages.setCurrentIndex(0)
            return
        layer = self._chosen_layer()
        if layer is None:
            self._pages.setCurrentIndex(4)
        else:
            self.description.setText(layer_line(view_state, layer))
            self.input.show_cursor(view_state.cursor, layer, view_state.sample)
            self.tensor.show_cursor(view_state.cursor, layer, view_state.sample)
            self._pages.setCurrentIndex(1)

    def _chosen_layer(self) -> Layer | None:
        """The layer that is chosen, with the output that the network panel shows."""
        choice = self.chosen
        layer = next((found for found in self._layers if choice == ("layer", found.name)), None)
        return None if layer is None else layer.showing(self._outputs.get(layer.name, -1))

    def _switch_slices(self) -> None:
        if self._view_state is not None:
            self.show_view_state(self._view_state)

    # -- comparing -----------------------------------------------------------------------------

    def compare(self, tensor: NamedTensor, index: tuple[int, ...]) -> None:
        """Show what a number was in what is compared with."""
        kind = "parameter" if tensor.kind in ("weight", "grad") else "layer"
        if self.chosen != (kind, tensor.name):
            self._wanted, self._node = (kind, tensor.name), None
            self._set_row()
            if self._view_state is not None:
                self.show_view_state(self._view_state)
        self.comparison.choose(tensor, index)

    def _compared_tensors(self) -> tuple[NamedTensor, ...]:
        """The chosen thing and its gradient."""
        return compared_tensors(self.chosen, self._chosen_layer())

    def _compare_bar(self, element: int) -> None:
        self._compare_element(self._compared_tensors()[1], element)

    def _compare_cell(self, element: int, name: str) -> None:
        value, gradient = self._compared_tensors()
        is_gradient = name.endswith(".grad") or name.startswith("∂")
        self._compare_element(gradient if is_gradient else value, element)

    def _compare_element(self, tensor: NamedTensor, element: int) -> None:
        """Ask what an element of what is shown was before."""
        view_state = self._view_state
        array = None if view_state is None else tensor.at(view_state.cursor)
        if view_state is None or array is None:
            return
        self.number_compared.emit(tensor, element_index(view_state, tensor, array, element))
