"""The losses of a race: a line for each lane, with a band over its seeds."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from backprop_viz.analysis.race_standings import LaneCurve, highest_shown
from backprop_viz.desktop.panels.plots.axes import NamedAxis
from backprop_viz.desktop.panels.plots.plot_parts import (
    EmptyPlotText,
    PlotReadout,
    colour_plot,
    place_under,
    set_up_plot,
)
from backprop_viz.desktop.panels.race.lane_pens import lane_colour, lane_pen
from backprop_viz.desktop.style.numbers import short
from backprop_viz.desktop.style.theme import DARK, Theme

# A lane that leaves the plot has its mark just below the upper edge.
_BELOW_TOP = 0.96


class RacePlot(pg.PlotWidget):
    """Follows a race; the mouse, or Left and Right, read all lanes at an iteration.

    ``asked`` carries the iteration that is read, when it is clicked or Enter is pressed.
    """

    asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        translate = QCoreApplication.translate
        self._bottom = NamedAxis("bottom", translate("RacePlot", "iteration"), whole=True)
        self._left = NamedAxis("left", translate("RacePlot", "loss"))
        super().__init__(
            parent, axisItems={"bottom": self._bottom, "left": self._left}, enableMenu=False
        )
        self.setObjectName("racePlot")
        self.setAccessibleName(self.tr("Losses of the race"))
        self.setToolTip(
            self.tr(
                "The loss of each lane, the mean of up to 10 iterations; a band is from the "
                "lowest seed to the highest. Left and Right read an iteration."
            )
        )
        self._theme = DARK
        self._names: Sequence[str] = ()
        self._curves: Sequence[LaneCurve] = ()
        self._iterations = 1
        self._diverged: Sequence[tuple[int, ...]] = ()
        self._at: int | None = None
        self._log = False
        set_up_plot(self)
        plot = self.getPlotItem()
        self._lines: list[pg.PlotCurveItem] = []
        self._bands: list[pg.FillBetweenItem] = []
        self._edges: list[pg.PlotCurveItem] = []
        self._ends = pg.ScatterPlotItem(size=10, symbol="x", pxMode=True)
        self._cross = pg.InfiniteLine(angle=90)
        self._cross.setVisible(False)
        for item in (self._ends, self._cross):
            item.setZValue(8)
            plot.addItem(item, ignoreBounds=True)
        self._readout = PlotReadout(self)
        self._empty = EmptyPlotText(self)

    # -- what is shown ---------------------------------------------------------------------------

    def show_race(
        self,
        names: Sequence[str],
        curves: Sequence[LaneCurve],
        diverged: Sequence[tuple[int, ...]],
        iterations: int,
    ) -> None:
        """Show the curves of lanes, and where seeds of them diverged."""
        self._names, self._curves, self._iterations = names, curves, iterations
        self._diverged = diverged
        self._draw()
        self.read(self._at)

    def show_empty(self, text: str) -> None:
        """Say in the empty plot what it is for; "": there are curves."""
        self._empty.say(text)

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Make the axis of the losses logarithmic, or linear."""
        self._log = logarithmic
        self.getPlotItem().setLogMode(y=logarithmic)
        self._draw()
        self.read(self._at)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        colour_plot(self, theme, grid=("left",))
        self._readout.follow_text_size()
        self._cross.setPen(pg.mkPen(theme.muted, width=1))
        self._ends.setPen(pg.mkPen(theme.error, width=1))
        self._ends.setBrush(QColor(theme.error))
        self._draw()

    def _draw(self) -> None:
        self._have(len(self._curves))
        shown = [curve for curve in self._curves if len(curve.mean)]
        for side in ("bottom", "left"):
            self.getPlotItem().showAxis(side, bool(shown))
        top = highest_shown(shown)
        lows = [float(curve.low.min()) for curve in shown]
        positive = [low for low in lows if low > 0]
        bottom = 0.8 * min(positive, default=top / 100) if self._log else 0.0
        ends: list[tuple[float, float]] = []
        for lane, curve in enumerate(self._curves):
            x = np.arange(1, len(curve.mean) + 1)
            mean, low, high = (self._heights(y) for y in (curve.mean, curve.low, curve.high))
            self._lines[lane].setData(x, mean)
            self._lines[lane].setPen(lane_pen(self._theme, lane))
            band = lane_colour(self._theme, lane)
            band.setAlpha(48)
            self._bands[lane].setBrush(band)
            banded = len(x) > 0 and bool((curve.high > curve.low).any())
            self._bands[lane].setVisible(banded)
            for edge, y in zip(self._edges[2 * lane : 2 * lane + 2], (low, high), strict=True):
                edge.setData(x if banded else [], y if banded else [])
                edge.setPen(None)
            for iteration in self._diverged[lane] if len(x) else ():
                at = min(iteration, len(x))
                height = min(float(curve.high[at - 1]), _BELOW_TOP * top)
                ends.append((float(iteration), float(self._heights(np.array([height]))[0])))
        self._ends.setData(*zip(*ends, strict=True)) if ends else self._ends.clear()
        floor, ceiling = (float(y) for y in self._heights(np.array([bottom, top])))
        self._left.fit(floor, ceiling)
        view = self.getPlotItem().getViewBox()
        view.setRange(xRange=(0, max(2, self._iterations)), yRange=(floor, ceiling), padding=0)
        view.updateMatrix()

    def _heights(self, losses: NDArray[np.float64]) -> NDArray[np.float64]:
        if not self._log:
            return losses
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log10(np.maximum(losses, 1e-12))

    def _have(self, lanes: int) -> None:
        """Make as many lines and bands as there are lanes."""
        plot = self.getPlotItem()
        while len(self._lines) < lanes:
            edges = [pg.PlotCurveItem(), pg.PlotCurveItem()]
            line = pg.PlotCurveItem(antialias=True, connect="finite")
            band = pg.FillBetweenItem(*edges)
            for item, z in ((band, -2), (edges[0], -1), (edges[1], -1), (line, 2)):
                item.setZValue(z)
                plot.addItem(item, ignoreBounds=True)
            self._lines.append(line)
            self._bands.append(band)
            self._edges.extend(edges)
        while len(self._lines) > lanes:
            edges = [self._edges.pop(), self._edges.pop()]
            for item in (self._lines.pop(), self._bands.pop(), *edges):
                plot.removeItem(item)

    # -- reading an iteration --------------------------------------------------------------------

    @property
    def reading(self) -> str:
        """What is said of the iteration that is read; "" for none."""
        return self._readout.said

    def read(self, at: int | None) -> None:
        """Read all lanes at an iteration, from 1, or none."""
        longest = max((len(curve.mean) for curve in self._curves), default=0)
        self._at = at = None if at is None or not longest else min(max(at, 1), longest)
        self._cross.setVisible(at is not None)
        if at is None:
            self._readout.hide()
            return
        self._cross.setPos(at)
        lines = [self.tr("iteration {0:,}").format(at)]
        for name, curve in zip(self._names, self._curves, strict=True):
            if at > len(curve.mean):
                continue
            mean, low, high = (short(y[at - 1]) for y in (curve.mean, curve.low, curve.high))
            text = self.tr("{0}: {1}") if low == high else self.tr("{0}: {1} ({2}…{3})")
            lines.append(text.format(name, mean, low, high))
        self._readout.say("\n".join(lines), at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the iteration under the mouse."""
        super().mouseMoveEvent(event)
        place = place_under(self, event.position())
        if not event.buttons() and place is not None:
            self.read(round(place.x()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask what the numbers of the iteration are that is read."""
        super().mousePressEvent(event)
        if event.button() is Qt.MouseButton.LeftButton and self._at is not None:
            self.asked.emit(self._at)

    def leaveEvent(self, event: QEvent) -> None:
        """Read nothing more."""
        super().leaveEvent(event)
        self.read(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Read the iteration before or after."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps and self._curves:
            step = steps[Qt.Key(event.key())]
            self.read(self._iterations if self._at is None else self._at + step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at is not None:
            self.asked.emit(self._at)
        else:
            event.ignore()
