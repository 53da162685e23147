"""The picture of a loss surface that is not finished."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.surface.surface_plot import SurfacePlot
from backprop_viz.desktop.panels.surface.surface_texts import path_text
from backprop_viz.desktop.style.theme import DARK
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.requests.loss_surface import SurfacePlane, SurfaceRequest


def test_of_a_run_that_was_opened_it_is_said_from_where_its_path_is_known() -> None:
    axis = np.linspace(-1.0, 1.0, 5)
    facts, axes = (Fact("random_direction", (1,)), Fact("random_direction", (2,))), (axis, axis)
    for places, before in (((240,), "240"), ((240, 241, 250), "240"), ((0, 1), ""), ((0,), "")):
        path = np.ones((len(places), 2))
        request, now = SurfaceRequest("drawn", resolution=5), places[-1]
        plane = SurfacePlane(
            request, now, facts, *axes, (1.0, 1.0), np.array(places), path, 0.5, 64
        )
        text = path_text(plane)
        assert ("There is no path yet" in text) == (len(places) == 1)
        assert (f"before iteration {before} is not known" in text) == bool(before)


def test_what_is_not_computed_yet_is_not_painted_and_what_is_not_finite_is(qtbot: QtBot) -> None:
    axis = np.linspace(-1.0, 1.0, 5)
    request = SurfaceRequest(resolution=5)
    plane = SurfacePlane(
        request, 3, (Fact("random_axis"), Fact("random_axis")), axis, axis, (1.0, 1.0),
        np.array([3]), np.zeros((1, 2)), 0.0, 64,
    )  # fmt: skip
    plot = SurfacePlot()
    qtbot.addWidget(plot)
    losses, known = np.zeros((5, 5)), np.zeros((5, 5), np.bool_)
    losses[0, 0], losses[0, 1], losses[1, 1] = 2.0, 3.0, np.nan
    known[0, 0] = known[0, 1] = known[1, 1] = True
    plot.show_surface(plane, losses, known)
    items = plot.getPlotItem().items
    pixels = next(item for item in items if isinstance(item, pg.ImageItem)).image
    assert (pixels[..., 3] > 0).sum() == 3
    error = QColor(DARK.error)
    assert pixels[1, 1].tolist() == [error.red(), error.green(), error.blue(), 255]
