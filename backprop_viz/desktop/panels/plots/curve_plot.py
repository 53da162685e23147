"""A plot of curves over the iterations that follows training and shows values at a crosshair."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QToolButton, QWidget

from backprop_viz.desktop.panels.plots.axes import NamedAxis
from backprop_viz.desktop.panels.plots.curve import Curve, nearest_point
from backprop_viz.desktop.panels.plots.curve_row import CurveRow
from backprop_viz.desktop.panels.plots.plot_parts import (
    PlotReadout,
    colour_plot,
    place_under,
    set_up_plot,
)
from backprop_viz.desktop.panels.plots.ranges import iterations_room, range_of_traces
from backprop_viz.desktop.panels.plots.traces import Trace
from backprop_viz.desktop.panels.plots.upright_lines import UprightLines
from backprop_viz.desktop.style.numbers import full, short
from backprop_viz.desktop.style.theme import DARK, Theme
from backprop_viz.recording.run.history import Curves

# During training, new points are drawn once they are this many pixels wide, but after at most
# this many updates: less would not be visible, and painting takes time from training.
_SEEN_PX = 1.0
_MOST_WAITED = 10

# A mouse that moves less than this many pixels while it is pressed has clicked.
_CLICK_PX = 4

# How many times the range of a run an earlier one may take of the plot.
_SQUEEZED = 5
_NO_CURVES = Curves(*(np.empty(0) for _ in range(5)))


class CurvePlot(pg.PlotWidget):
    """A plot of rows. It follows the run until it is panned or zoomed, and again on demand.

    ``limits`` fixes the range of y. Left and Right move the crosshair, Esc hides it, A shows
    everything. ``point_picked`` carries a CurvePoint: of the curve nearest to a click, or with
    Enter of the first one at the crosshair.
    """

    point_picked = Signal(object)

    def __init__(
        self,
        axes: tuple[str, str],
        rows: Sequence[CurveRow],
        percent: bool = False,
        limits: tuple[float, float] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        bottom, left = (
            NamedAxis("bottom", axes[0], whole=True),
            NamedAxis("left", axes[1], "%" if percent else ""),
        )
        super().__init__(parent, axisItems={"bottom": bottom, "left": left}, enableMenu=False)
        self._bottom, self._left = bottom, left
        self._unit = " %" if percent else ""
        self._limits = limits
        self._theme = DARK
        self._log = False
        self._version = 0
        self._drawn: object = None
        self._drawn_to = 0.0
        self._waited = 0
        self._earlier_shown = True
        self._iteration: float | None = None
        self._full_precision = False
        self._following = True
        self._pressed = QPointF()
        set_up_plot(self, pannable=True)
        plot = self.getPlotItem()
        plot.getViewBox().sigRangeChanged.connect(self._draw)
        plot.getViewBox().sigRangeChangedManually.connect(self._left_to_user)
        self._curves = [Curve(row, self) for row in rows]
        self._main = next((row for row in rows if row.main), rows[0])
        self._earlier: list[Curve] = []
        self.lines = UprightLines(plot)  # over the curves
        self._readout = PlotReadout(self)
        self.view_all = QToolButton(self)
        self.view_all.setText(self.tr("View all"))
        self.view_all.setAccessibleName(self.tr("View all"))
        self.view_all.setToolTip(self.tr("Show the whole run and follow it (A, or double click)"))
        self.view_all.setProperty("role", "link")
        self.view_all.clicked.connect(self.follow)
        self.view_all.hide()
        plot.getViewBox().sigResized.connect(self._place_overlays)

    # -- what is shown -------------------------------------------------------------------------

    @property
    def following(self) -> bool:
        """Whether the range grows with the run."""
        return self._following

    @property
    def behind(self) -> bool:
        """Whether there are points left to take: ``show_curves`` has to be called again."""
        return any(curve.behind for curve in (*self._curves, *self._earlier))

    @property
    def first_gap(self) -> float | None:
        """The first iteration whose value in the first row is NaN or infinite; None if there is
        none.
        """
        return self._curves[0].trace.first_gap

    @property
    def traces(self) -> tuple[Trace, ...]:
        """The points of each row's curve."""
        return tuple(curve.trace for curve in self._curves)

    def show_curves(
        self,
        curves: Curves,
        earlier: Sequence[tuple[str, Curves]] = (),
        growing: bool = False,
    ) -> bool:
        """Follow a run and show earlier ones beside it; returns whether there was anything new.

        ``growing``: more points will come, so lines need not be drawn to the very end.
        """
        longer = [curve for curve in self._curves if curve.follow(curves)]
        changed = any(curve.marked for curve in longer)
        for i in range(len(self._earlier), len(earlier)):
            row = replace(self._main, color="earlier_run", width=1.0, marked=False, late=False)
            self._earlier.append(Curve(row, self, z=-1))
            self._earlier[i].set_theme(self._theme)
            self._earlier[i].shown = self._earlier_shown
        for i, curve in enumerate(self._earlier):
            name, run = earlier[i] if i < len(earlier) else ("", _NO_CURVES)
            curve.name = name
            changed |= curve.follow(run)
        if not changed and (longer or self._waited):
            changed = not (growing and self._can_wait())
        if changed:
            self.lines.put_gap(self.first_gap)
            self._changed()
        return changed

    def _can_wait(self) -> bool:
        """Whether the new part of the lines is too small to see."""
        left, right = self.getPlotItem().getViewBox().viewRange()[0]
        new = (self._last() - self._drawn_to) * self.width() / (right - left)
        self._waited += 1
        return 0 <= new < _SEEN_PX and self._waited <= _MOST_WAITED

    def mark_shown(self, iteration: int | None) -> None:
        """Mark the earlier iteration that the window shows; None: it shows the newest."""
        at = [c.trace.at(iteration) for c in self._visible()] if iteration is not None else []
        low, high = self.getPlotItem().getViewBox().viewRange()[1]
        middle = 10 ** ((low + high) / 2) if self._log else (low + high) / 2
        below = [point[1] < middle for point in at if point is not None]
        self.lines.put_shown(iteration, high=2 * sum(below) > len(below))

    def set_shown(self, row: int, shown: bool) -> None:
        """Show or hide the curve of a row."""
        self._curves[row].shown = shown
        self._changed()

    def set_earlier_shown(self, shown: bool) -> None:
        """Show or hide the earlier runs."""
        self._earlier_shown = shown
        for curve in self._earlier:
            curve.shown = shown
        self._changed()

    def set_log(self, log: bool) -> None:
        """Make y logarithmic, or not."""
        self._log = log
        self._left.setLogMode(False, log)
        self._following = True
        self._changed()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        colour_plot(self, theme, grid=("left",))
        self._readout.follow_text_size()
        for curve in (*self._curves, *self._earlier):
            curve.set_theme(theme)
        self.lines.set_theme(theme)
        self._read()

    def follow(self) -> None:
        """Show everything, and keep following the run."""
        self._set_following(True)
        self._changed()

    def _left_to_user(self) -> None:
        self._set_following(False)

    def _set_following(self, following: bool) -> None:
        if following != self._following:
            self._following = following
            self.view_all.setVisible(not following)

    def _changed(self) -> None:
        self._version += 1
        self._waited, self._drawn_to = 0, self._last()
        if self._following:
            self._fit()
        self._draw()
        self._read()

    def _visible(self) -> list[Curve]:
        return [c for c in (*self._curves, *self._earlier) if c.shown and len(c.trace)]

    def _last(self) -> float:
        return max((float(c.trace.x[-1]) for c in self._visible()), default=0.0)

    def _fit(self) -> None:
        found = self._limits or self._fitting_range()
        self._left.show_scale(found is not None)
        low, high = found or (0.0, 1.0)
        self._left.fit(low, high)
        view = self.getPlotItem().getViewBox()
        view.setRange(xRange=(0, iterations_room(self._last())), yRange=(low, high), padding=0)
        # At once: otherwise pyqtgraph notices while painting, and paints twice.
        view.updateMatrix()

    def _fitting_range(self) -> tuple[float, float] | None:
        """All curves are seen, but no earlier run squeezes this one flat: that is cut off."""
        everything = range_of_traces([c.trace for c in self._visible()], self._log)
        own = range_of_traces([c.trace for c in self._curves if c.shown], self._log)
        if everything is None or own is None:
            return everything
        squeezed = everything[1] - everything[0] > _SQUEEZED * (own[1] - own[0])
        return own if squeezed else everything

    def _draw(self) -> None:
        (left, right), y = self.getPlotItem().getViewBox().viewRange()
        key = (left, right, *y, self._version)
        if key == self._drawn:
            return
        self._drawn = key
        self._speak()
        for curve in (*self._earlier, *self._curves):
            curve.draw(left, right, y[1] - y[0], self._log)
        self._place_readout()

    # -- the crosshair -------------------------------------------------------------------------

    @property
    def iteration(self) -> float | None:
        """The iteration at the crosshair; None while it is hidden."""
        return self._iteration

    def reading(self) -> list[tuple[str, str, str]]:
        """The curves at the crosshair: name, value and colour of each."""
        found = []
        for curve in self._visible():
            point = None if self._iteration is None else curve.trace.at(self._iteration)
            if point is not None:
                text = full(point[1]) if self._full_precision else short(point[1])
                found.append((curve.name, text + self._unit, curve.ink.name()))
        return found

    def show_full_precision(self, wanted: bool) -> None:
        """Write every digit of the values at the crosshair, or a few."""
        if wanted != self._full_precision:
            self._full_precision = wanted
            self._read()

    def copied(self) -> str:
        """The iteration at the crosshair and the curves' values, tab-separated, every digit."""
        if self._iteration is None:
            return ""
        points = (curve.trace.at(self._iteration) for curve in self._visible())
        values = (full(point[1]) for point in points if point is not None)
        return "\t".join((f"{self._iteration:.0f}", *values))

    def set_crosshair(self, iteration: float | None) -> None:
        """Put the crosshair on an iteration of the run, or hide it."""
        last = self._last()
        if iteration is None or last < 1:
            self._iteration = None
        else:
            self._iteration = min(max(float(round(iteration)), 1.0), last)
        self._read()

    def _read(self) -> None:
        at = self._iteration
        self.lines.put_cross(at)
        self._readout.setVisible(at is not None)
        if at is None:
            self._speak()
            return
        head = self.tr("iteration {n}").format(n=int(at))
        rows = [
            f'<tr><td style="color:{color}">{escape(name)}&nbsp;&nbsp;</td>'
            f'<td align="right">{escape(value)}</td></tr>'
            for name, value, color in self.reading()
        ]
        self._readout.setText(f"{escape(head)}<table cellspacing=0>{''.join(rows)}</table>")
        self._speak()
        self._place_readout()

    def _speak(self) -> None:
        """Describe what is at the crosshair, or how long each curve is and where it ends."""
        if self._iteration is not None:
            told = [self.tr("iteration {n}").format(n=int(self._iteration))]
            told += [f"{name} {value}" for name, value, _ in self.reading()]
        else:
            text = self.tr("{name}: points {count}, last {value} at iteration {n}")
            told = [
                text.format(
                    name=curve.name,
                    count=len(curve.trace),
                    value=short(curve.trace.y[-1]) + self._unit,
                    n=int(curve.trace.x[-1]),
                )
                for curve in self._visible()
            ]
        self.setAccessibleDescription(", ".join(told))

    def _place_readout(self) -> None:
        if self._iteration is not None:
            self._readout.put_beside(self._iteration)

    def _place_overlays(self) -> None:
        self.view_all.adjustSize()
        self.view_all.move(self.width() - self.view_all.width() - 4, 2)
        self._place_readout()

    # -- mouse and keyboard --------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where: a click is no drag."""
        super().mousePressEvent(event)
        self._pressed = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell the point that was clicked."""
        super().mouseReleaseEvent(event)
        moved = (event.position() - self._pressed).manhattanLength()
        if event.button() is Qt.MouseButton.LeftButton and moved < _CLICK_PX:
            self._pick(place_under(self, event.position()))

    def _pick(self, place: QPointF | None) -> None:
        """Emit the point of the visible curve of this run that is nearest to a place."""
        found = None if place is None else nearest_point(self._curves, place, self._log)
        if found is not None:
            self.point_picked.emit(found)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the crosshair with the mouse."""
        super().mouseMoveEvent(event)
        place = place_under(self, event.position())
        self.set_crosshair(None if place is None else place.x())

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the crosshair."""
        super().leaveEvent(event)
        self.set_crosshair(None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything again."""
        super().mouseDoubleClickEvent(event)
        self.follow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the crosshair, show all, hide the crosshair, or copy what it shows."""
        left, right = self.getPlotItem().getViewBox().viewRange()[0]
        page = max(1.0, (right - left) / 10)
        moves = {
            Qt.Key.Key_Left: -1.0,
            Qt.Key.Key_Right: 1.0,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -self._last(),
            Qt.Key.Key_End: self._last(),
        }
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copied())
        elif event.key() in moves:
            self._move_crosshair(moves[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._iteration is not None:
            self._pick(QPointF(self._iteration, np.inf))
        elif event.key() == Qt.Key.Key_A:
            self.follow()
        elif event.key() == Qt.Key.Key_Escape and self._iteration is not None:
            self.set_crosshair(None)
        else:
            event.ignore()

    def _move_crosshair(self, by: float) -> None:
        left, right = self.getPlotItem().getViewBox().viewRange()[0]
        start = (left + right) / 2 if self._iteration is None else self._iteration
        self.set_crosshair(start + by)
