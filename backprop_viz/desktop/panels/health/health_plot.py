"""One measure of a tensor over the iterations."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from backprop_viz.analysis.health_series import HealthSeries
from backprop_viz.desktop.panels.plots.axes import NamedAxis
from backprop_viz.desktop.style.language import translate
from backprop_viz.desktop.style.theme import DARK, Theme


class HealthPlot(pg.PlotWidget):
    """A curve; iterations in which the tensor was not finite are marked below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._bottom = NamedAxis("bottom", translate("health", "iteration"), whole=True)
        self._left = NamedAxis("left", "")
        super().__init__(
            parent, axisItems={"bottom": self._bottom, "left": self._left}, enableMenu=False
        )
        self.setObjectName("healthPlot")
        self.setAccessibleName(translate("health", "The tensor over the iterations"))
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.setDownsampling(auto=True, mode="peak")
        plot.setClipToView(True)
        self._curve = plot.plot([], [], connect="finite")
        self._broken = pg.ScatterPlotItem(size=8, symbol="x")
        plot.addItem(self._broken)
        self.set_theme(DARK)

    def show_series(self, series: HealthSeries, measure: str) -> None:
        """Show another tensor, or more of the same."""
        values = series.values[measure]
        known = np.isfinite(values)
        self._curve.setData(series.iterations, np.where(known, values, np.nan))
        low = float(values[known].min()) if known.any() else 0.0
        broken = series.iterations[series.finite == 0]
        self._broken.setData(broken, np.full(len(broken), low))
        self.setAccessibleDescription(f"{measure}: {len(values)}")

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.setBackground(theme.panel)
        self._curve.setPen(pg.mkPen(theme.accent, width=1))
        self._broken.setPen(pg.mkPen(theme.error, width=2))
        for axis in (self._bottom, self._left):
            axis.setPen(pg.mkPen(theme.border))
            axis.setTextPen(pg.mkPen(theme.muted))
