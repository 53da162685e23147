"""The numbers along an axis."""

import pytest
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.plots.axes import NamedAxis
from backprop_viz.desktop.panels.plots.curve_plot import CurvePlot
from backprop_viz.desktop.panels.plots.curve_row import CurveRow
from backprop_viz.recording.run.history import Curves

ROW = CurveRow("batch", "", lambda curves: (curves.loss, None), "accent")


@pytest.mark.parametrize("size", [100, 700, 3000])
def test_an_axis_of_iterations_has_whole_numbers(qapp: QApplication, size: float) -> None:
    axis = NamedAxis("bottom", "iteration", whole=True)
    ((_, ticks),) = axis.tickValues(0, 10, size)
    texts = axis.tickStrings(ticks, 1, ticks[1] - ticks[0])
    assert texts == [str(int(tick)) for tick in ticks]
    assert len(set(texts)) == len(texts) > 1


def test_a_narrow_axis_has_more_than_one_number(qapp: QApplication) -> None:
    """As below a check's curve, where one number alone, 0, tells no scale."""
    axis = NamedAxis("bottom", "moved by")
    ((step, ticks),) = axis.tickValues(-0.104, 0.104, 228)
    texts = axis.tickStrings(ticks, 1, step)
    assert {"-0.05", "0", "0.05"} <= set(texts)


@pytest.mark.parametrize("losses", [[1.6, 0.14], [2.313, 2.306], [0.93, 0.9], [47.0, 3.0]])
def test_in_a_low_plot_the_name_gives_way_to_the_numbers(qtbot: QtBot, losses: list[float]) -> None:
    """One number alone tells no scale: two are there wherever two have room."""

    def numbers(name: str) -> list[int]:
        plot = CurvePlot(("iteration", name), (ROW,))
        qtbot.addWidget(plot)
        plot.show()
        plot.show_curves(Curves.of_losses(losses))
        found = []
        for height in range(50, 200, 5):
            plot.resize(300, height)
            plot.follow()
            axis, picture = plot.getPlotItem().getAxis("left"), plot.grab()
            painter = QPainter(picture)
            _, _, texts = axis.generateDrawSpecs(painter)
            painter.end()
            bottom = axis.mapRectFromParent(axis.geometry()).bottom()
            found.append(sum(box.bottom() <= bottom for box, _, _ in texts))
        return found

    for named, alone in zip(numbers("loss"), numbers(""), strict=True):
        assert named >= min(alone, 2)
    assert max(numbers("loss")) > 2
