"""A run that was opened may be of any length: its curves are followed over several turns."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.plots.plots import LossPlot
from backprop_viz.desktop.panels.plots.traces import moving_average
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.settings.run_settings import Settings

MakeViewState = Callable[..., ViewState]
LONG = 600_001


def test_a_long_run_is_followed_to_its_end(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    loss = np.random.default_rng(2).random(LONG)
    curves = Curves(loss, loss, np.array([3.0, LONG]), np.ones(2), np.ones(2))
    view_state = make_view_state(Settings(batch_size=2), phases=0)
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.resize(520, 190)
    plot.show()
    plot.show_view_state(replace(view_state, curves=curves))
    assert plot.plot.behind  # not all of it in one turn
    qtbot.waitUntil(lambda: not plot.plot.behind)
    batch, smoothed, validation = plot.plot.traces
    assert np.array_equal(batch.y, loss)
    assert np.array_equal(validation.x, [3, LONG])
    # As if it had all come at once.
    assert np.array_equal(smoothed.y, moving_average(loss, 0.95)[0])
    plot.plot.set_crosshair(LONG)
    reading = {name: value for name, value, _ in plot.plot.reading()}
    assert float(reading["batch"]) == float(f"{loss[-1]:.4g}")


def test_another_run_in_between_takes_its_place(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    long, short = np.ones(LONG), np.full(5, 2.0)
    rest = np.zeros(0)
    view_state = make_view_state(Settings(batch_size=2), phases=0)
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.show()
    plot.show_view_state(replace(view_state, curves=Curves(long, long, rest, rest, rest)))
    plot.show_view_state(replace(view_state, curves=Curves(short, short, rest, rest, rest)))
    assert not plot.plot.behind
    assert np.array_equal(plot.plot.traces[0].y, short)
