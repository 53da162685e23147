"""Each number that the Network draws leads to its explanation, in every mode."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.network.feature_maps import Mode
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.recording.explanations.number import Number
from tests.conftest import OpenWindow
from tests.desktop.application_helpers import trigger, view_state_of
from tests.nightly import by_day_every

MODES: tuple[Mode, ...] = ("activations", "weights", "gradients")


@pytest.mark.parametrize("mode", by_day_every(3, MODES))
def test_a_click_on_each_map_of_the_network(
    qtbot: QtBot, open_window: OpenWindow, mode: Mode
) -> None:
    window = open_window("--data", "random")
    for _ in range(4):
        trigger(window, "actionStep")
    recording = view_state_of(window).cursor.recording
    network, panel = window.panel(NetworkView), window.panel(OriginView)
    # While a number is explained, one click on a map asks about another.
    weight = recording.by_parameter["fc3.bias"]
    window.number_picked.emit(Number(weight.value_id, (0,)), None)
    network.set_mode(mode)
    canvas, seen = network.canvas, set()
    qtbot.waitUntil(lambda: canvas.marks is not None, timeout=20_000)
    for column in range(len(canvas.layers)):
        for grid in canvas.columns()[column].grids:
            place = grid.rect
            point = QPointF(place.x() + place.width() * 0.3, place.y() + place.height() * 0.3)
            shown = canvas.number_at(point)
            if shown is None or shown.number is None:
                continue
            qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=point.toPoint())
            qtbot.waitUntil(
                lambda: (
                    panel.explanation is not None
                    and panel.history.current is not None
                    and panel.explanation.number == panel.history.current.number
                ),
                timeout=20_000,
            )
            found = panel.explanation
            assert found is not None
            assert found.value == float(recording.tensors[found.number.tensor][found.number.index])
            assert found.kind == "given" or found.parts or found.value in (0.0, 1.0)
            assert np.isclose(found.total, found.value, rtol=1e-4, atol=1e-6) or not found.parts
            seen.add(canvas.layers[column].name)
    layers = {layer.name for layer in canvas.layers}
    assert seen >= (layers & {"conv1", "conv2", "fc1", "fc2", "fc3"}), (mode, seen)
    if mode != "weights":
        assert seen >= layers - {"loss"}
