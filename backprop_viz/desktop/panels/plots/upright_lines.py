"""The upright lines of a plot of curves: the crosshair, the first gap, the iteration shown."""

import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, Qt

from backprop_viz.desktop.style.theme import Theme, body_font

_LABEL = 11
_LOW, _HIGH = 0.14, 0.88  # of the plot's height


class UprightLines:
    """Three lines over a plot, each hidden until it has a place, in iterations."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self._gap = pg.InfiniteLine(angle=90)
        self._cross = pg.InfiniteLine(angle=90)
        self._shown = pg.InfiniteLine(angle=90, label=" ", labelOpts={"position": _LOW})
        self._marked: tuple[int | None, bool] = (None, False)
        for line in (self._gap, self._shown, self._cross):
            line.setVisible(False)
            plot.addItem(line, ignoreBounds=True)

    def put_gap(self, iteration: float | None) -> None:
        """Mark the first iteration whose value is no finite number; None: there is none."""
        _put(self._gap, iteration)

    def put_cross(self, iteration: float | None) -> None:
        """Put the crosshair on an iteration, or hide it."""
        _put(self._cross, iteration)

    def put_shown(self, iteration: int | None, *, high: bool = False) -> None:
        """Mark the earlier iteration that the window shows; None: it shows the newest.

        ``high``: its number stands above, where the curves are below.
        """
        if (iteration, high) == self._marked:
            return
        self._marked = iteration, high
        self._shown.label.setPosition(_HIGH if high else _LOW)
        _put(self._shown, iteration)
        text = QCoreApplication.translate("CurvePlot", "shown: {0}")
        self._shown.label.setFormat("" if iteration is None else text.format(f"{iteration:,}"))

    @property
    def shown(self) -> int | None:
        """The iteration that is marked as shown."""
        return self._marked[0]

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme, and the text size."""
        self._cross.setPen(pg.mkPen(theme.text, width=1))
        self._gap.setPen(pg.mkPen(theme.error, width=1, style=Qt.PenStyle.DashLine))
        self._shown.setPen(pg.mkPen(theme.muted, width=1, style=Qt.PenStyle.DotLine))
        self._shown.label.setColor(theme.muted)
        self._shown.label.fill = pg.mkBrush(theme.panel)
        self._shown.label.setFont(body_font(_LABEL))


def _put(line: pg.InfiniteLine, at: float | None) -> None:
    line.setVisible(at is not None)
    if at is not None:
        line.setValue(at)
