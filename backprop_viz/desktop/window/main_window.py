"""The main window: it places the registered panels and passes view states on to them."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar, cast

from PySide6.QtCore import QEvent, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from backprop_viz.analysis.numbers.number_marks import NumberMarks
from backprop_viz.analysis.selection import Selection
from backprop_viz.desktop.panels.registry import (
    DOCKED,
    LAYOUT_NAMES,
    PAD_LAYOUT,
    ActionPanel,
    NumberMarkingPanel,
    NumberPickingPanel,
    PanelEntry,
    PanelPlace,
    PickingPanel,
    SelectingPanel,
    UrgentPanel,
    ViewPanel,
)
from backprop_viz.desktop.style.theme import Theme, text_scale
from backprop_viz.desktop.style.window_geometry import (
    keep_frame_on_screen,
    restore_place,
    save_place,
)
from backprop_viz.desktop.system import qt_guard
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.connection_strip import ConnectionStrip
from backprop_viz.desktop.widgets.message_bar import MessageBar
from backprop_viz.desktop.widgets.notice_strip import NoticeStrip
from backprop_viz.desktop.widgets.progress_strip import ProgressStrip
from backprop_viz.desktop.widgets.sideways import Sideways
from backprop_viz.desktop.window.dock_area import DockArea
from backprop_viz.desktop.window.dock_layout import places_from
from backprop_viz.desktop.window.layouts import Crowding, crowding_of, layout_tree, shown_in
from backprop_viz.desktop.window.lower_row import LowerRow
from backprop_viz.desktop.window.panel_dock import PanelDock
from backprop_viz.desktop.window.toolbar import Toolbar
from backprop_viz.recording.iteration import Recording

_SMALLEST = 640, 480  # pixels
# A stored layout has some thousand characters.
_LONGEST = 100_000

AnyPanel = TypeVar("AnyPanel", bound=QWidget)


class MainWindow(QMainWindow):
    """The window with its menus, its toolbar and the panels of ``entries``.

    The composer sets ``session`` and ``may_close``. ``closing`` is emitted once, just before the
    window closes. ``picked`` carries what the user selected in a panel: the kind ("parameter",
    "layer" or "node") and its key; after ``unpicked`` nothing is selected. ``number_picked``
    carries a Number or a ToldNumber that the user asked about, and the recording that it is of:
    the one that its panel shows; None for that at the cursor.
    """

    closing = Signal()
    picked = Signal(str, object)
    unpicked = Signal()
    number_picked = Signal(object, object)

    def __init__(self, actions: Mapping[str, QAction], entries: Sequence[PanelEntry]) -> None:
        super().__init__()
        self.session: object | None = None
        # The window that has taken this one's place.
        self.successor: MainWindow | None = None
        self.may_close: Callable[[], bool] = lambda: True
        self.setWindowTitle("backprop_viz")
        self.toolbar = Toolbar(
            tuple(
                actions[name]
                for name in ("actionStep", "actionIteration", "actionTrain", "actionReset")
            ),
            actions["actionOptions"],
        )
        self.messages = MessageBar()
        self.download_strip = ProgressStrip("downloadStrip")
        self.reading_strip = ProgressStrip("readingStrip")
        self.starting_strip = ProgressStrip("startingStrip")
        self.connection_strip = ConnectionStrip()
        self._entries = entries
        self._widgets = {entry.id: _made(entry) for entry in entries}
        self.panels = tuple(cast(ViewPanel, widget) for widget in self._widgets.values())
        self._seeing_every_state = tuple(
            panel
            for panel, entry in zip(self.panels, entries, strict=True)
            if entry.sees_every_state
        )
        for panel in self.panels:
            if isinstance(panel, ActionPanel):
                panel.set_actions(actions)
            if isinstance(panel, PickingPanel):
                panel.picked.connect(self.picked)
            if isinstance(panel, NumberPickingPanel):
                panel.number_picked.connect(
                    lambda number, panel=panel: self.number_picked.emit(
                        number, self.recording_in(panel)
                    )
                )
        self.toolbar.settings.number_picked.connect(
            lambda number: self.number_picked.emit(number, None)
        )
        self._view_state: ViewState | None = None
        self._recordings: dict[ViewPanel, Recording] = {}
        self._due: list[ViewPanel] = []
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._show_next)
        self._layouts: tuple[str, ...] = LAYOUT_NAMES
        self.layout_name = LAYOUT_NAMES[0]
        self._store_key = "window"
        self._framed = False
        self._crowding = Crowding.NONE
        # Not at once: the window is in the middle of laying itself out.
        self._room_changed = QTimer(self, interval=0, singleShot=True)
        self._room_changed.timeout.connect(self._fit_room)
        self._compose()
        self.docks.resized.connect(self._room_changed.start)
        # While a number is explained no panel goes elsewhere; afterwards it may.
        self.lower_row.dock.visibilityChanged.connect(self._fit_room_soon)

    def panel(self, kind: type[AnyPanel]) -> AnyPanel:
        """The panel of a class. Raises LookupError if the window has none."""
        for panel in self._widgets.values():
            if isinstance(panel, kind):
                return panel
        raise LookupError(f"no panel is a {kind.__name__}")

    def _compose(self) -> None:
        self._docked = tuple(entry for entry in self._entries if entry.place in DOCKED)
        # Made from the outside in: what comes into another widget is styled anew, with all in it.
        self.menuBar().setAccessibleName(self.tr("Menus"))
        page = QWidget(self)
        self.setCentralWidget(page)
        column = QVBoxLayout(page)
        column.setContentsMargins(10, 4, 10, 10)
        column.setSpacing(8)
        column.addWidget(self.toolbar)
        for row in self._in_place(PanelPlace.TOP):
            column.addWidget(Sideways(row, parent=page))
        strips = (
            self.connection_strip,
            self.reading_strip,
            self.starting_strip,
            self.download_strip,
        )
        column.addWidget(
            NoticeStrip(self._in_place(PanelPlace.NOTICE), self.messages, strips, page)
        )
        self.docks = DockArea({entry.id: self._widgets[entry.id] for entry in self._docked}, page)
        for entry in self._docked:
            self.docks.docks[entry.id].comes_in_front = entry.in_front
        docks_in = {
            place: [self.docks.docks[e.id] for e in self._docked if e.place is place]
            for place in (PanelPlace.PLOTS, PanelPlace.ORIGIN)
        }
        self.lower_row = LowerRow(
            self.docks,
            docks_in[PanelPlace.PLOTS],
            docks_in[PanelPlace.ORIGIN][0],
            self.docks.docks["drawPanel"],
        )
        column.addWidget(self.docks, 1)
        for row in self._in_place(PanelPlace.BOTTOM):
            column.addWidget(Sideways(row, parent=page))
        for widget in self._in_place(PanelPlace.WINDOW):
            widget.setParent(self, Qt.WindowType.Dialog)
        # Smaller than the panels need side by side: they share tabs then.
        self.setMinimumSize(*_SMALLEST)
        # Not a settings box: there a stray key would change the run.
        self.toolbar.run_buttons[0].setFocus()
        self.reset_layout()

    def _in_place(self, place: PanelPlace) -> list[QWidget]:
        return [self._widgets[entry.id] for entry in self._entries if entry.place is place]

    # -- what is shown -----------------------------------------------------------------------

    def show_view_state(self, view_state: ViewState) -> None:
        """Show a view state in every panel.

        While training runs, the panels take turns, one each time the event loop is idle, so that
        the user's input never waits for all of them; those that only depend on the cursor wait
        until it moves. When training stops, all of them are shown at once: with turns the window
        would be painted after each, which takes longer.
        """
        before, self._view_state = self._view_state, view_state
        self.toolbar.show_view_state(view_state)
        if before is not None and view_state.training and _same_cursor(before, view_state):
            due = list(self._seeing_every_state)
        else:
            due = list(self.panels)
        if view_state.training:
            for panel in self.panels:
                if isinstance(panel, UrgentPanel) and panel.is_urgent(view_state):
                    self._show_in(panel, view_state)
            self._due = [*due, *(panel for panel in self._due if panel not in due)]
            self._turn.start()
        else:
            self._due = due
            while self._due:
                self._show_next()

    def _show_next(self) -> None:
        """Show the newest view state in the panel whose turn it is."""
        if self._view_state is not None and self._due:
            self._show_in(self._due.pop(0), self._view_state)
        if not self._due:
            self._turn.stop()

    def _show_in(self, panel: ViewPanel, view_state: ViewState) -> None:
        panel.show_view_state(view_state)
        self._recordings[panel] = view_state.cursor.recording

    def recording_in(self, panel: ViewPanel) -> Recording | None:
        """The recording that a panel shows: while training runs it may be an earlier one."""
        return self._recordings.get(panel)

    @property
    def is_refreshing(self) -> bool:
        """Whether some panels have not shown the newest view state yet."""
        return self._turn.isActive()

    def is_large(self, dock: PanelDock) -> bool:
        """Whether a dock's panel takes all the room when it is opened."""
        return any(e.large and self._widgets[e.id] is dock.panel for e in self._entries)

    def select(self, selection: Selection | None) -> None:
        """Mark what belongs to the selection in every panel; None: nothing any more."""
        for panel in self.panels:
            if isinstance(panel, SelectingPanel):
                panel.select(selection)

    def mark_numbers(self, marks: NumberMarks | None) -> None:
        """Light up in every panel what takes part in a number; None: nothing any more."""
        for panel in self.panels:
            if isinstance(panel, NumberMarkingPanel):
                panel.mark_numbers(marks)

    def set_theme(self, theme: Theme) -> None:
        """Paint everything in a theme's colours."""
        qt_guard.use_colours(theme.panel, theme.muted)
        self.messages.set_theme(theme)
        self._room_changed.start()  # the size of text may be another one
        for panel in self.panels:
            panel.set_theme(theme)

    def leave_out_built_in(self) -> None:
        """Show only what concerns a run that the program did not make itself."""
        widgets = [self._widgets[entry.id] for entry in self._entries if entry.built_in]
        for widget in widgets:
            widget.setVisible(False)
        left_out: list[object] = [*widgets]
        self.panels = tuple(panel for panel in self.panels if panel not in left_out)
        self._seeing_every_state = tuple(
            panel for panel in self._seeing_every_state if panel not in left_out
        )
        self.toolbar.leave_out_settings()
        # A script's window lacks panels that other windows are to have again.
        self._store_key = "script_window"
        self._layouts = tuple(name for name in LAYOUT_NAMES if name != PAD_LAYOUT)
        self.show_layout("debug")

    # -- layout ------------------------------------------------------------------------------

    def reset_layout(self) -> None:
        """Place every panel as the layout in use has it at first."""
        self.show_layout(self.layout_name)

    def show_layout(self, name: str) -> None:
        """Place the panels as a ready-made layout does."""
        self.layout_name = name if name in LAYOUT_NAMES else LAYOUT_NAMES[0]
        shown = [
            id
            for id in shown_in(self._docked, self.layout_name)
            if self.docks.docks[id] is not self.lower_row.dock
        ]
        self._arrange(shown)

    def _arrange(self, shown: Sequence[str]) -> None:
        """Place the panels as the layout does where there is as much room as there is."""
        self._crowding = self._crowding_now()
        tree = layout_tree(self._docked, self.layout_name, self._crowding)
        self.docks.arrange(tree, shown)

    def _crowding_now(self) -> Crowding:
        if not self.docks.isVisible():
            return self._crowding
        return crowding_of(self.docks.width(), self.docks.height(), text_scale())

    def _fit_room_soon(self) -> None:
        self._room_changed.start()

    def _fit_room(self) -> None:
        """Put panels into tabs, or beside each other again, unless the user has moved any."""
        busy = self.docks.moved_by_user or self.docks.is_maximized or self.lower_row.explaining
        if not busy and self._crowding_now() is not self._crowding:
            docks = self.docks.docks.items()
            self._arrange([id for id, dock in docks if not dock.isHidden() or dock.waits])

    def save_layout(self, store: QSettings) -> None:
        """Store the window's place and the panels' places for the next launch."""
        save_place(store, "window/place", self)
        store.setValue(f"{self._store_key}/layout_name", self.layout_name)
        store.setValue(f"{self._store_key}/layout", json.dumps(self.layout_state()))
        # A panel that has nothing to show in this run is not one that was closed.
        waiting = [name for name, dock in self.docks.docks.items() if dock.waits]
        store.setValue(f"{self._store_key}/waiting", json.dumps(waiting))
        # Then only which panels are shown is restored: there may be more room, or less.
        store.setValue(f"{self._store_key}/as_arranged", self.docks.is_as_arranged)

    def restore_layout(self, store: QSettings) -> None:
        """Restore the layout of the last launch, if there was one."""
        restore_place(store, "window/place", self)
        name = store.value(f"{self._store_key}/layout_name")
        if name in LAYOUT_NAMES and name not in self._layouts:  # as before it was left out
            return
        if name in LAYOUT_NAMES:
            self.show_layout(str(name))
        layout = _read(store.value(f"{self._store_key}/layout"))
        waiting = _read(store.value(f"{self._store_key}/waiting"))
        waiting = waiting if isinstance(waiting, list) else []
        if store.value(f"{self._store_key}/as_arranged", False, bool):
            self._show_panels([*places_from(layout), *waiting])
            return
        self.apply_layout(layout)
        for name, dock in self.docks.docks.items():
            if name in waiting and not dock.wanted:
                self.docks.reveal(dock)

    def _show_panels(self, names: Collection[str]) -> None:
        """Show these panels, and those that have nothing to show yet, where the layout has them."""
        for name, dock in self.docks.docks.items():
            if names and dock is not self.lower_row.dock and dock.available:
                dock.wanted = name in names
                dock.setVisible(dock.wanted)

    def layout_state(self) -> dict[str, list[int]]:
        """The place of each dock that is shown, by the panel's id, as numbers to be stored."""
        return {name: place.numbers() for name, place in self.lower_row.places().items()}

    def apply_layout(self, state: object) -> None:
        """Place the panels as ``layout_state`` told; nothing if it tells of no panel."""
        self.lower_row.show_plots()
        self.docks.apply_places(places_from(state), layout_tree(self._docked, self.layout_name))

    def event(self, event: QEvent) -> bool:
        """Fit the screen as soon as the frame is known, which is when the window is activated."""
        done = super().event(event)
        if event.type() is QEvent.Type.WindowActivate and not self._framed:
            self._framed = True
            keep_frame_on_screen(self)
        return done

    def closeEvent(self, event: QCloseEvent) -> None:
        """Emit ``closing`` and close, unless ``may_close`` says no."""
        if not self.may_close():
            event.ignore()
            return
        self.closing.emit()
        super().closeEvent(event)


def _read(text: object) -> object:
    """What a stored text holds; None if it is damaged."""
    try:
        return json.loads(text) if isinstance(text, str) and len(text) < _LONGEST else None
    except (ValueError, RecursionError):
        return None


def _same_cursor(before: ViewState, view_state: ViewState) -> bool:
    """Whether two view states have the same cursor in the same run."""
    return (
        before.cursor == view_state.cursor
        and before.settings == view_state.settings
        and before.program == view_state.program
        and before.training == view_state.training
        and before.breakpoints == view_state.breakpoints
        and before.sample == view_state.sample
        and before.full_precision == view_state.full_precision
        and before.comparison == view_state.comparison
    )


def _made(entry: PanelEntry) -> QWidget:
    widget = entry.factory()
    widget.setObjectName(entry.id)
    return widget
