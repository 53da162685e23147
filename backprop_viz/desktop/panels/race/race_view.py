"""The panel of races: lanes and their results as a table, the losses as a picture."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QProgressBar,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QWidget,
)

from backprop_viz.analysis.race_standings import RaceStandings
from backprop_viz.desktop.panels.race.lane_dialog import LaneDialog
from backprop_viz.desktop.panels.race.lane_pens import lane_icon
from backprop_viz.desktop.panels.race.race_presets import (
    five_seeds,
    learning_rates,
    tutorial_optimizers,
)
from backprop_viz.desktop.panels.race.race_texts import (
    lane_text,
    race_ended_text,
    result_numbers,
    result_texts,
    seeds_text,
    told_reading,
    told_result,
)
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import DARK, Theme
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.cell_copier import NUMBER_ROLE, CellCopier
from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.desktop.widgets.late_widget import LateWidget
from backprop_viz.desktop.widgets.picture_button import PictureButton
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.requests.race import RaceLane, RaceRequest, RacerProgress
from backprop_viz.recording.settings.quantities import Quantity
from backprop_viz.recording.settings.run_settings import Settings

if TYPE_CHECKING:
    from backprop_viz.desktop.panels.race.race_plot import RacePlot

RACE_ITERATIONS = Quantity(1, 100_000, whole=True)
_USUAL_ITERATIONS = 200
_MOST_LANES = 12
_ROWS_SEEN = 5
_PARTS = 1000
_FIRST_NUMBER = 2  # the column of the loss


class RaceView(Panel):
    """Holds the lanes of the next race and shows the one that runs, or ran.

    ``wanted`` carries a RaceRequest; ``cancelled``: the race is to be left off.
    """

    wanted = Signal(object)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("RaceView", "Race"), parent)
        self._theme = DARK
        self._settings = Settings()
        self.running = False
        self.lanes: tuple[RaceLane, ...] = ()
        self.standings = RaceStandings(())
        self._raced = 0
        self._reason: Fact | None = None
        self.presets = self._menu_button()
        self.add = _button("raceAdd", self.tr("Add lane…"), self.add_lane)
        self.add.setToolTip(self.tr("Choose an optimizer, its rate and its seeds (Ins)"))
        self.remove = _button("raceRemove", self.tr("Remove"), self.remove_lane)
        self.remove.setToolTip(self.tr("Remove the chosen lane (Del)"))
        self.iterations = NumberField(RACE_ITERATIONS, self.tr("Iterations"), _USUAL_ITERATIONS)
        self.iterations.setObjectName("raceIterations")
        self.iterations.setFixedWidth(84)
        self.iterations.setToolTip(self.tr("How many iterations each run takes"))
        self.button = _button("raceStart", "", self.start_or_cancel)
        self.log = _button("raceLog", self.tr("Log"), None)
        self.log.setCheckable(True)
        self.log.setProperty("role", "switch")
        self.log.toggled.connect(self._show_scale)
        self.log.setAccessibleName(self.tr("Logarithmic losses"))
        self.log.setToolTip(self.tr("A logarithmic axis for the losses (L)"))
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, _PARTS)
        self.progress.setFixedWidth(120)
        self.progress.setAccessibleName(self.tr("Progress of the race"))
        self.table = QTableWidget(0, 6)
        self.table.setObjectName("raceTable")
        self.table.setAccessibleName(self.tr("Lanes and results"))
        self._late_plot = LateWidget(self._make_plot)
        self._lay_out()
        self._show()

    def _menu_button(self) -> QToolButton:
        button = _button("racePresets", self.tr("Presets"), None)
        button.setToolTip(self.tr("Lanes made from the settings of the run"))
        menu = QMenu(button)
        presets = (
            (self.tr("&Optimizers of the tutorial"), tutorial_optimizers),
            (self.tr("&Learning rates 0.001 … 1"), learning_rates),
            (self.tr("&Seeds 0–4"), five_seeds),
        )
        for title, lanes in presets:
            action = QAction(title, menu)
            action.triggered.connect(lambda _=False, lanes=lanes: self.use_preset(lanes))
            menu.addAction(action)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    def _lay_out(self) -> None:
        self.header.addWidget(self.progress)
        self.header.addWidget(self.log)
        caption = QLabel(self.tr("Iterations"))
        caption.setProperty("role", "caption")
        caption.setBuddy(self.iterations)
        row = QHBoxLayout()
        row.setSpacing(6)
        for widget in (self.presets, self.add, self.remove):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(caption)
        row.addWidget(self.iterations)
        row.addWidget(self.button)
        table = self.table
        columns = (
            (
                self.tr("Lane"),
                self.tr("Optimizer, learning rate and options: double click to change it (F2)"),
            ),
            (self.tr("Seeds"), self.tr("Each seed is a run of its own")),
            (self.tr("Loss"), self.tr("The mean training loss of the last 10 iterations")),
            (self.tr("Accuracy"), self.tr("On the validation set, after the last iteration")),
            (
                self.tr("Time"),
                self.tr("The time of the iterations themselves, without loading data"),
            ),
            (
                self.tr("Diverged at"),
                self.tr("The iteration whose loss was not finite; the run stops there"),
            ),
        )
        for column, (title, tip) in enumerate(columns):
            head = QTableWidgetItem(title)
            head.setToolTip(tip)
            table.setHorizontalHeaderItem(column, head)
        table.verticalHeader().hide()
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(64)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setHighlightSections(False)
        CellCopier(table)
        table.cellClicked.connect(self._tell)
        table.cellDoubleClicked.connect(lambda row, _: self.change_lane(row))
        table.itemSelectionChanged.connect(self._show_buttons)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 10)
        self._late_plot.setMinimumHeight(100)
        self.body.addLayout(row)
        self.body.addWidget(self._late_plot, 1)
        self.body.addWidget(table)

    @property
    def plot(self) -> "RacePlot":
        """The picture, made when it is first needed."""
        return self._late_plot.widget

    def _make_plot(self) -> "RacePlot":
        # Imported here: pyqtgraph would take a third of the time in which a window opens.
        from backprop_viz.desktop.panels.race.race_plot import RacePlot

        plot = RacePlot()
        plot.set_theme(self._theme)
        plot.set_logarithmic(self.log.isChecked())
        plot.show_empty(self._what_to_do())
        plot.asked.connect(lambda at: self.subtitle.setText(told_reading(at)))
        return plot

    # -- what is shown ---------------------------------------------------------------------------

    def show_view_state(self, view_state: ViewState) -> None:
        """Remember the settings of the run, which lanes begin with."""
        self._settings = view_state.settings

    def set_actions(self, actions: Mapping[str, QAction]) -> None:
        """Offer to save the picture."""
        self.header.insertWidget(2, PictureButton(actions["actionSavePanelPicture"]))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        if self._late_plot.made is not None:
            self._late_plot.made.set_theme(theme)
        self._show()

    def show_news(
        self, racers: Sequence[RacerProgress], share: float, reason: Fact | None = None
    ) -> None:
        """Take in how the race goes on; ``share`` 1: it is over. One that has ended stays so."""
        self.standings.take(racers)
        self._reason = reason or self._reason
        self.running = share < 1.0 and self._reason is None
        self.progress.setValue(round(share * _PARTS))
        self._show()

    def end(self, reason: Fact) -> None:
        """The race is over before its end."""
        self.running = False
        self._reason = reason
        self._show()

    def _show(self) -> None:
        lanes = self.lanes
        raced = self.standings.lanes == lanes and self._raced > 0
        if self.table.rowCount() != len(lanes):
            self.table.setRowCount(len(lanes))
        rows = min(len(lanes), _ROWS_SEEN) * self.table.verticalHeader().defaultSectionSize()
        self.table.setFixedHeight(self.table.horizontalHeader().sizeHint().height() + rows + 4)
        results = [self.standings.result(i) for i in range(len(lanes))] if raced else []
        for row, lane in enumerate(lanes):
            texts, numbers = ("–", "–", "–", ""), (math.nan,) * 3
            if raced:
                texts = result_texts(results[row], len(lane.seeds))
                numbers = result_numbers(results[row])
            told = (math.nan, math.nan, *numbers, math.nan)
            for column, text in enumerate((lane_text(lane), seeds_text(lane), *texts)):
                item = self._write(row, column, text)
                item.setIcon(QIcon() if column else lane_icon(self._theme, row))
                item.setData(NUMBER_ROLE, None if math.isnan(told[column]) else told[column])
        curves = [self.standings.curve(i) for i in range(len(lanes))] if raced else []
        diverged = [result.diverged for result in results]
        names = [lane_text(lane) for lane in lanes] if raced else []
        if self._late_plot.made is not None or raced:
            last = self._raced or int(self.iterations.value())
            self.plot.show_race(names, curves, diverged, last)
            begun = self.running or self._has_curves()
            self.plot.show_empty("" if raced and begun else self._what_to_do())
        self.subtitle.setText(self._said())
        self._show_buttons()

    def _write(self, row: int, column: int, text: str) -> QTableWidgetItem:
        item = self.table.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            self.table.setItem(row, column, item)
        if item.text() != text:
            item.setText(text)
            item.setToolTip(text)
        return item

    def _tell(self, row: int, column: int) -> None:
        """Say what the number is that was clicked."""
        item = self.table.item(row, column)
        value = None if item is None else item.data(NUMBER_ROLE)
        if value is not None:
            self.subtitle.setText(told_result(column - _FIRST_NUMBER, value))
        else:
            self.subtitle.setText(self._said())

    def _said(self) -> str:
        if self._reason is not None:
            return race_ended_text(self._reason, self._has_curves())
        if self.running:
            return self.tr("A process of its own runs the race; the run of the window goes on.")
        if any(len(lane.seeds) > 1 for lane in self.lanes) and self._raced:
            said = self.tr("{0:,} iterations each · a band is from the lowest seed to the highest")
            return said.format(self._raced)
        return self.tr("{0:,} iterations each").format(self._raced) if self._raced else ""

    def _has_curves(self) -> bool:
        lanes = range(len(self.standings.lanes))
        return any(self.standings.curve(lane).mean.size for lane in lanes)

    def _what_to_do(self) -> str:
        if self.lanes:
            return self.tr("Press Start: every lane trains the same net on the same data.")
        return self.tr("The same net and data under several settings: choose a preset.")

    def _show_buttons(self) -> None:
        running = self.running
        self.button.setText(self.tr("Cancel") if running else self.tr("Start"))
        self.button.setAccessibleName(self.button.text())
        tip = self.tr("Stop the race; the curves so far stay")
        if not running:
            tip = self.tr("Run every lane, side by side (Enter)")
        self.button.setToolTip(tip)
        self.button.setEnabled(running or bool(self.lanes))
        for widget in (self.presets, self.iterations):
            widget.setEnabled(not running)
        self.add.setEnabled(not running and len(self.lanes) < _MOST_LANES)
        self.remove.setEnabled(not running and self.table.currentRow() >= 0 and bool(self.lanes))
        self.progress.setVisible(running)

    def _show_scale(self) -> None:
        self.plot.set_logarithmic(self.log.isChecked())

    # -- what the user does ----------------------------------------------------------------------

    def use_preset(self, lanes: Callable[[Settings], tuple[RaceLane, ...]]) -> None:
        """Take ready-made lanes in place of those there are."""
        self._have(lanes(self._settings))

    def add_lane(self) -> None:
        """Ask for a lane more, which begins as the one chosen, or as the run."""
        row = self.table.currentRow()
        lane = RaceLane(self._settings, (self._settings.seed,))
        if 0 <= row < len(self.lanes):
            lane = self.lanes[row]
        self._ask(lane, lambda chosen: self._have((*self.lanes, chosen)))

    def change_lane(self, row: int) -> None:
        """Ask what a lane is to be."""
        if not self.running and 0 <= row < len(self.lanes):
            before, after = self.lanes[:row], self.lanes[row + 1 :]
            self._ask(self.lanes[row], lambda chosen: self._have((*before, chosen, *after)))

    def remove_lane(self) -> None:
        """Remove the lane that is chosen."""
        row = self.table.currentRow()
        if not self.running and 0 <= row < len(self.lanes):
            self._have((*self.lanes[:row], *self.lanes[row + 1 :]))

    def start_or_cancel(self) -> None:
        """What the button does."""
        if self.running:
            self.cancelled.emit()
            self.end(Fact("cancelled"))  # at once: its process may be starting still
        elif self.lanes and self.iterations.finish():
            self._raced = int(self.iterations.value())
            self.standings = RaceStandings(self.lanes)
            self.running, self._reason = True, None
            self.progress.setValue(0)
            self._show()
            self.wanted.emit(RaceRequest(self.lanes, self._raced))

    def _ask(self, lane: RaceLane, take: Callable[[RaceLane], None]) -> None:
        dialog = LaneDialog(lane, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(take)
        dialog.open()

    def _have(self, lanes: tuple[RaceLane, ...]) -> None:
        self.lanes, self._reason = lanes, None
        self._raced = self._raced if self.standings.lanes == lanes else 0
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter starts, Ins adds a lane, Del removes one, F2 changes it, L changes the axis."""
        calls: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Insert: self.add.click,
            Qt.Key.Key_Delete: self.remove.click,
            Qt.Key.Key_F2: lambda: self.change_lane(self.table.currentRow()),
            Qt.Key.Key_L: self.log.toggle,
        }
        if not self.running:
            calls |= {Qt.Key.Key_Return: self.button.click, Qt.Key.Key_Enter: self.button.click}
        call = calls.get(event.key())
        if call is None:
            super().keyPressEvent(event)
        else:
            call()


def _button(name: str, text: str, call: Callable[[], None] | None) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setText(text)
    button.setAccessibleName(text)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if call is not None:
        button.clicked.connect(call)
    return button
