"""New runs from presets, and the switches of the tutorial's experiments, in the window."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QToolButton
from torch import nn

import backprop_viz as bv
from backprop_viz.desktop.controllers.training.presets import takes_images
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.trace.phases import Phase
from tests.nightly import by_night

OpenWindow = Callable[..., MainWindow]


def test_the_inputs_form_is_offered_where_the_input_is_an_image() -> None:
    with bv.record(net := nn.Linear(4, 1)) as small:
        net(torch.ones(2, 4)).sum().backward()
    assert takes_images(small) is False
    assert takes_images(bv.Trainer("random", "mse", batch_size=1).record()) is True


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    return shared_window


def trigger(window: MainWindow, name: str) -> None:
    action = window.findChild(QAction, name)
    assert action.isEnabled(), name
    action.trigger()
    assert window.session.wait_idle(60)


def view_state_of(window: MainWindow) -> ViewState:
    return window.session.view_state


def test_the_batch_dimension_left_out_and_put_back(window: MainWindow) -> None:
    """One input without it, torch's own words at the real line, mended by unsqueeze(0)."""
    torch.manual_seed(0)
    net = bv.LeNet()
    x, y = torch.randn(1, 1, 32, 32)[0], torch.randn(1, 10)[0]
    with pytest.raises(RuntimeError) as refused:
        net(x)
    wanted = nn.MSELoss()(net(x.unsqueeze(0)), y.unsqueeze(0)).item()
    weights = {p.name: p.value for p in view_state_of(window).cursor.recording.parameters}
    trigger(window, "actionUnbatched")
    trigger(window, "actionStep")
    trigger(window, "actionStep")
    program = window.panel(ProgramView)
    view_state = view_state_of(window)
    assert (view_state.due, view_state.iteration) == (Phase.FORWARD, 0)
    assert str(refused.value) in program.failure.said.text()
    assert str(refused.value) in window.messages.text()
    row = program.code.failed
    assert row is not None
    assert program.lines()[row].strip().startswith("x = F.relu(self.fc1(x))")
    assert program.failure.head.text() == f"Line {row + 1}: linear(16×36, 120×576, 120)"
    assert program.failure.shapes.text().startswith("x 1×32×32 → conv2d 6×30×30 → relu")
    assert program.failure.shapes.text().endswith("max_pool2d 16×6×6 → view 16×36")
    for parameter in view_state.cursor.recording.parameters:
        assert np.array_equal(parameter.value, weights[parameter.name])
    assert program.failure.isVisible()
    program.failure.mend.click()
    assert window.session.wait_idle(60)
    trigger(window, "actionIteration")
    view_state = view_state_of(window)
    assert view_state.cursor.recording.loss == wanted
    assert not program.failure.isVisible()
    assert program.code.failed is None
    assert "    out = net(x.unsqueeze(0))" in program.lines()


