"""The table of tensors: what each was in its last iteration."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from backprop_viz.analysis.health_series import HealthSeries
from backprop_viz.desktop.panels.network.feature_maps import shape_text
from backprop_viz.desktop.style.language import translate
from backprop_viz.desktop.style.numbers import short
from backprop_viz.desktop.style.theme import DARK, Theme
from backprop_viz.desktop.widgets.cell_copier import NUMBER_ROLE

_Index = QModelIndex | QPersistentModelIndex
NAME_COLUMN = 0
_MEASURES = ("norm", "mean", "low", "high", "zeros")


def tensor_text(series: HealthSeries) -> str:
    """Which of a module's or a parameter's tensors it is."""
    name = series.name or translate("health", "the network")
    if series.role == "output_grad":
        return translate("health", "{0}: gradient of the output").format(name)
    if series.role == "grad":
        return translate("health", "{0}.grad").format(name)
    if series.role == "weight":
        return translate("health", "{0} after the update").format(name)
    return translate("health", "{0}: output").format(name)


class HealthModel(QAbstractTableModel):
    """A row for each tensor; those that were not finite are marked, with the first iteration."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.series: tuple[HealthSeries, ...] = ()
        self.theme: Theme = DARK

    def show_series(self, series: tuple[HealthSeries, ...]) -> None:
        """Show the tensors; where there are as many as before, only their numbers are new."""
        if len(series) == len(self.series):
            self.series = series
            if series:
                last = self.index(len(series) - 1, self.columnCount() - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self.series = series
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """The tensors."""
        return 0 if parent.isValid() else len(self.series)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Name, shape, the measures, and since when it is not finite."""
        return 0 if parent.isValid() else len(_MEASURES) + 3

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The columns' titles."""
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        titles = (
            translate("health", "tensor"),
            translate("health", "shape"),
            translate("health", "norm"),
            translate("health", "mean"),
            translate("health", "min"),
            translate("health", "max"),
            translate("health", "zeros"),
            translate("health", "NaN/inf since"),
        )
        return titles[section]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell's text, in the error's colour where the tensor was not finite."""
        series = self.series[index.row()]
        since = series.first_not_finite
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(self.theme.error) if since is not None else None
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() > 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        measured = 1 < index.column() < self.columnCount() - 1
        if role == NUMBER_ROLE and measured:
            return float(series.values[_MEASURES[index.column() - 2]][-1])
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if index.column() == NAME_COLUMN:
            return tensor_text(series)
        if index.column() == 1:
            return shape_text(series.shape)
        if index.column() == self.columnCount() - 1:
            return "" if since is None else f"{since:,}"
        measure = _MEASURES[index.column() - 2]
        value = series.values[measure][-1]
        return f"{value:.1%}" if measure == "zeros" and value == value else short(value)
