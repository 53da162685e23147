"""A curve of iterations whose loss nobody knows."""

import math
from dataclasses import replace

import numpy as np
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.plots.plots import LossPlot
from backprop_viz.recording.run.history import Curves
from tests.conftest import MakeViewState
from tests.desktop.panels.plots.plot_helpers import STROKES, shown


def test_iterations_without_a_loss_are_not_called_ones_of_nan(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    """The first raised before its loss, say; a loss that is NaN is known, and marked."""
    plot = LossPlot()
    shown(qtbot, plot)
    view_state = make_view_state(STROKES, phases=0)
    assert view_state.cursor.recording.loss is None
    plot.show_view_state(replace(view_state, curves=Curves.of_losses(np.array([np.nan]))))
    assert "No loss was computed" in plot.hint.text()
    assert plot.notice.text() == ""
    nan = replace(view_state.cursor.recording, loss=math.nan).at(0)
    plot.show_view_state(
        replace(view_state, cursor=nan, curves=Curves.of_losses(np.array([np.nan])))
    )
    assert plot.hint.text() == ""
    assert "iteration 1" in plot.notice.text()
