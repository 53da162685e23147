"""The sample of the batch that is shown: one in every panel, against a plain loop."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot
from torch.nn import functional as F  # noqa: N812

import backprop_viz as bv
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import Array
from tests.desktop.application_helpers import trigger, view_state_of
from tests.nightly import by_night

OpenWindow = Callable[..., MainWindow]


def plain_pool1(iterations: int) -> Array:
    """relu and max pool of conv1 in the last iteration of a plain loop: (8, 6, 15, 15)."""
    trainer = bv.Trainer(batch_size=8)
    for _ in range(iterations - 1):
        trainer.iterate()
    trainer.zero_grad()
    weight, bias = (p.detach().clone() for p in trainer.model.conv1.parameters())
    images, _ = trainer.batch
    return F.max_pool2d(torch.relu(F.conv2d(images, weight, bias)), 2).numpy()


def network_shows(window: MainWindow, layer: str) -> Array:
    canvas = window.panel(NetworkView).canvas
    column = [y.name for y in canvas.layers].index(layer)
    numbers = canvas.blocks_of(column)[0].numbers
    assert numbers is not None
    return numbers


@pytest.fixture(scope="module")
def window_arguments() -> tuple[str, ...]:
    return ()


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    shared_window.session.configure(Settings(batch_size=8))
    shared_window.session.shown.choose_sample(0)
    trigger(shared_window, "actionIteration")
    return shared_window


def test_the_chosen_sample_is_shown_in_every_panel(window: MainWindow, qtbot: QtBot) -> None:
    network, inspector = window.panel(NetworkView), window.panel(InspectorView)
    network.set_mode("activations")
    assert network.samples.total.text() == "of 8"
    window.picked.emit("layer", "pool1")
    trigger(window, "actionSample")
    assert network.samples.field.hasFocus() or not window.isActiveWindow()
    network.samples.field.selectAll()
    QTest.keyClicks(network.samples.field, "5")
    QTest.keyClick(network.samples.field, Qt.Key.Key_Return)
    assert view_state_of(window).sample == 5
    plain = plain_pool1(1)
    assert network_shows(window, "pool1").tobytes() == plain[5].tobytes()
    column = inspector.tensor.table.rows.columns[0].values
    assert column is not None
    assert column.tobytes() == plain[5].tobytes()
    assert "sample 5" in inspector.description.text()
    labels = view_state_of(window).cursor.recording.labels
    assert labels is not None
    assert network.canvas.state.label == labels[5]


def test_it_stays_over_iterations_and_turns_round(window: MainWindow) -> None:
    network = window.panel(NetworkView)
    network.set_mode("activations")
    for _ in range(3):
        QTest.mouseClick(network.samples.previous, Qt.MouseButton.LeftButton)
    assert view_state_of(window).sample == 5
    trigger(window, "actionIteration")
    network.set_mode("activations")
    assert view_state_of(window).sample == 5
    assert network_shows(window, "pool1").tobytes() == plain_pool1(2)[5].tobytes()
    for _ in range(3):
        trigger(window, "actionNextSample")
    assert view_state_of(window).sample == 0


def test_a_batch_that_is_recorded_in_part_says_so(window: MainWindow, qtbot: QtBot) -> None:
    network = window.panel(NetworkView)
    window.session.shown.choose_sample(5)
    trigger(window, "actionTrain")
    qtbot.waitUntil(lambda: view_state_of(window).cursor.recording.samples == 1, timeout=60_000)
    qtbot.waitUntil(lambda: network.samples.total.text() == "of 1 recorded", timeout=60_000)
    assert view_state_of(window).sample == 0
    assert not network.samples.field.isEnabled()
    assert not window.findChild(QAction, "actionNextSample").isEnabled()
    trigger(window, "actionTrain")
    qtbot.waitUntil(lambda: not view_state_of(window).training, timeout=60_000)
    assert window.session.wait_idle(30)
    assert network.samples.total.text() == "of 8"
    assert view_state_of(window).sample == 5


@by_night
def test_a_session_keeps_it(
    window: MainWindow, open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window.session.shown.choose_sample(6)
    path = str(tmp_path / "run.bpviz")
    window.session.save(path, {"sample": window.session.shown.sample})
    assert window.session.wait_idle(30)
    other = open_window(path)
    qtbot.waitUntil(lambda: view_state_of(other).sample == 6, timeout=60_000)
    assert (
        network_shows(other, "x").tobytes()
        == np.ascontiguousarray(view_state_of(other).cursor.recording.input[6]).tobytes()
    )


def test_every_control_can_be_named_and_reached(window: MainWindow) -> None:
    chooser = window.panel(NetworkView).samples
    for control in (chooser.field, *chooser.findChildren(QToolButton)):
        assert control.accessibleName()
        assert control.toolTip()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
