"""The main window: where every panel sits. It composes; what the panels do is theirs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from backprop_viz.analysis.selection import Selection
from backprop_viz.desktop import qt_guard
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.drawing.batch_mark import BatchMark
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.panels.drawing.saliency_dialog import SaliencyDialog
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.phases.phase_bar import PhaseBar
from backprop_viz.desktop.panels.phases.phase_texts import next_step
from backprop_viz.desktop.panels.phases.timeline import TimelineView
from backprop_viz.desktop.panels.plots.plots import AccuracyPlot, GradientFlowPlot, LossPlot
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.theme import Theme
from backprop_viz.desktop.style.window_geometry import (
    apply_sizes,
    restore_place,
    restore_sizes,
    save_place,
    save_sizes,
)
from backprop_viz.desktop.toolbar import Toolbar
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.message_bar import MessageBar
from backprop_viz.desktop.widgets.notice_strip import NoticeStrip
from backprop_viz.desktop.widgets.progress_strip import ProgressStrip

# The shares of the first layout, and of View > Reset layout.
SHARES = {
    "rows": (640, 200),
    "columns": (290, 760, 300),
    "left": (280, 320),
    "middle": (320, 265),
    "plots": (540, 260, 540),
}
# Who takes how much of the room that comes or goes with the window's size.
STRETCH = {
    "rows": (4, 1),
    "columns": (1, 3, 1),
    "left": (1, 1),
    "middle": (4, 3),
    "plots": (2, 1, 2),
}


class FramePanel(Protocol):
    """What every panel can do."""

    def show_view_state(self, view_state: ViewState) -> None:
        """Show a frame."""

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""


class MainWindow(QMainWindow):
    """``session`` and ``may_close`` are set by the composer; the window itself only passes frames
    on.

    ``closing`` comes once, when the window is about to close. ``picked`` says what the user chose
    in a panel: the kind ("parameter", "layer" or "node") and its key.
    """

    closing = Signal()
    picked = Signal(str, object)

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.session: object | None = None
        self.may_close: Callable[[], bool] = lambda: True
        self.setWindowTitle("backprop_viz")
        self.toolbar = Toolbar(
            tuple(
                actions[name]
                for name in ("actionStep", "actionIteration", "actionTrain", "actionReset")
            ),
            actions["actionOptions"],
        )
        self.phase_bar = PhaseBar()
        self.messages = MessageBar()
        self.download_strip = ProgressStrip("downloadStrip")
        self.reading_strip = ProgressStrip("readingStrip")
        self.batch_mark = BatchMark()
        self.saliency = SaliencyDialog(self)
        self.hint = ElidedLabel(self.tr("Loading PyTorch…"))
        self.hint.setProperty("role", "muted")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.program = ProgramView()
        self.draw_panel = DrawPanel()
        self.draw_panel.set_tool_actions(
            actions["actionEraser"], actions["actionThinner"], actions["actionThicker"]
        )
        self.draw_panel.set_clear_action(actions["actionClearDrawing"])
        self.network = NetworkView()
        self.autograd = AutogradView()
        self.inspector = InspectorView()
        self.inspector.search.set_commands(actions.values())
        self.network.outputs_changed.connect(self.inspector.show_outputs)
        self.loss_plot = LossPlot()
        self.accuracy_plot = AccuracyPlot()
        self.gradient_flow = GradientFlowPlot()
        self.timeline = TimelineView()
        self.panels: tuple[FramePanel, ...] = (
            self.phase_bar,
            self.program,
            self.draw_panel,
            self.network,
            self.autograd,
            self.inspector,
            self.loss_plot,
            self.accuracy_plot,
            self.gradient_flow,
            self.timeline,
            self.batch_mark,
            self.saliency,
        )
        self._choosing = (
            self.program,
            self.network,
            self.autograd,
            self.inspector,
        )
        self._following_curves: tuple[FramePanel, ...] = (
            self.draw_panel,
            self.loss_plot,
            self.accuracy_plot,
            self.batch_mark,
            self.saliency,
        )
        self._view_state: ViewState | None = None
        self._due: list[FramePanel] = []
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._show_next)
        self._splitters: dict[str, QSplitter] = {}
        self._compose()
        for panel in (*self._choosing, self.gradient_flow):
            panel.picked.connect(self.picked)

    def _compose(self) -> None:
        down, across = Qt.Orientation.Vertical, Qt.Orientation.Horizontal
        columns = self._splitter(
            "columns",
            across,
            self._splitter("left", down, self.program, self.draw_panel),
            self._splitter("middle", down, self.network, self.autograd),
            self.inspector,
        )
        plots = self._splitter(
            "plots", across, self.loss_plot, self.accuracy_plot, self.gradient_flow
        )
        rows = self._splitter("rows", down, columns, plots)
        for name, shares in STRETCH.items():
            for i, share in enumerate(shares):
                self._splitters[name].setStretchFactor(i, share)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(10, 4, 10, 10)
        column.setSpacing(8)
        notices = NoticeStrip(
            self.hint, self.batch_mark, self.messages, (self.reading_strip, self.download_strip)
        )
        for widget in (self.toolbar, self.phase_bar, notices):
            column.addWidget(widget)
        column.addWidget(rows, 1)
        column.addWidget(self.timeline)
        self.setCentralWidget(page)
        # Not a settings box: there a stray key would change the run.
        self.toolbar.run_buttons[0].setFocus()
        self.reset_layout()

    def _splitter(self, name: str, direction: Qt.Orientation, *parts: QWidget) -> QSplitter:
        splitter = QSplitter(direction)
        splitter.setObjectName(name)
        splitter.setHandleWidth(8)
        for part in parts:
            splitter.addWidget(part)
        self._splitters[name] = splitter
        return splitter

    # -- what is shown -----------------------------------------------------------------------

    def show_view_state(self, view_state: ViewState) -> None:
        """Show a frame in every panel.

        While training runs, one panel after the other takes its turn, so that what the user does
        never waits for all of them; those that show the moment wait for a new one. When it stops
        all show it at once: the window would be painted at every turn, which takes longer.
        """
        before, self._view_state = self._view_state, view_state
        due: list[FramePanel]
        self.toolbar.show_view_state(view_state)
        if before is not None and view_state.training and _same_cursor(before, view_state):
            due = list(self._following_curves)
        else:
            due = list(self.panels)
        if view_state.training and (
            before is None or view_state.prediction is not before.prediction
        ):
            self.draw_panel.show_view_state(view_state)  # who draws watches what it is taken for
        if view_state.training:
            self._due = [*due, *(panel for panel in self._due if panel not in due)]
            self._turn.start()
        else:
            self._due = due
            while self._due:
                self._show_next()
        self.hint.setText(next_step(view_state))

    def _show_next(self) -> None:
        """Show the newest frame in the panel whose turn it is."""
        if self._view_state is not None and self._due:
            self._due.pop(0).show_view_state(self._view_state)
        if not self._due:
            self._turn.stop()

    def select(self, selection: Selection) -> None:
        """Mark what belongs to the selection in every panel."""
        for panel in self._choosing:
            panel.select(selection)

    def set_theme(self, theme: Theme) -> None:
        """Paint everything in a theme's colours."""
        qt_guard.use_colours(theme.panel, theme.muted)
        self.messages.set_theme(theme)
        for panel in self.panels:
            panel.set_theme(theme)

    # -- layout ------------------------------------------------------------------------------

    def reset_layout(self) -> None:
        """Give every panel its first size again."""
        for name, shares in SHARES.items():
            self._splitters[name].setSizes(list(shares))

    def save_layout(self, store: QSettings) -> None:
        """Keep the window's place and the panels' sizes for the next launch."""
        save_place(store, "window/place", self)
        for name, splitter in self._splitters.items():
            save_sizes(store, f"window/sizes/{name}", splitter)

    def restore_layout(self, store: QSettings) -> None:
        """Take up the layout of the last launch, where there was one."""
        restore_place(store, "window/place", self)
        for name, splitter in self._splitters.items():
            restore_sizes(store, f"window/sizes/{name}", splitter)

    def layout_state(self) -> dict[str, list[int]]:
        """The panels' sizes."""
        return {name: splitter.sizes() for name, splitter in self._splitters.items()}

    def apply_layout(self, state: Mapping[str, Sequence[int]]) -> None:
        """Give the panels the sizes that ``layout_state`` told of."""
        for name, splitter in self._splitters.items():
            apply_sizes(splitter, state.get(name, ()))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell, then close, unless there is a reason not to."""
        if not self.may_close():
            event.ignore()
            return
        self.closing.emit()
        super().closeEvent(event)


def _same_cursor(before: ViewState, view_state: ViewState) -> bool:
    """Whether a frame shows the same moment of the same run, only later."""
    return (
        before.cursor == view_state.cursor
        and before.settings == view_state.settings
        and before.program is view_state.program
        and before.training == view_state.training
        and before.breakpoints == view_state.breakpoints
    )
