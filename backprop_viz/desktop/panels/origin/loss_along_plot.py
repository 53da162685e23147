"""The loss along one number, with the tangent that is its gradient."""

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from backprop_viz.desktop.panels.origin.check_plot import CheckPlot
from backprop_viz.desktop.panels.plots.axes import NamedAxis
from backprop_viz.desktop.style.numbers import short, signed
from backprop_viz.desktop.style.theme import Theme, body_font
from backprop_viz.recording.explanations.number_explanation import GradientCheck

# The tangent reaches over this share of the span.
_TANGENT = 0.6
_ZOOM = 3.0
# The corners in which a name may stand, as anchors: right above, left above, and below.
_CORNERS = ((1, 0), (0, 0), (1, 1), (0, 1))
# How far a line stays away from a name in pixels, and at how many places it is looked at.
_CLEAR, _LOOKED_AT = 3.0, 200
WIDEST, NARROWEST = 1e3, 1e-9


def _crosses(line: tuple[NDArray[np.float64], NDArray[np.float64]], box: QRectF) -> bool:
    """Whether a line runs through a box, in the units of the axes."""
    x = np.linspace(box.left(), box.right(), _LOOKED_AT)
    y = np.interp(x, *line, left=np.nan, right=np.nan)
    return bool(((y >= box.top()) & (y <= box.bottom())).any())


class LossAxis(NamedAxis):
    """Losses as changes from ``base``: where the changes are small, they are what is written."""

    base = 0.0
    writes_changes = False  # in the range that it was fitted to

    def show_losses(self, base: float, span: float, name: str, name_of_changes: str) -> None:
        """Write the losses around ``base``, or over a small ``span`` their changes, by the name."""
        self.base = base
        self.writes_changes = span < 1e-2 * abs(base) or span < 1e-4
        self.rename(name_of_changes if self.writes_changes else name)

    def _number(self, value: float, span: float) -> str:
        if self.writes_changes:
            return "0" if value == 0 else f"{value:+.2g}"
        return super()._number(self.base + value, span)


