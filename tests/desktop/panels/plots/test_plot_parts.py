"""What plots share: a fixed range, the frame that tells of the keyboard, the readout's place."""

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.plots.axes import NamedAxis
from backprop_viz.desktop.panels.plots.plot_parts import (
    EmptyPlotText,
    PlotReadout,
    colour_plot,
    place_under,
    set_up_plot,
)
from backprop_viz.desktop.style.theme import LIGHT, set_text_scale


@pytest.fixture
def plot(qtbot: QtBot) -> pg.PlotWidget:
    axes = {"bottom": NamedAxis("bottom", "x"), "left": NamedAxis("left", "y")}
    plot = pg.PlotWidget(axisItems=axes)
    qtbot.addWidget(plot)
    set_up_plot(plot)
    colour_plot(plot, LIGHT, grid=("left",))
    plot.resize(400, 300)
    plot.show()
    view = plot.getPlotItem().getViewBox()
    view.setRange(xRange=(0, 10), yRange=(0, 1), padding=0)
    view.updateMatrix()
    return plot


def on_plot(plot: pg.PlotWidget, x: float, y: float) -> QPoint:
    scene = plot.getPlotItem().getViewBox().mapViewToScene(pg.Point(x, y))
    return plot.mapFromScene(scene)


def test_its_range_stays_whatever_the_mouse_does(plot: pg.PlotWidget, qtbot: QtBot) -> None:
    view = plot.getPlotItem().getViewBox()
    assert view.state["mouseEnabled"] == [False, False]
    plot.getPlotItem().plot([0, 1000], [0, 1000])
    assert view.viewRange() == [[0, 10], [0, 1]]
    assert plot.focusPolicy() == Qt.FocusPolicy.StrongFocus
    assert LIGHT.accent in plot.styleSheet()
    assert plot.getAxis("left").grid
    assert not plot.getAxis("bottom").grid


def test_the_place_under_the_mouse_is_in_the_axes_units(plot: pg.PlotWidget) -> None:
    place = place_under(plot, QPointF(on_plot(plot, 4, 0.5)))
    assert place is not None
    assert (place.x(), place.y()) == pytest.approx((4, 0.5), abs=0.05)
    assert place_under(plot, QPointF(0, 0)) is None


@pytest.mark.parametrize("x", [0, 5, 10])
@pytest.mark.parametrize("y", [0, 0.5, 1])
def test_a_readout_is_beside_its_point_within_the_plot(
    plot: pg.PlotWidget, x: float, y: float
) -> None:
    readout = PlotReadout(plot)
    assert readout.said == ""
    readout.say("loss 0.25", x, y)
    assert readout.said == "loss 0.25"
    assert plot.accessibleDescription() == "loss 0.25"
    assert plot.rect().contains(readout.geometry())
    assert not readout.geometry().contains(on_plot(plot, x, y))
    readout.hide()
    assert readout.said == ""


def test_a_readout_grows_with_the_text(plot: pg.PlotWidget) -> None:
    readout = PlotReadout(plot)
    small = readout.font().pixelSize()
    set_text_scale(2.0)
    try:
        readout.follow_text_size()
        assert readout.font().pixelSize() == pytest.approx(2 * small, abs=1)
    finally:
        set_text_scale(1.0)


def test_a_readout_stays_beside_its_point_when_the_plot_grows(plot: pg.PlotWidget) -> None:
    readout = PlotReadout(plot)
    readout.say("loss 0.25", 5, 0.5)
    before = on_plot(plot, 5, 0.5) - readout.pos()
    plot.resize(800, 600)
    QApplication.processEvents()
    assert on_plot(plot, 5, 0.5) - readout.pos() == before


def test_an_empty_plot_says_what_it_is_for_in_its_middle(plot: pg.PlotWidget) -> None:
    empty = EmptyPlotText(plot)
    empty.say("Press Start.")
    plot.resize(800, 600)
    QApplication.processEvents()
    assert empty.isVisible()
    assert abs(empty.geometry().center().x() - plot.rect().center().x()) <= 1
    empty.say("")
    assert not empty.isVisible()


def test_a_logarithmic_axis_has_numbers_also_where_the_range_is_narrow() -> None:
    axis = NamedAxis("left", "loss")
    axis.setLogMode(False, True)
    for low, high in ((1.4, 3.5), (2.0, 2.6), (0.1, 90.0)):
        ((_, ticks),) = axis.tickValues(np.log10(low), np.log10(high), 400)
        assert len(ticks) >= 3
        texts = axis.tickStrings(ticks, 1, 1)
        assert len(set(texts)) == len(texts)
        assert all(low <= float(text) <= high for text in texts)
