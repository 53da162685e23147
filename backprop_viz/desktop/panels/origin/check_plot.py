"""What both plots of a gradient check share: fixed axes, a crosshair, and a readout."""

import math

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from backprop_viz.desktop.panels.plots.axes import NamedAxis
from backprop_viz.desktop.panels.plots.plot_parts import (
    PlotReadout,
    colour_plot,
    place_under,
    set_up_plot,
)
from backprop_viz.desktop.style.theme import DARK, Theme
from backprop_viz.recording.explanations.number_explanation import GradientCheck


class CheckPlot(pg.PlotWidget):
    """A plot whose points can be read one by one, with the mouse or with Left and Right.

    A kind of plot says what its points are: ``_places`` in the order of x, and ``_reading``.
    """

    def __init__(self, bottom: NamedAxis, left: NamedAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent, axisItems={"bottom": bottom, "left": left}, enableMenu=False)
        self._bottom, self._left = bottom, left
        self._theme = DARK
        self._check: GradientCheck | None = None
        self._at: int | None = None
        set_up_plot(self)
        plot = self.getPlotItem()
        self._line = pg.PlotCurveItem(connect="finite", antialias=True)
        self._cross = pg.ScatterPlotItem(size=9, pxMode=True, brush=None)
        for item, z in ((self._line, 0), (self._cross, 9)):
            item.setZValue(z)
            plot.addItem(item, ignoreBounds=True)
        self._readout = PlotReadout(self)

    def show_check(self, check: GradientCheck | None) -> None:
        """Show as much of a check as there is; None: nothing."""
        self._check = check
        for axis in (self._bottom, self._left):
            axis.setStyle(showValues=check is not None)  # no numbers without a curve
        self._draw()
        self.read(self._at)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        colour_plot(self, theme, grid=("left",))
        self._readout.follow_text_size()
        self._cross.setPen(pg.mkPen(theme.text, width=1))
        self._draw()

    # -- what a kind of plot does ----------------------------------------------------------------

    def _draw(self) -> None:
        raise NotImplementedError

    def _places(self) -> tuple[list[float], list[float]]:
        """The points (x, y) as they are plotted, in the order of x."""
        raise NotImplementedError

    def _reading(self, at: int) -> str:
        """What a point says."""
        raise NotImplementedError

    # -- the crosshair ---------------------------------------------------------------------------

    @property
    def reading(self) -> str:
        """What the point at the crosshair says; "" while it is hidden."""
        return self._readout.said

    def read(self, at: int | None) -> None:
        """Put the crosshair on a point by its place, or hide it."""
        x, y = self._places()
        self._at = at = None if at is None or not x else min(max(at, 0), len(x) - 1)
        there = at is not None and math.isfinite(y[at])
        self._cross.setVisible(there)
        if at is None:
            self._readout.hide()
            return
        if there:  # pyqtgraph asks for the bounds of its points, and of none but NaN it warns
            self._cross.setData([x[at]], [y[at]])
        self._readout.say(self._reading(at), x[at], y[at] if there else None)

    def _on_widget(self, x: float, y: float) -> QPointF:
        scene = self.getPlotItem().getViewBox().mapViewToScene(pg.Point(x, y))
        return QPointF(self.mapFromScene(scene))

    def _nearest(self, position: QPointF) -> int | None:
        """The place of the point nearest to a position, by x; None outside the axes."""
        place, (x, _) = place_under(self, position), self._places()
        if not x or place is None:
            return None
        return min(range(len(x)), key=lambda i: abs(x[i] - place.x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the point under the mouse."""
        super().mouseMoveEvent(event)
        if not event.buttons():
            self.read(self._nearest(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the crosshair."""
        super().leaveEvent(event)
        self.read(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the crosshair from point to point, or hide it."""
        count = len(self._places()[0])
        moves = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Home: -count,
            Qt.Key.Key_End: count,
        }
        if event.key() in moves and count:
            start = count // 2 if self._at is None else self._at
            self.read(start + moves[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Escape and self._at is not None:
            self.read(None)
        else:
            event.ignore()
