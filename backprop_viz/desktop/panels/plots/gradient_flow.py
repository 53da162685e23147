"""The gradient flow: each parameter's gradient norm and relative update."""

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from backprop_viz.analysis.cursor.clearing import before_last_clearing
from backprop_viz.analysis.selection import Selection
from backprop_viz.desktop.panels.plots.flow_bars import FlowBars
from backprop_viz.desktop.panels.plots.flow_layout import Flow, Norms
from backprop_viz.desktop.panels.plots.legend import HEADER_HEIGHT
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.numbers import short
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import Theme
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.told_measures import gradient_length, told_update_ratio
from backprop_viz.recording.iteration import Cursor


class GradientFlowPlot(Panel):
    """Bars of ‖grad‖ and dots of ‖Δw‖ / ‖w‖, one for each parameter.

    A click chooses the parameter (``picked``) and asks about its norm, or on the dot its ratio.
    """

    picked = Signal(str, object)
    number_picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        title = QCoreApplication.translate("GradientFlowPlot", "Gradient flow")
        super().__init__(title, parent)
        self.subtitle.hide()
        self._view_state: ViewState | None = None
        self._shown: Cursor | None = None
        self.readout = ElidedLabel(self._legend())
        self.readout.setProperty("role", "caption")
        self.readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.readout.setMinimumHeight(HEADER_HEIGHT)
        self.header.addWidget(self.readout, 1)
        self.bars = FlowBars()
        self.bars.setAccessibleName(title)
        self.bars.picked.connect(self._pick)
        self.bars.pointed.connect(self._read)
        self.body.addWidget(self.bars, 1)
        self._norms = Norms()
        self._final: tuple[Flow, ...] = ()  # at the end of the recording

    def show_view_state(self, view_state: ViewState) -> None:
        """Show the gradients at the cursor."""
        self._view_state = view_state
        cursor = view_state.cursor
        if not self.isVisible():
            return
        if self._shown is None or self._shown.recording != cursor.recording:
            self._final = self._norms.flows(cursor.recording.at(len(cursor.recording.events)))
        elif self._shown.position == cursor.position:
            return
        self._shown = cursor
        self.bars.show_flows(self._norms.flows(cursor), self._final)
        self._read(None)

    def showEvent(self, event: QShowEvent) -> None:
        """Show the newest view state."""
        super().showEvent(event)
        if self._view_state is not None:
            self.show_view_state(self._view_state)

    def select(self, selection: Selection | None) -> None:
        """Mark the selected parameters."""
        self.bars.select(frozenset() if selection is None else selection.parameters)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.bars.set_theme(theme)

    def _pick(self, name: str, on_dot: bool) -> None:
        """Choose a parameter, and ask about its bar or its dot."""
        self.picked.emit("parameter", name)
        if self._view_state is None or self._view_state.training:
            return
        cursor = self._view_state.cursor
        given = before_last_clearing(cursor)
        number = told_update_ratio(cursor, name) if on_dot else gradient_length(given, name)
        if number is not None:
            self.number_picked.emit(number)

    def _read(self, flow: object) -> None:
        self.readout.setText(self.reading(flow) if isinstance(flow, Flow) else self._legend())
        told = [flow] if isinstance(flow, Flow) else self.bars.flows
        self.bars.setAccessibleDescription("\n".join(self.reading(each) for each in told))

    def _legend(self) -> str:
        if self._shown is not None and before_last_clearing(self._shown) != self._shown:
            return self.tr("bars ‖grad‖ before zero_grad · dots ‖Δw‖ / ‖w‖")
        return self.tr("bars ‖grad‖ · dots ‖Δw‖ / ‖w‖")

    def reading(self, flow: Flow) -> str:
        """A parameter's numbers in one line."""
        if flow.grad is None:
            return self.tr("{name}: .grad is None").format(name=flow.name)
        grad = short(flow.grad)
        if flow.ratio is None:
            return self.tr("{name}: ‖grad‖ {grad}").format(name=flow.name, grad=grad)
        return self.tr("{name}: ‖grad‖ {grad} · ‖Δw‖ / ‖w‖ {ratio}").format(
            name=flow.name, grad=grad, ratio=short(flow.ratio)
        )
