"""The error of the difference quotient over the step h, both logarithmic: a U."""

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from backprop_viz.desktop.panels.origin.check_plot import CheckPlot
from backprop_viz.desktop.panels.origin.check_texts import error_text, verdict_ink
from backprop_viz.desktop.panels.plots.axes import NamedAxis
from backprop_viz.desktop.style.numbers import short
from backprop_viz.desktop.style.theme import Theme, scaled
from backprop_viz.recording.settings.quantities import written

# What is shown of h and of the errors, as powers of ten.
STEPS, ERRORS = (-12.4, 0.4), (-13.0, 0.6)
# Pixels that the ring around a point takes beyond it.
_MARGIN = 7
# CS231n's thresholds.
_THRESHOLDS = (-7, -4, -2)
# The powers of ten to write at the axes, the most telling first.
_STEP_TICKS, _ERROR_TICKS = (-6, -12, -3, -9), (-7, -12, -2, -4, -10)


class PowerAxis(NamedAxis):
    """Powers of ten; where few have room, the first of ``preferred`` (exponents) that do."""

    preferred: tuple[int, ...] = ()

    def tickValues(self, low: float, high: float, size: float) -> list[Any]:  # noqa: N802
        """The ticks that have room."""
        upright = self.orientation == "left"
        name = scaled(16) if upright else self._name_rect().width() + scaled(20)
        room = scaled(13 if upright else 36) * (high - low) / max(size, 1.0)
        free = high - name * (high - low) / max(size, 1.0)
        found: list[int] = []
        for power in self.preferred:
            if low <= power <= free and all(abs(power - other) >= room for other in found):
                found.append(power)
        return [(1.0, sorted(found))]

    def _number(self, value: float, span: float) -> str:
        return "1" if value == 0 else f"1e{round(value)}"


class ErrorPlot(CheckPlot):
    """Rounding makes small steps err, curvature and kinks the large ones.

    A click on a step, or Enter at the crosshair, asks for it: ``step_chosen`` carries h.
    """

    step_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        axes = PowerAxis("bottom", self.tr("h")), PowerAxis("left", self.tr("error"))
        axes[0].preferred, axes[1].preferred = _STEP_TICKS, _ERROR_TICKS
        super().__init__(*axes, parent)
        self.setObjectName("errorOverStep")
        self.setAccessibleName(self.tr("Relative error over the step h"))
        self.setToolTip(
            self.tr(
                "The relative error of the difference quotient over the step h. Lines at 1e-7, "
                "1e-4 and 1e-2: below is fine, fine with kinks, suspicious; above is wrong. "
                "The ring is the step of the verdict, the upright line the h in the field. "
                "Click a step, or press Enter at the crosshair, to look at it."
            )
        )
        plot = self.getPlotItem()
        for axis in axes:
            axis.setLogMode(True, True)
        self._left.setWidth(44)
        plot.getViewBox().sigResized.connect(self._leave_margin)
        self._leave_margin()
        self._thresholds = [pg.InfiniteLine(pos=at, angle=0) for at in _THRESHOLDS]
        self._asked = pg.InfiniteLine(angle=90)
        self._points = pg.ScatterPlotItem(size=4, pxMode=True, pen=None)
        self._chosen = pg.ScatterPlotItem(size=8, pxMode=True, pen=None)
        self._judged = pg.ScatterPlotItem(size=11, pxMode=True, brush=None)
        for item, z in (
            *((line, -4) for line in self._thresholds),
            (self._asked, -2),
            (self._points, 2),
            (self._chosen, 3),
            (self._judged, 4),
        ):
            item.setZValue(z)
            plot.addItem(item, ignoreBounds=True)
        self._draw()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._line.setPen(pg.mkPen(theme.update, width=1))
        self._points.setBrush(QColor(theme.update))
        for line in self._thresholds:
            line.setPen(pg.mkPen(theme.border, width=1, style=Qt.PenStyle.DashLine))
        self._asked.setPen(pg.mkPen(theme.accent, width=1))
        super().set_theme(theme)
        # The thresholds are lines enough.
        self._left.set_theme(theme, grid=False)

    def _leave_margin(self) -> None:
        """Leave room at the edges for the ring around a point that lies there."""
        box = self.getPlotItem().getViewBox()
        for low, high, pixels, move in (
            (*STEPS, box.width(), box.setXRange),
            (*ERRORS, box.height(), box.setYRange),
        ):
            move(low, high, padding=_MARGIN / max(pixels - 2 * _MARGIN, _MARGIN))

    def _draw(self) -> None:
        check = self._check
        for item in (self._line, self._points, self._chosen, self._judged, self._asked):
            item.setVisible(check is not None)
        if check is None:
            return
        x, y = (np.array(values) for values in self._places())
        self._line.setData(x, y)
        self._points.setData(x, y)
        at = check.asked_at
        self._asked.setValue(x[at])
        ink = getattr(self._theme, verdict_ink(check.asked_verdict))
        self._chosen.setData([x[at]], [y[at]], brush=QColor(ink))
        ring = pg.mkPen(getattr(self._theme, verdict_ink(check.verdict)), width=2)
        self._judged.setData([x[check.judged]], [y[check.judged]], pen=ring)

    def _places(self) -> tuple[list[float], list[float]]:
        if self._check is None:
            return [], []
        steps, errors = self._check.steps, self._check.errors
        # An error of 0, or below all that is shown, lies on the lower edge; NaN is above all.
        shown = [
            ERRORS[1] if math.isnan(e) else math.log10(e) if e > 0 else ERRORS[0] for e in errors
        ]
        x = [min(max(math.log10(h), STEPS[0]), STEPS[1]) for h in steps]
        return x, [min(max(e, ERRORS[0] + 0.2), ERRORS[1]) for e in shown]

    def _reading(self, at: int) -> str:
        assert self._check is not None
        check = self._check
        text: str = self.tr("h = {0}: {1}, relative error {2}")
        return text.format(
            written(float(f"{check.steps[at]:.3g}")),
            short(check.estimates[at], 7),
            error_text(float(check.errors[at])),
        )

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ask for the step that was clicked."""
        super().mouseReleaseEvent(event)
        at = self._nearest(event.position())
        if event.button() is Qt.MouseButton.LeftButton and at is not None:
            self._choose(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask for the step at the crosshair, or move the crosshair."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at is not None:
            self._choose(self._at)
        else:
            super().keyPressEvent(event)

    def _choose(self, at: int) -> None:
        assert self._check is not None
        self.step_chosen.emit(float(self._check.steps[at]))
