"""The health of a run's tensors: kept of iterations of which nothing else was recorded."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHeaderView, QLineEdit, QTableView

from backprop_viz.analysis.health_series import MEASURES
from backprop_viz.desktop.panels.health.health_model import NAME_COLUMN, HealthModel
from backprop_viz.desktop.style.language import translate
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import DARK, Theme, body_font
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.cell_copier import CellCopier

if TYPE_CHECKING:
    from backprop_viz.desktop.panels.health.health_plot import HealthPlot


class HealthView(Panel):
    """A table of tensors, and the one that is chosen over the iterations.

    Only there for a recording that has any. ``picked`` carries the parameter or the module that
    is chosen.
    """

    picked = Signal(str, object)

    def __init__(self) -> None:
        super().__init__(translate("health", "Health"))
        self._make_choices()
        self.header.addWidget(self.search)
        self.header.addWidget(self.measure)
        self.rows = HealthModel(self)
        self._found = QSortFilterProxyModel(self)
        self._found.setSourceModel(self.rows)
        self._found.setFilterKeyColumn(NAME_COLUMN)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search.textChanged.connect(self._found.setFilterFixedString)
        self._make_table()
        self.body.addWidget(self.table, 1)
        self.plot: HealthPlot | None = None
        self._view_state: ViewState | None = None
        self._theme = DARK
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        self.measure.currentIndexChanged.connect(lambda _: self._draw())
        self.set_theme(DARK)
        self.hide()  # until there is any

    def _make_choices(self) -> None:
        self.search = QLineEdit()
        self.search.setObjectName("findHealth")
        self.search.setPlaceholderText(translate("health", "Find…"))
        self.search.setAccessibleName(translate("health", "Find a tensor"))
        self.search.setToolTip(translate("health", "Show only tensors with this in their name"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(110)
        self.measure = QComboBox()
        self.measure.setObjectName("healthMeasure")
        self.measure.setAccessibleName(translate("health", "What is drawn"))
        self.measure.setToolTip(translate("health", "What is drawn of the tensor that is chosen"))
        titles = (
            translate("health", "norm"),
            translate("health", "mean"),
            translate("health", "min"),
            translate("health", "max"),
            translate("health", "zeros"),
        )
        for title, measure in zip(titles, MEASURES, strict=True):
            self.measure.addItem(title, measure)

    def _make_table(self) -> None:
        self.table = QTableView()
        self.table.setObjectName("healthTable")
        self.table.setProperty("role", "plain")
        self.table.setAccessibleName(translate("health", "Tensors in their last iteration"))
        self.table.setModel(self._found)
        CellCopier(self.table)
        self.table.setFont(body_font(12))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(22)
        header = self.table.horizontalHeader()
        header.setFont(body_font(11))
        header.setHighlightSections(False)
        header.setMinimumSectionSize(40)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for column in range(1, self.rows.columnCount()):
            header.resizeSection(column, 72)
        header.resizeSection(self.rows.columnCount() - 1, 96)
        header.setSectionResizeMode(NAME_COLUMN, QHeaderView.ResizeMode.Stretch)
        self.table.setMinimumHeight(60)

    def show_view_state(self, view_state: ViewState) -> None:
        """Show what is known of the tensors."""
        self._view_state = view_state
        self.setVisible(bool(view_state.health))
        if self.isVisible():
            self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Show what came while hidden."""
        super().showEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        if self._view_state is None or self._view_state.health is self.rows.series:
            return
        health = self._view_state.health
        self.rows.show_series(health)
        count = max((len(series.iterations) for series in health), default=0)
        text = translate("health", "{0} tensors · {1} iterations")
        self.subtitle.setText(text.format(f"{len(health):,}", f"{count:,}"))
        if health and not self.table.currentIndex().isValid():
            self.table.selectRow(0)
        self._draw()

    def _chosen(self, now: QModelIndex, before: QModelIndex) -> None:
        self._draw()
        series = self.rows.series
        if before.isValid() and now.isValid():  # chosen by somebody
            chosen = series[self._found.mapToSource(now).row()]
            kind = "parameter" if chosen.role in ("grad", "weight") else "module"
            self.picked.emit(kind, chosen.name)

    def _draw(self) -> None:
        index = self._found.mapToSource(self.table.currentIndex())
        if not index.isValid():
            return
        if self.plot is None:
            # Imported here: pyqtgraph would take a third of the time in which a window opens.
            from backprop_viz.desktop.panels.health.health_plot import HealthPlot

            self.plot = HealthPlot()
            self.plot.set_theme(self._theme)
            self.body.addWidget(self.plot, 1)
        self.plot.show_series(self.rows.series[index.row()], self.measure.currentData())

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = self.rows.theme = theme
        if self.plot is not None:
            self.plot.set_theme(theme)
