"""One curve of a plot: its points, its line and its markers."""

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from backprop_viz.desktop.panels.plots.curve_row import CurveRow, is_faint, line_look
from backprop_viz.desktop.panels.plots.extremes import Doubles
from backprop_viz.desktop.panels.plots.told_points import CurvePoint
from backprop_viz.desktop.panels.plots.traces import Trace
from backprop_viz.desktop.style.theme import Theme
from backprop_viz.recording.run.history import Curves

# The most markers on a curve; with more points they are spread evenly.
_MARKS = 30
# The most points taken at once: an opened run may have any number, and the window must respond.
_AT_ONCE = 250_000
# A wide line is filled at a cost that grows with its length: a curve longer than this many
# heights of the plot would take longer than a refresh of the display.
_SMOOTH_HEIGHTS = 10.0


class Curve:
    """The line and markers of a trace in a plot."""

    def __init__(self, row: CurveRow, plot: pg.PlotWidget, z: float = 0) -> None:
        self.name = row.name
        self.trace = Trace(row.smoothing, row.scale)
        self.shown = True
        self.behind = False  # whether there are points that have not been taken yet
        self.marked = row.marked
        self.ink = QColor()  # of its name
        self._theme: Theme | None = None
        self._row = row
        self._drawn: object = None
        self._line = pg.PlotCurveItem(connect="finite")
        self._marks = pg.ScatterPlotItem(size=5, pen=None, pxMode=True)
        for item in (self._line, self._marks):
            item.setZValue(z)
            plot.addItem(item, ignoreBounds=True)

    def follow(self, curves: Curves) -> bool:
        """Take new points of a run, at most this many at once; returns whether there were any."""
        series, x = self._row.series(curves)
        most = (len(self.trace) if self.trace.continues(series) else 0) + _AT_ONCE
        self.behind = len(series) > most
        new = self.trace.follow(series[:most], None if x is None else x[:most])
        if new:
            self._drawn = None
            self._take_pen()
        return new

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        color = QColor(getattr(theme, self._row.color))
        self.ink = QColor(theme.muted) if self._row.faint else color
        self._theme = theme
        self._take_pen()

    def _take_pen(self) -> None:
        if self._theme is None:
            return
        color, width = line_look(self._row, self._theme, len(self.trace))
        pen = pg.mkPen(color, width=width)
        if pen != self._line.opts["pen"]:
            self._line.setPen(pen)
            self._marks.setBrush(color)

    def draw(self, left: float, right: float, height: float, log: bool) -> None:
        """Show the part between two iterations; ``height`` is the range of y."""
        key = (self.shown, left, right, height, log)
        if key == self._drawn:
            return
        self._drawn = key
        x, y = self.trace.seen(left, right) if self.shown else (np.empty(0), np.empty(0))
        y = _log10(y) if log else y
        # Thinned points alternate between minimum and maximum anyway.
        smooth = not self.trace.is_thinned(left, right)
        if smooth and self._line.opts["pen"].widthF() > 1:
            smooth = float(np.nansum(np.abs(np.diff(y)))) <= _SMOOTH_HEIGHTS * height
        self._line.setData(x, y, antialias=smooth)
        marked = self._row.marked or (len(x) <= _MARKS and not is_faint(self._row, len(self.trace)))
        there = np.flatnonzero(np.isfinite(y)) if marked else np.empty(0, np.intp)
        there = there[:: -(-len(there) // _MARKS) or 1]
        if len(there) or self._marks.isVisible():
            self._marks.setData(x[there], y[there])
            self._marks.setVisible(len(there) > 0)  # pyqtgraph paints nothing for some lengths


def nearest_point(curves: Sequence[Curve], place: QPointF, log: bool) -> CurvePoint | None:
    """The point of a shown curve nearest to a place within the axes, by height; the first of equal.

    ``log``: the place's height is a logarithm.
    """
    nearest, least = None, math.inf
    for row, curve in enumerate(curves):
        point = curve.trace.at(round(place.x())) if curve.shown else None
        if point is None:
            continue
        height = math.log10(point[1]) if log and point[1] > 0 else point[1]
        away = abs(height - place.y())
        if nearest is None or away < least:
            nearest, least = CurvePoint(row, int(point[0]), point[1]), away
    return nearest


def _log10(y: Doubles) -> Doubles:
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = np.log10(y)
    logarithm[~np.isfinite(logarithm)] = np.nan
    return logarithm
