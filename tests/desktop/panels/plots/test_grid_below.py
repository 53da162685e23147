"""A plot's grid is below its curves and its names."""

from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.plots.curve_plot import CurvePlot
from backprop_viz.desktop.panels.plots.curve_row import CurveRow
from backprop_viz.desktop.style.theme import LIGHT
from backprop_viz.recording.run.history import Curves


def test_no_line_of_the_grid_is_painted_over_a_curve(qtbot: QtBot) -> None:
    row = CurveRow("loss", "", lambda curves: (curves.loss, None), "loss", width=3.0)
    plot = CurvePlot(("iteration", "loss"), (row,))
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.set_theme(LIGHT)
    plot.show()
    plot.show_curves(Curves.of_losses([1.0 - 0.1 * i for i in range(10)]))
    image, ink = plot.grab().toImage(), QColor(LIGHT.loss)
    rows = [
        y
        for y in range(image.height())
        if any(image.pixelColor(x, y) == ink for x in range(image.width()))
    ]
    assert rows == list(range(rows[0], rows[-1] + 1))
    assert len(rows) > 100
