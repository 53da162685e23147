"""How often curves are drawn while training runs."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QPaintEvent
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.plots.plots import (
    LossPlot,
)
from backprop_viz.desktop.view_state import ViewState
from tests.desktop.panels.plots.plot_helpers import STROKES, curves, shown

MakeViewState = Callable[..., ViewState]


def test_a_view_state_during_training_paints_a_plot_once(
    qtbot: QtBot, make_view_state: MakeViewState, monkeypatch: pytest.MonkeyPatch
) -> None:
    view_state = replace(make_view_state(STROKES, phases=0), curves=curves([3.0, 2.0]))
    plot = LossPlot()
    shown(qtbot, plot)
    qtbot.waitExposed(plot)
    plot.show_view_state(view_state)
    painted = []

    def paint(self: pg.GraphicsView, event: QPaintEvent) -> None:
        painted.append(event.rect())
        original(self, event)

    original = pg.GraphicsView.paintEvent
    monkeypatch.setattr(pg.GraphicsView, "paintEvent", paint)
    for n in range(3, 43):  # the range of x grows with each of the first
        painted.clear()
        plot.show_view_state(replace(view_state, curves=curves([3.0 / i for i in range(1, n)])))
        qtbot.waitUntil(lambda: bool(painted))
        QCoreApplication.processEvents()
        QCoreApplication.processEvents()
        assert len(painted) == 1


def drawn_to(plot: LossPlot) -> float:
    """The last iteration that a line reaches."""
    lines = [i for i in plot.plot.getPlotItem().items if isinstance(i, pg.PlotCurveItem)]
    return max(line.getData()[0].max(initial=0.0) for line in lines)


def test_while_it_trains_what_is_too_narrow_to_see_waits_for_more(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    view_state = replace(make_view_state(STROKES, phases=0), training=True)
    plot = LossPlot()
    shown(qtbot, plot)
    reached = []
    for n in range(900, 1000):
        plot.show_view_state(replace(view_state, curves=curves([3.0] * n)))
        reached.append(drawn_to(plot))
    left, right = plot.plot.getPlotItem().getViewBox().viewRange()[0]
    a_pixel = (right - left) / plot.plot.width()
    behind = [n - to for n, to in zip(range(900, 1000), reached, strict=True)]
    assert len(set(reached)) < 70
    assert 1 <= max(behind) <= a_pixel
    plot.show_view_state(replace(view_state, curves=curves([3.0] * 999), training=False))
    assert drawn_to(plot) == 999


def test_while_it_trains_nothing_waits_long(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    view_state = replace(make_view_state(STROKES, phases=0), training=True)
    plot = LossPlot()
    shown(qtbot, plot)
    plot.show_view_state(replace(view_state, curves=curves([3.0] * 90_000)))
    _, high = plot.plot.getPlotItem().getViewBox().viewRange()[1]
    assert high < 4
    for n in range(1, 30):
        plot.show_view_state(replace(view_state, curves=curves([3.0] * 90_000 + [9.0] * n)))
        if plot.plot.getPlotItem().getViewBox().viewRange()[1][1] > 9:
            break
    assert 1 < n <= 12


def test_while_it_trains_few_iterations_are_drawn_each(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    view_state = replace(make_view_state(STROKES, phases=0), training=True)
    plot = LossPlot()
    shown(qtbot, plot)
    for n in range(2, 40):
        plot.show_view_state(replace(view_state, curves=curves([3.0] * n)))
        assert drawn_to(plot) == n


def test_an_evaluation_is_drawn_at_once(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    view_state = replace(make_view_state(STROKES, phases=0), training=True)
    plot = LossPlot()
    shown(qtbot, plot)
    run = curves([3.0] * 900)
    plot.show_view_state(replace(view_state, curves=run))
    more = curves([3.0] * 901)
    plot.show_view_state(replace(view_state, curves=more))
    assert drawn_to(plot) == 900
    evaluated = replace(
        more,
        validation_iteration=np.array([901.0]),
        validation_loss=np.array([1.0]),
        validation_accuracy=np.array([0.5]),
    )
    plot.show_view_state(replace(view_state, curves=evaluated))
    assert drawn_to(plot) == 901