class LossAlongPlot(CheckPlot):
    """The loss where the number is moved: the curve, the tangent, where the step lands.

    The interval [-h, h] can be dragged: ``step_dragged`` carries h. The wheel, + and - ask for a
    narrower or a wider part of the curve: ``span_wanted`` carries how far it reaches to either
    side. Each unit that switches in the interval has a line.
    """

    step_dragged = Signal(float)
    span_wanted = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._losses = LossAxis("left", self.tr("loss"))
        self._symbol = ""
        super().__init__(NamedAxis("bottom", self.tr("moved by")), self._losses, parent)
        self.setObjectName("lossAlong")
        self.setAccessibleName(self.tr("Loss along this number"))
        self.setToolTip(
            self.tr(
                "The loss as only this number changes, in float64; the dashed line has the "
                "gradient as its slope. Drag the interval's edges to choose h; the wheel, + and - "
                "zoom; Left and Right read the points. Δ: how far the loss is from what it is."
            )
        )
        plot = self.getPlotItem()
        self._tangent = pg.PlotCurveItem(antialias=True)
        self._switches = pg.PlotCurveItem(connect="pairs")
        self._dot = pg.ScatterPlotItem(size=8, pxMode=True, pen=None)
        self._landing = pg.ScatterPlotItem(size=11, pxMode=True, symbol="d")
        self._interval = pg.LinearRegionItem(movable=True, swapMode="block")
        self._interval.sigRegionChanged.connect(self._mirror)
        self._interval.sigRegionChangeFinished.connect(self._dragged)
        self._slope, self._lands = pg.TextItem(anchor=(0, 1)), pg.TextItem(anchor=(0.5, 0))
        self._slope.setText(self.tr("slope = the gradient"))
        self._lands.setText(self.tr("the step lands here"))
        for item, z in (
            (self._interval, -5),
            (self._switches, -2),
            (self._tangent, 2),
            (self._dot, 4),
            (self._landing, 5),
            (self._slope, 6),
            (self._lands, 6),
        ):
            item.setZValue(z)
            plot.addItem(item, ignoreBounds=True)
        for text in (self._slope, self._lands):
            text.setFont(body_font(11))
        # The names stand elsewhere where there is more or less room.
        plot.getViewBox().sigResized.connect(self._draw)
        self._draw()

    @property
    def span(self) -> float | None:
        """How far the curve reaches to either side."""
        return None if self._check is None else float(np.abs(self._check.moved).max()) or None

    def name_loss(self, symbol: str) -> None:
        """Name what is drawn over the number's moves; "": it is the loss."""
        self._symbol = symbol
        self._draw()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._line.setPen(pg.mkPen(theme.loss, width=1))
        self._tangent.setPen(pg.mkPen(theme.backward, width=1, style=Qt.PenStyle.DashLine))
        self._switches.setPen(pg.mkPen(theme.error, width=1))
        self._dot.setBrush(QColor(theme.backward))
        self._landing.setPen(pg.mkPen(theme.update, width=1))
        self._landing.setBrush(QColor(theme.panel))
        self._slope.setColor(QColor(theme.backward))
        self._lands.setColor(QColor(theme.update))
        for name in (self._slope, self._lands):
            name.fill = pg.mkBrush(theme.panel)  # else the grid strikes it out
        inside = QColor(theme.accent)
        inside.setAlpha(28)
        self._interval.setBrush(inside)
        self._interval.setHoverBrush(inside)
        for line in self._interval.lines:
            line.setPen(pg.mkPen(theme.accent, width=1))
            line.setHoverPen(pg.mkPen(theme.text, width=1))
        super().set_theme(theme)

    # -- what is drawn ---------------------------------------------------------------------------

    def _draw(self) -> None:
        check = self._check
        span = self.span
        shown = check is not None and span is not None
        for item in (self._interval, self._tangent, self._dot, self._line):
            item.setVisible(shown)
        for item in (self._landing, self._slope, self._lands, self._switches):
            item.setVisible(False)
        if check is None or span is None:
            return
        changes = check.losses - check.loss
        low, high = self._fit(check, changes, span)
        self._line.setData(check.moved, changes)
        reach = span * _TANGENT
        steep = abs(check.exact) * reach > (high - low) * _TANGENT
        if steep:
            reach = (high - low) * _TANGENT / abs(check.exact)
        self._tangent.setData([-reach, reach], [-reach * check.exact, reach * check.exact])
        self._dot.setData([0.0], [0.0])
        if check.landing is not None:
            moved, loss = check.landing
            inside = abs(moved) <= span * 1.04 and bool(np.isfinite(loss - check.loss))
            self._landing.setVisible(inside)
            if inside:
                self._landing.setData([moved], [loss - check.loss])
        tangent = np.array([-reach, 0.0, reach])
        self._place_names((check.moved, changes), (tangent, tangent * check.exact))
        blocker = QSignalBlocker(self._interval)
        self._interval.setRegion((-check.asked, check.asked))
        del blocker
        self._switches.setVisible(bool(check.switches))
        places = np.repeat([switch.at for switch in check.switches], 2)
        self._switches.setData(places, np.tile([low, high], len(check.switches)))

    def _place_names(self, *lines: tuple[NDArray[np.float64], NDArray[np.float64]]) -> None:
        """Put each name into a corner that no line runs through; the tooltip has them too."""
        view = self.getPlotItem().getViewBox()
        box = view.viewRect()
        width, height = (float(each) for each in view.viewPixelSize())
        free = list(_CORNERS)
        for name, wanted in ((self._slope, True), (self._lands, self._landing.isVisible())):
            size = name.boundingRect()
            wide, high = (size.width() + _CLEAR) * width, (size.height() + _CLEAR) * height
            fits = wide <= box.width() and high <= box.height()
            for corner in free if wanted and fits else ():
                left = box.right() - wide if corner[0] else box.left()
                low = box.bottom() - high if not corner[1] else box.top()
                name_box = QRectF(left, low, wide, high)
                if not any(_crosses(line, name_box) for line in lines):
                    free.remove(corner)
                    name.setAnchor(corner)
                    at_right, at_top = box.right() if corner[0] else box.left(), not corner[1]
                    name.setPos(at_right, box.bottom() if at_top else box.top())
                    name.setVisible(True)
                    break

    def _fit(
        self, check: GradientCheck, changes: NDArray[np.float64], span: float
    ) -> tuple[float, float]:
        finite = changes[np.isfinite(changes)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
        room = 0.12 * (high - low) or 1e-12
        low, high = low - room, high + room
        name = self._symbol or self.tr("loss")
        # Short, for a longer name would take the plot's room; the tooltip has it in words.
        self._losses.show_losses(check.loss, high - low, name, f"Δ {name}")
        self._left.fit(low, high)
        view = self.getPlotItem().getViewBox()
        view.setRange(xRange=(-span * 1.04, span * 1.04), yRange=(low, high), padding=0)
        view.updateMatrix()
        return low, high

    def _places(self) -> tuple[list[float], list[float]]:
        if self._check is None:
            return [], []
        return self._check.moved.tolist(), (self._check.losses - self._check.loss).tolist()

    def _reading(self, at: int) -> str:
        assert self._check is not None
        moved, loss = self._check.moved[at], self._check.losses[at]
        text = self.tr("moved by {0}: loss {1} ({2})")
        if self._symbol:
            text = self.tr("moved by {0}: {3} = {1} ({2})")
        change = signed(loss - self._check.loss, 3)
        reading: str = text.format(signed(moved, 3), short(loss, 7), change, self._symbol)
        return reading

    # -- what the user does ----------------------------------------------------------------------

    def _mirror(self) -> None:
        """Both edges move alike."""
        low, high = self._interval.getRegion()
        asked = 0.0 if self._check is None else self._check.asked
        moved = max((abs(low), abs(high)), key=lambda edge: abs(edge - asked))
        blocker = QSignalBlocker(self._interval)
        self._interval.setRegion((-moved, moved))
        del blocker

    def _dragged(self) -> None:
        step = float(f"{self._interval.getRegion()[1]:.3g}")
        if self._check is not None and step > 0 and step != self._check.asked:
            self.step_dragged.emit(step)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ask for a narrower or a wider part of the curve."""
        if event.angleDelta().y():
            self._zoom(event.angleDelta().y() > 0)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom, or move the crosshair."""
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self._zoom(event.key() != Qt.Key.Key_Minus)
        else:
            super().keyPressEvent(event)

    def _zoom(self, closer: bool) -> None:
        if self.span is not None:
            span = self.span / _ZOOM if closer else self.span * _ZOOM
            self.span_wanted.emit(min(max(float(f"{span:.2g}"), NARROWEST), WIDEST))
