"""The loss along the straight line between two sets of weights."""

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from backprop_viz.desktop.panels.plots.axes import NamedAxis
from backprop_viz.desktop.panels.plots.plot_parts import (
    PlotReadout,
    colour_plot,
    place_under,
    set_up_plot,
)
from backprop_viz.desktop.style.numbers import short
from backprop_viz.desktop.style.theme import DARK, Theme
from backprop_viz.recording.requests.loss_surface import SurfacePlane

# How far the slope is drawn to either side, as a share of the line.
_SLOPE = 0.12
# Losses that differ by less than this factor have no logarithmic axis: it would have no numbers.
_NARROW = 4.0
# Around the points, as a share of their range.
_MARGIN = 0.04


class LinePlot(pg.PlotWidget):
    """Shows the points that are computed; one can be read with the mouse or the arrows."""

    read_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self._bottom, self._left = NamedAxis("bottom", ""), NamedAxis("left", self.tr("loss"))
        super().__init__(
            parent, axisItems={"bottom": self._bottom, "left": self._left}, enableMenu=False
        )
        self.setObjectName("linePlot")
        self.setAccessibleName(self.tr("Loss along a line"))
        self.setToolTip(
            self.tr(
                "The loss at each point of the line: 0 is the weights now, 1 the kept ones. The "
                "mouse or the arrow keys read a point."
            )
        )
        self._theme = DARK
        self.plane: SurfacePlane | None = None
        self.losses, self.known = np.empty(0), np.empty(0, bool)
        self._at: int | None = None
        self._logarithmic = True
        set_up_plot(self)
        plot = self.getPlotItem()
        plot.getViewBox().setDefaultPadding(_MARGIN)
        plot.enableAutoRange()
        self._curve = pg.PlotDataItem(antialias=True, symbol="o", symbolSize=5, connect="finite")
        self._slope = pg.PlotDataItem(antialias=True)
        where = {"position": 0.94, "movable": False}
        self._ends = [pg.InfiniteLine(at, angle=90, label=" ", labelOpts=where) for at in (0, 1)]
        self._cross = pg.ScatterPlotItem(size=11, pxMode=True, symbol="o")
        for item in (*self._ends, self._slope, self._curve):
            plot.addItem(item, ignoreBounds=item is not self._curve)
        # A scatter plot knows of no logarithmic scale: it is given the places on the axis.
        plot.addItem(self._cross, ignoreBounds=True)
        self._readout = PlotReadout(self)

    @property
    def reading(self) -> str:
        """What is said of the point that is read; "" where none is."""
        return self._readout.said

    def show_line(
        self, plane: SurfacePlane, losses: NDArray[np.float64], known: NDArray[np.bool_]
    ) -> None:
        """Show the losses (1, nx) of a line as far as they are known."""
        self.plane, self.losses, self.known = plane, losses[0], known[0]
        self._draw()
        self.read(self._at)

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Draw the logarithm of the loss, or the loss."""
        self._logarithmic = logarithmic
        self._draw()
        self.read(self._at)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        colour_plot(self, theme, grid=("bottom", "left"))
        self._readout.follow_text_size()
        self._curve.setPen(pg.mkPen(theme.accent, width=2))
        self._curve.setSymbolPen(None)
        self._curve.setSymbolBrush(QColor(theme.accent))
        self._slope.setPen(pg.mkPen(theme.positive, width=3))
        for line in self._ends:
            line.setPen(pg.mkPen(theme.muted, width=1, style=Qt.PenStyle.DashLine))
            line.label.setColor(QColor(theme.muted))
            line.label.fill = pg.mkBrush(theme.panel)
        self._cross.setPen(pg.mkPen(theme.text, width=2))
        self._cross.setBrush(QColor(theme.panel))

    def _draw(self) -> None:
        plane = self.plane
        if plane is None:
            return
        x, losses = plane.x[self.known], self.losses[self.known]
        finite = losses[np.isfinite(losses)]
        wide = finite.size and 0 < _NARROW * finite.min() < finite.max()
        log = self._logarithmic and bool(wide)
        self.getPlotItem().setLogMode(x=False, y=log)
        # pyqtgraph warns of points none of which is a finite number.
        self._curve.setData(x if finite.size else [], losses if finite.size else [])
        self._slope.setData([], [])
        kept = plane.axes[0].values[0]
        for end, text in zip(
            self._ends, (self.tr("now"), self.tr("iteration {0}").format(kept)), strict=True
        ):
            end.label.setFormat(text)
        if plane.gradient is not None and np.isfinite(plane.loss):
            # The derivative along the line: the gradient's coordinate is in lengths of it.
            slope = plane.gradient[0] * plane.lengths[0] ** 2
            far = _SLOPE * float(plane.x[-1] - plane.x[0])
            at = np.linspace(-far, far, 25)
            along = plane.loss + slope * at
            shown = along > 0 if log else np.ones(len(at), bool)
            self._slope.setData(at[shown], along[shown])
        if finite.size:
            low, high = (
                np.log10([finite.min(), finite.max()]) if log else (finite.min(), finite.max())
            )
            self._left.fit(float(low), float(high))

    # -- reading a point -------------------------------------------------------------------------

    def read(self, at: int | None) -> None:
        """Read the point at a place from the left, or none."""
        plane = self.plane
        self._at = at = None if plane is None or not self.known.any() else at
        self._cross.setVisible(False)
        if at is None or plane is None:
            self._readout.hide()
            self.read_changed.emit()
            return
        self._at = at = min(max(at, 0), len(plane.x) - 1)
        x, loss = float(plane.x[at]), float(self.losses[at])
        said = short(loss, 6) if self.known[at] else self.tr("not computed yet")
        text, y = self.tr("at {0}: loss {1}").format(f"{x:.3g}", said), None
        if self.known[at] and np.isfinite(loss):
            y = float(np.log10(loss)) if self._left.logMode else loss
            self._cross.setData([x], [y])
            self._cross.setVisible(True)
        self._readout.say(text, x, y)
        self.read_changed.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the point under the mouse."""
        super().mouseMoveEvent(event)
        place = place_under(self, event.position())
        if self.plane is not None and place is not None:
            self.read(int(np.abs(self.plane.x - place.x()).argmin()))

    def leaveEvent(self, event: QEvent) -> None:
        """Read nothing more."""
        super().leaveEvent(event)
        self.read(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the point that is read, or read none."""
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in moves and len(self.losses):
            middle = len(self.losses) // 2
            self.read(middle if self._at is None else self._at + moves[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Escape and self._at is not None:
            self.read(None)
        else:
            event.ignore()
