"""The bars of the gradients' norms."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.selection import select
from backprop_viz.desktop.panels.plots.flow_layout import column_box
from backprop_viz.desktop.panels.plots.plots import (
    GradientFlowPlot,
)
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.trace.phases import Phase
from tests.desktop.panels.plots.plot_helpers import shown
from tests.recording.records import made_recording

MakeViewState = Callable[..., ViewState]


def test_bars_are_the_gradients_at_the_cursor(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    view_state = make_view_state()
    recording = view_state.cursor.recording
    span = recording.span(Phase.BACKWARD)
    assert span is not None
    panel = GradientFlowPlot()
    shown(qtbot, panel)
    panel.show_view_state(replace(view_state, cursor=recording.at(span.start)))
    assert all(flow.grad is None and flow.ratio is None for flow in panel.bars.flows)
    for position in range(span.start, len(recording.events) + 1):
        cursor = recording.at(position)
        panel.show_view_state(replace(view_state, cursor=cursor))
        for flow in panel.bars.flows:
            grad = cursor.grad(flow.name)
            assert (flow.grad is None) == (grad is None)
            if grad is not None:
                assert flow.grad == pytest.approx(float(np.linalg.norm(grad)), rel=1e-5)
            assert (flow.ratio is None) == (cursor.last(flow.name, Phase.UPDATE) is None)
    assert [flow.name for flow in panel.bars.flows] == [p.name for p in recording.parameters]
    panel.grab()


def test_before_the_first_iteration_it_says_what_will_come(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    panel = GradientFlowPlot()
    shown(qtbot, panel)
    panel.show_view_state(replace(make_view_state(), cursor=Cursor(Recording(1, ()), 0)))
    image = panel.bars.grab().toImage()
    middle = image.height() // 2
    rows = range(middle - 8, middle + 8)
    assert len({image.pixel(x, y) for y in rows for x in range(image.width())}) > 1


def test_a_bar_is_read_and_picked(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    panel = GradientFlowPlot()
    shown(qtbot, panel)
    view_state = make_view_state()
    panel.show_view_state(view_state)
    legend = panel.readout.text()
    bars = panel.bars
    at = column_box(bars.area(), len(bars.flows), 3).center().toPoint()
    picked: list[tuple[str, object]] = []
    panel.picked.connect(lambda kind, key: picked.append((kind, key)))
    QTest.mouseMove(bars, at)
    assert panel.readout.text().startswith("conv2.bias: ‖grad‖ ")
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=at)
    QTest.keyClick(bars, Qt.Key.Key_Right)
    QTest.keyClick(bars, Qt.Key.Key_Return)
    assert picked == [("parameter", "conv2.bias"), ("parameter", "fc1.weight")]
    QTest.keyClick(bars, Qt.Key.Key_Home)
    assert panel.readout.text().startswith("conv1.weight")
    QTest.keyClick(bars, Qt.Key.Key_Escape)
    assert panel.readout.text() == legend
    panel.select(select(view_state.cursor.recording, "parameter", "fc1.weight"))
    panel.grab()
    panel.select(None)


def test_zeros_nan_and_many_parameters_are_drawn(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(phases=0)
    values = [None, 0.0, np.nan, np.inf, 1e-30, 1e30]
    weight = view_state.cursor.recording.parameters[1].value
    parameters = {
        f"block{i}.weight": (weight, None if value is None else np.full(3, value, np.float32))
        for i, value in enumerate(values * 20)
    }
    recording = made_recording(parameters=parameters)
    panel = GradientFlowPlot()
    shown(qtbot, panel)
    panel.show_view_state(replace(view_state, cursor=recording.at(0)))
    panel.grab()
    assert "None" in panel.reading(panel.bars.flows[0])
    assert panel.reading(panel.bars.flows[2]) == "block2.weight: ‖grad‖ nan"
    panel.show_view_state(replace(view_state, cursor=made_recording().at(0)))
    QTest.keyClick(panel.bars, Qt.Key.Key_Right)
    panel.grab()
