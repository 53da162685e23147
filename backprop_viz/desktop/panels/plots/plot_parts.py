"""What plots share: how they are set up and coloured, the readout, the text of an empty one."""

from collections.abc import Collection

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel

from backprop_viz.desktop.style.theme import Theme, code_font

# From a point to the readout beside it, and from the plot's upper edge to one that has no height.
_GAP = 10
_TOP = 4


def set_up_plot(plot: pg.PlotWidget, pannable: bool = False) -> None:
    """Leave out pyqtgraph's buttons, lay the grid below all else, and take the keyboard.

    Unless it is ``pannable`` its range is as it is set, whatever the mouse does.
    """
    item = plot.getPlotItem()
    item.hideButtons()
    view = item.getViewBox()
    view.disableAutoRange()
    for side in ("bottom", "left"):  # a grid above the curves would strike out what they show
        item.getAxis(side).setZValue(view.zValue() - 1)
    if not pannable:
        view.setMouseEnabled(x=False, y=False)
        view.setDefaultPadding(0)
    plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


def colour_plot(plot: pg.PlotWidget, theme: Theme, grid: Collection[str] = ()) -> None:
    """Give a plot with named axes a theme's colours; ``grid`` names the axes that have a grid.

    Its frame tells whether it has the keyboard.
    """
    plot.setBackground(QColor(theme.panel))
    for side in ("bottom", "left"):
        plot.getAxis(side).set_theme(theme, grid=side in grid)
    kind = type(plot).__name__
    plot.setStyleSheet(
        f"{kind} {{ border: 1px solid transparent; border-radius: 4px; }}"
        f"{kind}:focus {{ border-color: {theme.accent}; }}"
    )


def place_under(plot: pg.PlotWidget, position: QPointF) -> QPointF | None:
    """The place within the axes, in their units, at a position on the plot; None outside."""
    view = plot.getPlotItem().getViewBox()
    scene = plot.mapToScene(position.toPoint())
    inside = view.sceneBoundingRect().contains(QPointF(scene))
    return QPointF(view.mapSceneToView(scene)) if inside else None


class PlotReadout(QLabel):
    """What is said of a point of a plot, in a label beside it; at first it is hidden."""

    def __init__(self, plot: pg.PlotWidget) -> None:
        super().__init__(plot)
        self._plot = plot
        self._place: tuple[float, float | None] | None = None
        self.setProperty("role", "inset")
        self.setMargin(4)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.follow_text_size()
        self.hide()
        view = plot.getPlotItem().getViewBox()
        view.sigResized.connect(self._stay_beside)
        view.sigRangeChanged.connect(self._stay_beside)

    def follow_text_size(self) -> None:
        """Take the text size that is in use now."""
        self.setFont(code_font(11))

    @property
    def said(self) -> str:
        """What is said; "" while it is hidden."""
        return "" if self.isHidden() else self.text()

    def say(self, text: str, x: float, y: float | None = None) -> None:
        """Say it beside a point of the plot, also to who cannot see it."""
        self.setText(text)
        self._plot.setAccessibleDescription(text)
        self.put_beside(x, y)
        self.show()

    def put_beside(self, x: float, y: float | None = None) -> None:
        """Stay beside a point of the plot; without ``y``, at the upper edge beside ``x``."""
        self._place = (x, y)
        self._stay_beside()

    def _stay_beside(self) -> None:
        if self._place is None:
            return
        x, y = self._place
        self.adjustSize()
        view = self._plot.getPlotItem().getViewBox()
        point = self._plot.mapFromScene(view.mapViewToScene(pg.Point(x, y or 0)))
        width, height = self.width(), self.height()
        left = point.x() + _GAP
        if left + width > self._plot.width():
            left = point.x() - _GAP - width
        top = point.y() - _GAP - height
        if top < _TOP:
            top = point.y() + _GAP
        self.move(max(0, left), _TOP if y is None else top)


class EmptyPlotText(QLabel):
    """What an empty plot says in its middle: what will be seen there, and how."""

    def __init__(self, plot: pg.PlotWidget) -> None:
        super().__init__(plot)
        self._plot = plot
        self.setProperty("role", "caption")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        plot.getPlotItem().getViewBox().sigResized.connect(self._fill)

    def say(self, text: str) -> None:
        """Say it; "": the plot is not empty."""
        self.setText(text)
        self.setVisible(bool(text))
        self._fill()

    def _fill(self) -> None:
        margin = self._plot.width() // 5
        self.setGeometry(self._plot.rect().adjusted(margin, 0, -margin, 0))