def test_training_says_the_same(open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial")
    trigger(window, "actionUnbatched")
    trigger(window, "actionTrain")
    head = window.panel(ProgramView).failure.head
    assert window.session.wait_until(lambda: head.text() != "", 60)
    assert head.text().endswith("linear(16×36, 120×576, 120)")
    assert not view_state_of(window).training
    said = window.messages.text()
    assert "linear was given 16×36, fc1.weight 120×576, fc1.bias 120." in said
    assert "The 16×36 was made at lenet.py:" in said
    assert view_state_of(window).iteration == 0


def test_gradients_accumulate_at_a_switch(window: MainWindow) -> None:
    torch.manual_seed(0)
    net = bv.LeNet()
    x, y = torch.randn(1, 1, 32, 32), torch.randn(1, 10)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    for _ in range(2):
        nn.MSELoss()(net(x), y).backward()
        optimizer.step()
    switch = window.findChild(QToolButton, "switch_actionAccumulate")
    assert switch.isVisible()
    switch.click()
    assert window.session.wait_idle(60)
    assert not view_state_of(window).settings.clear_gradients
    for _ in range(2):
        trigger(window, "actionIteration")
    cursor = view_state_of(window).cursor
    for name, parameter in net.named_parameters():
        assert np.array_equal(cursor.grad(name), parameter.grad.numpy())
    switch.click()
    assert window.session.wait_idle(60)
    assert view_state_of(window).settings.clear_gradients
    assert not switch.isChecked()


def test_backward_from_the_output_has_a_name(window: MainWindow) -> None:
    action = window.findChild(QAction, "actionOutputGradient")
    assert action.text().replace("&", "") == "out.backward(random)"
    trigger(window, "actionOutputGradient")
    assert view_state_of(window).settings.loss == "output_gradient"
    assert action.isChecked()
    trigger(window, "actionOutputGradient")
    assert view_state_of(window).settings.loss == "mse"
    assert not action.isChecked()


@pytest.mark.qt_log_ignore(
    "This plugin does not support raise", "This plugin does not support grabbing the keyboard"
)
def test_the_search_finds_commands(window: MainWindow) -> None:
    field = window.panel(InspectorView).search
    field.begin()
    QTest.keyClicks(field, "backward(rand")
    assert field.completer().completionCount() == 1
    assert field.completer().currentCompletion() == "▸ out.backward(random)"
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.session.wait_idle(60)
    assert view_state_of(window).settings.loss == "output_gradient"


def test_any_batch_of_random_input_is_tried_in_the_window(window: MainWindow) -> None:
    torch.manual_seed(0)
    net = bv.LeNet()
    x, y = torch.randn(5, 1, 32, 32), torch.randn(5, 10)
    wanted = nn.MSELoss()(net(x), y).item()
    field = window.toolbar.settings.findChild(NumberField, "batchSize")
    assert field.isEnabled()
    field.lineEdit().setText("5")
    field.finish()
    assert window.session.wait_idle(60)
    trigger(window, "actionIteration")
    recording = view_state_of(window).cursor.recording
    assert np.array_equal(recording.input, x.numpy())
    assert recording.loss == wanted


def test_a_row_of_the_table_selects_its_parameter_everywhere(window: MainWindow) -> None:
    trigger(window, "actionIteration")
    window.findChild(QToolButton, "tabParameters").click()
    table = window.panel(ProgramView).parameters.table
    at = table.visualRect(table.model().index(2, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert window.panel(InspectorView).chosen == ("parameter", "conv2.weight")
    assert [index.row() for index in table.selectionModel().selectedRows()] == [2]


@by_night
def test_new_runs_begin_from_presets(open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial", "--seed", "4")
    trigger(window, "actionNewDigits")
    settings = view_state_of(window).settings
    assert (settings.data, settings.batch_size, settings.seed) == ("strokes", 64, 4)
    trigger(window, "actionIteration")
    window.findChild(QAction, "actionNewTutorial").trigger()
    question = window.findChild(QMessageBox, "freshNetworkQuestion")
    question.reject()
    assert window.session.wait_idle(60)
    assert view_state_of(window).settings.data == "strokes"
    window.findChild(QAction, "actionNewTutorial").trigger()
    window.findChildren(QMessageBox, "freshNetworkQuestion")[-1].accept()
    assert window.session.wait_idle(60)
    view_state = view_state_of(window)
    assert (view_state.settings.data, view_state.settings.lr, view_state.iteration) == (
        "random",
        0.01,
        0,
    )
    trigger(window, "actionIteration")
    window.findChild(QAction, "actionNewTutorial").trigger()
    window.findChildren(QMessageBox, "freshNetworkQuestion")[-1].accept()
    assert window.session.wait_idle(60)
    assert view_state_of(window).iteration == 0
    titles = window.menuBar().actions()  # older PySide lets go of a menu with its title
    files = titles[0].menu()
    assert files.actions()[0].text().replace("&", "") == "New run"
