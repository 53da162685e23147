"""The losses of a script that has several are curves with names; a sum says that it is one."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.plots.plots import LossPlot
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.run.program import Line, Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.run.scalar_curves import loss_name
from tests.desktop.panels.plots.plot_helpers import STROKES, curves, shown

MakeViewState = Callable[..., ViewState]
AT = np.arange(1.0, 4.0)
D_LOSS, G_LOSS = np.array([1.4, 1.3, 1.2]), np.array([0.6, 0.7, 0.9])


def names(plot: LossPlot) -> list[str]:
    return [name for name, _, _ in plot.plot.reading()]


def words(plot: LossPlot) -> list[str]:
    return [button.text() for button in plot.legend if button.isVisible()]


def test_each_loss_of_a_gan_is_a_curve_with_its_name(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    program = Program(
        (
            Line("    d_loss.backward(); od.step()", source_line=15),
            Line("    (g_loss / 2).backward()", source_line=18),
        )
    )
    told = {loss_name(15, summed=False): (AT, D_LOSS), loss_name(18, summed=False): (AT, G_LOSS)}
    plot = LossPlot()
    shown(qtbot, plot)
    alone = replace(
        make_view_state(STROKES, phases=0),
        curves=curves(G_LOSS.tolist()),
        origin=RunOrigin("script", "gan.py"),
        program=program,
    )
    plot.show_view_state(alone)
    qtbot.waitUntil(lambda: words(plot) == ["batch", "smoothed"])
    plot.show_view_state(replace(alone, scalars=told))
    qtbot.waitUntil(lambda: words(plot) == ["d_loss, line 15", "line 18"])
    plot.plot.set_crosshair(3)
    reading = {name: value for name, value, _ in plot.plot.reading()}
    assert (reading["d_loss, line 15"], reading["line 18"]) == ("1.200", "0.9000")
    plot.legend[0].click()
    assert names(plot) == ["line 18", "18, smoothed"]
    longer = {name: (np.arange(1.0, 5.0), np.append(y, 2.5)) for name, (_, y) in told.items()}
    plot.show_view_state(replace(alone, scalars=longer))
    assert plot.plot.traces[2].at(4) == (4, 2.5)
    # The loop is another one, as where a notebook's cell was run again.
    plot.show_view_state(alone)
    qtbot.waitUntil(lambda: words(plot) == ["batch", "smoothed"])


def test_before_a_second_loss_came_the_one_loss_has_its_curve(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    plot = LossPlot()
    shown(qtbot, plot)
    late = np.arange(3.0, 6.0)
    told = {
        loss_name(15, summed=False): (late, D_LOSS),
        loss_name(18, summed=False): (late, G_LOSS),
    }
    view_state = replace(
        make_view_state(STROKES, phases=0),
        curves=curves([5.0, 4.0, *G_LOSS]),
        origin=RunOrigin("script", "gan.py"),
        scalars=told,
    )
    plot.show_view_state(view_state)
    qtbot.waitUntil(lambda: words(plot) == ["line 15", "line 18", "batch"])
    traces = plot.plot.traces
    assert (traces[4].x.tolist(), traces[4].y.tolist()) == ([1, 2], [5, 4])
    assert (traces[0].x.tolist(), traces[0].y.tolist()) == ([3, 4, 5], D_LOSS.tolist())
    plot.grab()


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("scaler.scale(loss).backward()", "sum of loss, line 9"),
        ("accelerator.backward(loss)", "sum of loss, line 9"),
        ("self.manual_backward(g, retain_graph=True)", "sum of g, line 9"),
        ("loss.backward(retain_graph=True)", "sum of loss, line 9"),
        ("losses.total.backward()", "sum of losses.total, line 9"),
        ("a.backward(); b.backward()", "sum, line 9"),
        ("loss.mean().backward()", "sum, line 9"),
    ],
)
def test_the_sum_over_micro_batches_is_called_one(
    qtbot: QtBot, make_view_state: MakeViewState, code: str, name: str
) -> None:
    plot = LossPlot()
    shown(qtbot, plot)
    plot.show_view_state(
        replace(
            make_view_state(STROKES, phases=0),
            curves=curves(G_LOSS.tolist()),
            origin=RunOrigin("script", "train.py"),
            program=Program((Line(code, source_line=9),)),
            scalars={loss_name(9, summed=True): (AT, D_LOSS)},
        )
    )
    qtbot.waitUntil(lambda: words(plot) == [name, "smoothed"])
    assert "The sum of what the backwards in line 9 started from" in plot.legend[0].toolTip()
