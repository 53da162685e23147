"""The loss along a line whose losses may be no finite numbers."""

import math

import numpy as np
import pyqtgraph as pg
import pytest
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.surface.line_plot import LinePlot
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.requests.loss_surface import SurfacePlane, SurfaceRequest


@pytest.mark.parametrize("finite", [0, 1, 4])
def test_points_of_which_none_or_few_are_finite_are_drawn_without_a_warning(
    qtbot: QtBot, finite: int
) -> None:
    axis = np.linspace(-1.0, 2.0, 4)
    axes = (Fact("kept", (3,)), Fact("none"))
    request = SurfaceRequest(plane="line", resolution=4)
    zero = np.zeros(1)
    plane = SurfacePlane(
        request, 3, axes, axis, zero, (1.0, 1.0), np.array([3]), np.zeros((1, 2)), 0.0, 64
    )
    plot = LinePlot()
    qtbot.addWidget(plot)
    plot.resize(300, 200)
    plot.show()
    losses = np.array([[2.0, 3.0, 4.0, 5.0]])
    losses[0, finite:] = math.nan
    plot.show_line(plane, losses, np.ones((1, 4), bool))
    lines = [one for one in plot.getPlotItem().items if isinstance(one, pg.PlotDataItem)]
    (curve,) = [one for one in lines if one.opts["symbol"] == "o"]
    curve.scatter.boundingRect()  # numpy warns where all are NaN: that is an error in tests
    _, y = curve.getData()
    assert np.isfinite([] if y is None else y).sum() == finite
