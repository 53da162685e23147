"""The loss on a plane: colours, contour lines, the run's path, and the way down."""

from dataclasses import replace

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from backprop_viz.analysis.surface_grid import contour_lines, with_nearest
from backprop_viz.desktop.panels.plots.axes import NamedAxis
from backprop_viz.desktop.panels.plots.plot_parts import (
    EmptyPlotText,
    PlotReadout,
    colour_plot,
    place_under,
    set_up_plot,
)
from backprop_viz.desktop.panels.surface.loss_colours import LossColours
from backprop_viz.desktop.style.numbers import short
from backprop_viz.desktop.style.theme import DARK, Theme, code_font
from backprop_viz.recording.requests.loss_surface import SurfacePlane

_CONTOURS = 12
# This many iterations of the path have their number beside them.
_NUMBERED = 6
# The arrow's length, as a share of the plot's smaller half.
_ARROW = 0.4


class SurfacePlot(pg.PlotWidget):
    """Shows a surface as far as it is computed; a point can be read with the mouse or the arrows.

    ``read_changed``: another point is read, or none.
    """

    read_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self._bottom, self._left = NamedAxis("bottom", "x"), NamedAxis("left", "y")
        super().__init__(
            parent, axisItems={"bottom": self._bottom, "left": self._left}, enableMenu=False
        )
        self.setObjectName("surfacePlot")
        self.setAccessibleName(self.tr("Loss surface"))
        self.setToolTip(
            self.tr(
                "The loss at each point of the plane. The mouse or the arrow keys read a point; "
                "the line is the run's path, the arrow the direction of descent."
            )
        )
        self._theme = DARK
        self.plane: SurfacePlane | None = None
        self.losses = np.empty((0, 0))
        self.known = np.empty((0, 0), bool)
        self._at: tuple[int, int] | None = None
        self.scale_of_colours: LossColours | None = None
        self.logarithmic = True
        set_up_plot(self)
        plot = self.getPlotItem()
        self._image = pg.ImageItem(axisOrder="row-major")
        self._contours = pg.PlotCurveItem(connect="pairs", antialias=True)
        self._path_edge, self._path = pg.PlotCurveItem(antialias=True), pg.PlotCurveItem()
        self._marks = pg.ScatterPlotItem(size=6, pxMode=True)
        self._arrow_edge, self._arrow = pg.PlotCurveItem(antialias=True), pg.PlotCurveItem()
        self._head = pg.ArrowItem(headLen=13, tipAngle=38, pxMode=True)
        self._now = pg.ScatterPlotItem(size=10, pxMode=True, symbol="o")
        self._cross = pg.ScatterPlotItem(size=11, pxMode=True, symbol="+")
        self._numbers: list[pg.TextItem] = []
        for item, z in (
            (self._image, -20),
            (self._contours, -10),
            (self._path_edge, 1),
            (self._path, 2),
            (self._marks, 3),
            (self._arrow_edge, 4),
            (self._arrow, 5),
            (self._head, 6),
            (self._now, 7),
            (self._cross, 9),
        ):
            item.setZValue(z)
            plot.addItem(item, ignoreBounds=True)
        self._readout = PlotReadout(self)
        self._empty = EmptyPlotText(self)
        self._draw()

    # -- what is shown ---------------------------------------------------------------------------

    def show_surface(
        self,
        plane: SurfacePlane | None,
        losses: NDArray[np.float64],
        known: NDArray[np.bool_],
    ) -> None:
        """Show a surface (ny, nx) as far as it is known; None: none."""
        self.plane = None if plane is None else at_its_weights(plane)
        self.losses, self.known = losses, known
        self._draw()
        self.read(self._at)

    def show_empty(self, text: str) -> None:
        """Say in the empty plot what it is for; "": there is a surface."""
        self._empty.say(text)

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Colour the logarithm of the loss, or the loss."""
        self.logarithmic = logarithmic
        self._draw()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        colour_plot(self, theme)
        self._readout.follow_text_size()
        # On the colours of the losses, which are the same in both themes.
        self._contours.setPen(pg.mkPen(QColor(255, 255, 255, 120), width=1))
        self._path_edge.setPen(pg.mkPen("#000000", width=4))
        self._path.setPen(pg.mkPen("#ffffff", width=2))
        self._marks.setPen(pg.mkPen("#000000", width=1))
        self._marks.setBrush(QColor("#ffffff"))
        self._arrow_edge.setPen(pg.mkPen("#000000", width=5))
        self._arrow.setPen(pg.mkPen(theme.positive, width=3))
        self._head.setStyle(pen=pg.mkPen("#000000", width=1), brush=QColor(theme.positive))
        self._now.setPen(pg.mkPen("#000000", width=1))
        self._now.setBrush(QColor("#ffffff"))
        self._cross.setPen(pg.mkPen("#000000", width=1))
        self._cross.setBrush(QColor("#ffffff"))
        self._draw()

    def _draw(self) -> None:
        plane, plot = self.plane, self.getPlotItem()
        for item in self._numbers:
            plot.removeItem(item)
        self._numbers = []
        shown = plane is not None and bool(self.known.any())
        marks = (self._path_edge, self._path, self._marks, self._now)
        for item in (self._image, self._contours, *marks):
            item.setVisible(shown)
        for item in (self._arrow_edge, self._arrow, self._head):
            item.setVisible(shown and plane is not None and plane.gradient is not None)
        for side in ("bottom", "left"):
            plot.showAxis(side, shown)
        self.scale_of_colours = None
        if plane is None or not shown:
            return
        shape = with_nearest(self.losses, self.known)
        self.scale_of_colours = scale = LossColours(self.losses[self.known], self.logarithmic)
        pixels = scale.pixels(shape, self._theme)
        pixels[~self.known & np.isnan(shape), 3] = 0  # nothing is known of it yet
        self._image.setImage(pixels, autoLevels=False)
        box = _box(plane)
        self._image.setRect(box)
        view = plot.getViewBox()
        view.setRange(box, padding=0)
        view.updateMatrix()
        self._left.fit(box.top(), box.bottom())
        self._draw_contours(scale, shape, plane)
        self._draw_path(plane)
        self._now.setData(*([at] for at in plane.origin))
        self._draw_arrow(plane, box)

    def _draw_contours(
        self, scale: LossColours, shape: NDArray[np.float64], plane: SurfacePlane
    ) -> None:
        """Contour lines at equal distances in the scale, once all points are known."""
        lines = np.empty((0, 2, 2))
        if self.known.all():
            places = np.nan_to_num(scale.places(shape), nan=1.0)
            heights = [k / _CONTOURS for k in range(1, _CONTOURS)]
            lines = np.concatenate([contour_lines(places, plane.x, plane.y, h) for h in heights])
        self._contours.setData(*lines.reshape(-1, 2).T)

    def _draw_path(self, plane: SurfacePlane) -> None:
        x, y = plane.path.T
        for line in (self._path_edge, self._path):
            line.setData(x, y)
        self._marks.setData(x, y)
        every = max(1, -(-len(x) // _NUMBERED))
        box = _box(plane)
        far = 0.06 * np.array([box.width(), box.height()])
        numbered: list[NDArray[np.float64]] = []
        # The last one first: of those that are near each other one alone has its number.
        for k in [len(x) - 1, *range(0, len(x) - 1, every)]:
            here = plane.path[k]
            near = any(bool((np.abs(here - other) < far).all()) for other in numbered)
            if near or not box.contains(QPointF(*here)):
                continue
            numbered.append(here)
            text = pg.TextItem(f"{plane.path_iterations[k]:,}", "#ffffff", anchor=(0, 1))
            text.fill = pg.mkBrush(0, 0, 0, 150)
            text.setFont(code_font(11))
            text.setPos(*here)
            text.setZValue(8)
            self.getPlotItem().addItem(text, ignoreBounds=True)
            self._numbers.append(text)

    def _draw_arrow(self, plane: SurfacePlane, box: QRectF) -> None:
        if plane.gradient is None or not any(plane.gradient):
            return
        # As long on screen in every direction; it points where the loss falls.
        pixels = self.getPlotItem().getViewBox().viewPixelSize()
        down = -np.array(plane.gradient)
        length = float(np.hypot(*(down / np.array(pixels))))
        room = min(box.width() / pixels[0], box.height() / pixels[1]) / 2
        if not np.isfinite(length) or length == 0 or not np.isfinite(room):
            return
        along, (x, y) = down / length * room * _ARROW, plane.origin
        for line in (self._arrow_edge, self._arrow):
            line.setData([x, x + along[0]], [y, y + along[1]])
        self._head.setPos(x + along[0], y + along[1])
        right, up = along / np.array(pixels)
        self._head.setStyle(angle=float(np.degrees(np.arctan2(up, -right))))

    # -- reading a point -------------------------------------------------------------------------

    @property
    def reading(self) -> str:
        """What the point that is read says; "" for none."""
        return self._readout.said

    def read(self, at: tuple[int, int] | None) -> None:
        """Read the point in a column and a row of the grid, or none."""
        plane = self.plane
        self._at = at = None if plane is None or not self.known.any() else at
        self._cross.setVisible(at is not None)
        if at is None or plane is None:
            self._readout.hide()
            self.read_changed.emit()
            return
        rows, columns = self.losses.shape
        column, row = min(max(at[0], 0), columns - 1), min(max(at[1], 0), rows - 1)
        self._at = (column, row)
        x, y = float(plane.x[column]), float(plane.y[row])
        self._cross.setData([x], [y])
        text = self.tr("x {0}, y {1}: loss {2}")
        loss = short(self.losses[row, column], 6)
        if not self.known[row, column]:
            loss = self.tr("not computed yet")
        self._readout.say(text.format(f"{x:.3g}", f"{y:.3g}", loss), x, y)
        self.read_changed.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the point under the mouse."""
        super().mouseMoveEvent(event)
        plane = self.plane
        place = place_under(self, event.position())
        if plane is None or event.buttons() or place is None:
            return
        column = int(np.abs(plane.x - place.x()).argmin())
        self.read((column, int(np.abs(plane.y - place.y()).argmin())))

    def leaveEvent(self, event: QEvent) -> None:
        """Read nothing more."""
        super().leaveEvent(event)
        self.read(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the point that is read, or read none."""
        moves = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        if event.key() in moves and self.losses.size:
            rows, columns = self.losses.shape
            column, row = self._at or ((columns - 1) // 2, (rows - 1) // 2)
            right, up = moves[Qt.Key(event.key())] if self._at is not None else (0, 0)
            self.read((column + right, row + up))
        elif event.key() == Qt.Key.Key_Escape and self._at is not None:
            self.read(None)
        else:
            event.ignore()


def at_its_weights(plane: SurfacePlane) -> SurfacePlane:
    """The plane of two weights in the weights themselves, not in what is added to them."""
    x, y = plane.origin
    return replace(plane, x=plane.x + x, y=plane.y + y, path=plane.path + np.array(plane.origin))


def _box(plane: SurfacePlane) -> QRectF:
    """The plane in its coordinates, with half a cell around the outer points."""
    x, y = plane.x, plane.y
    dx = float(x[1] - x[0]) if len(x) > 1 else 1.0
    dy = float(y[1] - y[0]) if len(y) > 1 else 1.0
    return QRectF(x[0] - dx / 2, y[0] - dy / 2, dx * len(x), dy * len(y))
