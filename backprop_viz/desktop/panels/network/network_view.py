"""The network: each layer's activations, weights or gradients at the cursor."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QWidget

from backprop_viz.analysis.numbers.number_marks import NumberMarks
from backprop_viz.analysis.selection import Selection
from backprop_viz.desktop.panels.network.compare_button import CompareButton
from backprop_viz.desktop.panels.network.feature_maps import MODES, Mode
from backprop_viz.desktop.panels.network.lit_numbers import marked_output
from backprop_viz.desktop.panels.network.map_spots import Spot
from backprop_viz.desktop.panels.network.map_window import MapWindow
from backprop_viz.desktop.panels.network.mode_switch import mode_switch
from backprop_viz.desktop.panels.network.modules_page import (
    ModulesPage,
    has_modules_to_fold,
    maps_have_room,
)
from backprop_viz.desktop.panels.network.network_canvas import NetworkCanvas
from backprop_viz.desktop.panels.network.network_hints import tensor_name
from backprop_viz.desktop.panels.network.network_speaker import NetworkSpeaker
from backprop_viz.desktop.panels.network.network_state import (
    NetworkState,
    expected_layers,
    following_mode,
    state_of,
)
from backprop_viz.desktop.panels.network.sample_chooser import SampleChooser
from backprop_viz.desktop.panels.phases.phases import current_phase
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import DARK, Theme
from backprop_viz.desktop.texts.missing_texts import not_recorded_text
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.fold_switch import fold_icon, fold_switch
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.layers import LayerGraph
from backprop_viz.recording.trace.phases import Phase


class NetworkView(Panel):
    """The layers as columns of maps: their activations, weights or gradients.

    ``picked`` carries the layer or parameter that was selected. ``outputs_changed`` carries, by
    layer, the index of the operation whose output and gradient are shown; else its last one's are.
    """

    picked = Signal(str, object)
    number_picked = Signal(object)
    outputs_changed = Signal(object)
    breakpoint_toggled = Signal(object)
    number_compared = Signal(object, object)  # a NamedTensor and an index in it

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("NetworkView", "Network"), parent)
        self.mode: Mode = "activations"
        self._view_state: ViewState | None = None
        self._stale = False  # a view state came while the view was hidden
        self._phase: Phase | None = None
        self.pinned: int | None = None  # the iteration in which the user last chose a mode
        self._remembered = self._expected = LayerGraph()
        # The recording whose network the heading names, and its parameters: some are lazy at first.
        self._told = -1, 0
        self.outputs: dict[str, int] = {}
        self._unmarked: dict[str, int] | None = None  # the outputs before a number was explained
        self._of = self._showing = (
            LayerGraph()
        )  # a recording's layers, and the same with the chosen outputs
        self._theme = DARK
        self._map: MapWindow | None = None
        self._map_spot = Spot(0, 0, 0)
        self._map_rows = 1
        self.samples = SampleChooser()
        self.header.addWidget(self.samples)
        self.compare = CompareButton()
        self.header.addWidget(self.compare)
        self._state = NetworkState(LayerGraph(), None, "activations")
        self._folded: bool | None = None  # as the user chose; None: as there is room
        self.fold = fold_switch(
            "foldModules",
            self.tr("Fold the modules"),
            self.tr("Show the layers of each module as one box"),
        )
        self.fold.clicked.connect(self._choose_folded)
        self.header.addWidget(self.fold)
        switch, self._switch = mode_switch(self.mode)
        self.header.addWidget(switch)
        self._switch.idClicked.connect(self._choose_mode)
        self.canvas = NetworkCanvas()
        NetworkSpeaker(self.canvas)
        self.canvas.chosen.connect(self._choose)
        self.canvas.selected.connect(self._select)
        self.canvas.number_picked.connect(self.number_picked)
        self.canvas.output_wanted.connect(self.show_output)
        self.canvas.number_compared.connect(self.number_compared)
        self.canvas.breakpoint_toggled.connect(self.breakpoint_toggled)
        scroll = QScrollArea()
        scroll.setObjectName("networkScroll")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.canvas)
        scroll.viewport().setAutoFillBackground(False)
        self.canvas.setAutoFillBackground(False)
        self._scroll = scroll
        self.modules = ModulesPage()
        self.modules.canvas.selected.connect(self.picked)
        self._pages = QStackedWidget()
        self._pages.addWidget(scroll)
        self._pages.addWidget(self.modules)
        self.body.addWidget(self._pages, 1)

    # -- what is shown -----------------------------------------------------------------------

    def show_view_state(self, view_state: ViewState) -> None:
        """Show a view state; while hidden, only remember it."""
        self._view_state = view_state
        self.canvas.set_breakpoints(view_state.breakpoints)
        self.samples.show_view_state(view_state)
        self.compare.show_view_state(view_state)
        recording = view_state.cursor.recording
        layers = view_state.cursor.layers
        if layers.layers:
            self._remembered = layers
        # Training, and its end, which is after an update, do not change the mode.
        phase = Phase.UPDATE if view_state.training else current_phase(view_state)
        if self.pinned != recording.iteration:
            self.pinned = None
            if not view_state.training:
                self.set_mode(following_mode(self.mode, self._phase, phase))
        self._phase = phase
        self._stale = not self.isVisible()
        if not self._stale:
            self._refresh()

    def set_mode(self, mode: Mode) -> None:
        """Show activations, weights or gradients."""
        if mode == self.mode:
            return
        self.mode = mode
        self._switch.button(MODES.index(mode)).setChecked(True)
        self._stale = not self.isVisible()
        if not self._stale:
            self._refresh()

    def set_actions(self, actions: Mapping[str, QAction]) -> None:
        """Offer in the header what can be compared with."""
        self.compare.set_actions(actions)

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = theme
        self.canvas.set_theme(theme)
        self.modules.canvas.set_theme(theme)
        self.fold.setIcon(fold_icon(theme))
        if self._map is not None:
            self._map.set_theme(theme)

    def select(self, selection: Selection | None) -> None:
        """Mark the layers that belong to the selection."""
        names = frozenset() if selection is None else selection.layers
        self.canvas.set_selected(names)
        self.modules.canvas.set_selected(names)
        here = [y.name for y in self._state.layers.layers if y.name in names]
        if here and not self._stale:
            self._reveal(here[0])
        elif selection is None:
            self.modules.horizontalScrollBar().setValue(0)

    def mark_numbers(self, marks: NumberMarks | None) -> None:
        """Light up the numbers that take part in the one that is explained."""
        before = self.canvas.marks
        self.canvas.mark_numbers(marks)
        # Again when the terms come: then more is lit up.
        if marks is not None and (before is None or before.tensors.keys() != marks.tensors.keys()):
            self._follow(marks)
        if marks is None:
            self._show_unmarked_outputs()
        if self._map is not None:
            self._map.light_up(marks)

    def _follow(self, marks: NumberMarks) -> None:
        """Show what the number that is explained is one of: activations, or gradients."""
        shown = None if self._view_state is None else self._view_state.cursor.recording
        event = marks.number.event
        if shown is None or shown.serial != marks.serial or event is None:
            return
        phase = shown.events[event].phase
        if phase in (Phase.FORWARD, Phase.LOSS):
            self.set_mode("activations")
        elif phase is Phase.BACKWARD:
            self.set_mode("gradients")
        self._show_marked_outputs(marks)

    def _show_marked_outputs(self, marks: NumberMarks) -> None:
        """Show of each layer an output that is lit up, if it has one and another is shown."""
        if self.is_folded:
            return
        found = {
            layer.name: index
            for layer in self.canvas.layers
            if (index := marked_output(self.canvas.state, layer, marks)) is not None
        }
        if found:
            if self._unmarked is None:
                self._unmarked = self.outputs
            self._show_outputs({**self.outputs, **found})

    def _show_unmarked_outputs(self) -> None:
        """Nothing is explained any more: show of each layer what was shown before."""
        before, self._unmarked = self._unmarked, None
        if before is not None and before != self.outputs:
            self._show_outputs(before)

    def _show_outputs(self, outputs: dict[str, int]) -> None:
        self.outputs = outputs
        self._of = self._showing = LayerGraph()
        self.outputs_changed.emit(outputs)
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Show what came while the view was hidden."""
        super().showEvent(event)
        if self._stale:
            self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold or unfold as there is room, unless the user chose."""
        super().resizeEvent(event)
        if not self._stale and self.is_folded != (self._pages.currentIndex() == 1):
            self._refresh()

    def _refresh(self) -> None:
        if self._view_state is None:
            return
        self._stale = False
        before = self._state
        state = state_of(self._view_state, self.mode, self._remembered)
        state = replace(state, layers=self._as_chosen(state.layers))
        expected = expected_layers(self._view_state)
        self._expected = expected if expected.layers else state.layers
        self._show_pages(state)
        recording = self._view_state.cursor.recording
        if self._told != (recording.serial, len(recording.parameters)):
            self._tell_size(recording)
        if state.current is not None and state.current != before.current:
            self._reveal(state.current)
        if self._map is not None:
            self._update_map()

    @property
    def is_folded(self) -> bool:
        """Whether the modules are shown as boxes: by choice, or as the layers have no room."""
        if self._folded is not None:
            return self._folded
        return not maps_have_room(self._expected, self._pages.size())

    def _choose_folded(self) -> None:
        self._folded = self.fold.isChecked()
        self._refresh()

    def _show_pages(self, state: NetworkState) -> None:
        """Show the network as columns of maps or as boxes of modules."""
        self._state = state
        folded = self.is_folded
        self.fold.setChecked(folded)
        self.fold.setVisible(folded or has_modules_to_fold(state.layers))
        self._pages.setCurrentIndex(1 if folded else 0)
        if folded:
            self.modules.canvas.show_state(state, self._pages.width())
        else:
            self.canvas.show_state(state)

    def show_output(self, layer: str, index: int) -> None:
        """Show the output of another of a layer's operations, and its gradient."""
        if self.outputs.get(layer) == index:
            return
        self._unmarked = None  # the user chose: that stays
        self.picked.emit("layer", layer)
        self._show_outputs({**self.outputs, layer: index})

    def _as_chosen(self, layers: LayerGraph) -> LayerGraph:
        """A recording's layers with the chosen outputs; the same object until something changes."""
        if layers != self._of:
            self._of, self._showing = layers, layers.showing(self.outputs)
        return self._showing

    def _tell_size(self, recording: Recording) -> None:
        self._told = recording.serial, len(recording.parameters)
        count = sum(parameter.value.size for parameter in recording.parameters)
        text = self.tr("{name} · {count} parameters")
        text = text.format(name=recording.model, count=f"{count:,}")
        self.subtitle.shorter = recording.model
        self.subtitle.setText(text if recording.model else "")  # before anything is recorded

    def _reveal(self, layer: str) -> None:
        """Scroll to the layer at the cursor if the network is wider than the panel."""
        if self.is_folded:
            self.modules.reveal(layer)
            return
        names = [y.name for y in self.canvas.layers]
        column = self.canvas.columns()[names.index(layer)]
        content = column.content.center().toPoint()
        self._scroll.ensureVisible(content.x(), content.y(), 80, 40)
        # Where not all of it has room, its name is what is seen.
        bar = self._scroll.verticalScrollBar()
        bar.setValue(min(bar.value(), round(column.header.top())))

    # -- choosing ----------------------------------------------------------------------------

    def _choose_mode(self, index: int) -> None:
        if self._view_state is not None:
            self.pinned = self._view_state.cursor.recording.iteration
        self.set_mode(MODES[index])

    def _select(self, spot: Spot) -> None:
        """Select the layer or the parameter of a map."""
        blocks = self.canvas.blocks_of(spot.column)
        parameter = blocks[spot.block].parameter if spot.block < len(blocks) else None
        if parameter is None:
            self.picked.emit("layer", self.canvas.layers[spot.column].name)
        else:
            self.picked.emit("parameter", parameter)

    def _choose(self, spot: Spot) -> None:
        """Select a map's layer or parameter, and show the map large."""
        self._select(spot)
        self._map_spot, self._map_rows = spot, self.canvas.state.rows
        if self._map is None:
            self._map = MapWindow(self._theme, self)
            self._map.closed.connect(self._forget_map)
            self._map.turned.connect(self._turn_map)
            self._map.output_wanted.connect(self._show_other)
            self._map.number_compared.connect(self._compare_in_map)
            self._map.number_clicked.connect(self._pick_in_map)
        self._update_map()
        if self._map is not None:
            self._map.open()

    def _turn_map(self, index: int) -> None:
        self._map_spot = Spot(self._map_spot.column, self._map_spot.block, index)
        self.canvas.focus_spot(self._map_spot)
        self._update_map()

    def _compare_in_map(self, index: tuple[int, ...]) -> None:
        self.number_compared.emit(self.canvas.tensor_at(self._map_spot), index)

    def _pick_in_map(self, index: tuple[int, ...]) -> None:
        """Ask where a number of the enlarged map comes from; the map makes room for the answer."""
        origin = self.canvas.origin_at(self._map_spot)
        if origin is not None and self._map is not None:
            self._map.close()
            self.number_picked.emit(replace(origin, index=index))

    def _show_other(self) -> None:
        layer = self.canvas.layers[self._map_spot.column]
        self.show_output(layer.name, layer.next_shown)

    def _update_map(self) -> None:
        """Update the enlarged map; close it if its layer is gone."""
        assert self._map is not None
        blocks = self.canvas.blocks_of(self._map_spot.column)
        if not blocks:
            self._map.close()
            return
        self._keep_map_in_row(len(blocks))
        spot = self._map_spot
        block, state = blocks[spot.block], self.canvas.state
        span = self.canvas.range_of(spot.column, spot.block)
        layer = self.canvas.layers[spot.column]
        other = layer.showing(layer.next_shown).titled() if state.switchable(layer) else ""
        name = tensor_name(state, layer, block)
        full = self._view_state is not None and self._view_state.full_precision
        title = state.title(layer)
        beside = (blocks, spot.block) if state.rows > 1 else None
        why = "" if block.maps is not None or block.parameter is not None else state.missing(layer)
        told = not_recorded_text(why, name) if why else ""
        self._map.show_map(title, block, spot.map, span, other, name, full, beside, told)
        self._map.light_up(self.canvas.marks)

    def _keep_map_in_row(self, count: int) -> None:
        """Stay at a block that there is: at what is now, when a comparison begins or ends."""
        spot, rows = self._map_spot, self.canvas.state.rows
        block, before = spot.block, self._map_rows
        if rows > before:
            block += count // rows
        elif rows < before:
            block %= count
        self._map_rows = rows
        self._map_spot = replace(spot, block=min(block, count - 1))

    def _forget_map(self) -> None:
        if self._map is not None:
            self._map.deleteLater()
            self._map = None
            self.canvas.setFocus(Qt.FocusReason.PopupFocusReason)
