"""The whole window, driven as a person drives it."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QFileDialog,
    QLabel,
    QMessageBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.widgets.fields.number_dialog import NumberDialog
from backprop_viz.desktop.widgets.keyboard_shortcuts import CheatSheet
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.recording.trace.phases import Phase
from tests.desktop.application_helpers import NAMES, trigger, view_state_of
from tests.forked_workers import sharing_server
from tests.nightly import by_night

OpenWindow = Callable[..., MainWindow]


MNIST = Path(__file__).resolve().parents[3] / "shared" / "data" / "mnist"


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    return shared_window


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path) -> None:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))


def test_everything_has_its_name(window: MainWindow) -> None:
    for name in NAMES:
        assert window.findChild(QWidget, name) is not None, name
    for name in ("Step", "StepBack", "Iteration", "Train", "Reset", "ClearDrawing"):
        assert window.findChild(QAction, f"action{name}") is not None, name


def test_every_action_and_control_tells_what_it_does(window: MainWindow) -> None:
    for action in window.findChildren(QAction):
        if action.objectName().startswith("action"):
            key = action.shortcut().toString()
            assert action.toolTip()
            assert not key or key in action.toolTip()
    for button in window.findChildren(QAbstractButton):
        # Qt's own at the ends of a row of tabs have no tooltip.
        own = button.objectName() in ("ScrollLeftButton", "ScrollRightButton")
        if button.isVisible() and not own and not button.objectName().startswith("qt_"):
            assert button.accessibleName() or button.text(), button
            assert button.toolTip(), button.text()
            assert button.focusPolicy() & Qt.FocusPolicy.TabFocus, button.text()
    for combo in window.findChildren(QComboBox):
        assert combo.accessibleName()
        assert combo.toolTip()


def test_f10_five_times_walks_the_phases_with_torchs_numbers(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window("--preset", "tutorial", "--seed", "0")
    # The plain script of the tutorial.
    torch.manual_seed(0)
    net = bv.LeNet()
    x = torch.randn(1, 1, 32, 32)
    target = torch.randn(10).view(1, -1)
    loss = torch.nn.MSELoss()(net(x), target)
    loss.backward()
    expected = net.conv1.bias.grad.numpy()
    before = net.conv1.bias.detach().clone()
    with torch.no_grad():
        after = before.add(net.conv1.bias.grad, alpha=-0.01)

    window.activateWindow()
    due = []
    for _ in range(5):
        due.append(view_state_of(window).due)
        if len(due) < 5:
            assert view_state_of(window).cursor.grad("conv1.bias") is None
        qtbot.keyClick(window, Qt.Key.Key_F10)
        assert window.session.wait_idle(30)
    assert due == list(Phase)
    cursor = view_state_of(window).cursor
    assert np.array_equal(cursor.grad("conv1.bias"), expected)
    assert np.array_equal(cursor.value("conv1.bias"), after.numpy())
    assert window.session.iteration == 1


def test_zeros_and_doubled_gradients(window: MainWindow) -> None:
    session = window.session
    still = replace(view_state_of(window).settings, lr=0.0, optimizer="manual")
    session.configure(replace(still, set_to_none=False))
    assert session.wait_idle(30)
    trigger(window, "actionIteration")
    first = view_state_of(window).cursor.grad("conv1.bias")
    trigger(window, "actionStep")
    assert np.array_equal(view_state_of(window).cursor.grad("conv1.bias"), np.zeros(6, np.float32))
    session.configure(replace(still, clear_gradients=False))
    assert session.wait_idle(30)
    trigger(window, "actionReset")
    trigger(window, "actionIteration")
    assert np.array_equal(view_state_of(window).cursor.grad("conv1.bias"), first)
    trigger(window, "actionIteration")
    assert np.array_equal(view_state_of(window).cursor.grad("conv1.bias"), 2 * first)


def stroke(qtbot: QtBot, pad: QWidget, *points: tuple[float, float]) -> None:
    """Draw with the left mouse button through points given in shares of the pad."""
    places = [QPoint(round(x * pad.width()), round(y * pad.height())) for x, y in points]
    qtbot.mousePress(pad, Qt.MouseButton.LeftButton, pos=places[0])
    for a, b in pairwise(places):
        for i in range(1, 9):
            qtbot.mouseMove(pad, a + (b - a) * (i / 8))
    qtbot.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=places[-1])


def test_a_drawn_digit_is_classified_as_classify_does(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window("--preset", "digits")
    pad = window.findChild(QWidget, "drawPad")
    assert pad.probabilities is None
    assert pad.prediction is None
    stroke(qtbot, pad, (0.5, 0.2), (0.5, 0.8))
    assert window.session.wait_idle(30)
    assert len(pad.probabilities) == 10
    assert sum(pad.probabilities) == pytest.approx(1, abs=1e-5)
    assert pad.prediction == int(np.argmax(pad.probabilities))
    assert window.panel(DrawPanel).prediction == pad.prediction
    trigger(window, "actionClearDrawing")
    assert pad.probabilities is None


@by_night
@pytest.mark.long
def test_train_learns_to_read_and_pause_stops(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window("--preset", "digits")
    pad = window.findChild(QWidget, "drawPad")
    train = window.findChild(QAction, "actionTrain")
    train.trigger()
    qtbot.waitUntil(lambda: window.session.iteration >= 150, timeout=120_000)
    stroke(qtbot, pad, (0.5, 0.15), (0.5, 0.85))
    train.trigger()
    assert window.session.wait_idle(30)
    assert not train.isChecked()
    assert pad.prediction == 1
    iteration = window.session.iteration
    assert len(view_state_of(window).curves.loss) == iteration
    trigger(window, "actionReset")
    assert window.session.iteration == 0


def test_a_change_that_needs_a_fresh_network_asks_only_when_work_is_lost(
    window: MainWindow, qtbot: QtBot
) -> None:
    loss = next(c for c in window.findChildren(QComboBox) if c.accessibleName() == "Loss")
    loss.setCurrentIndex(loss.findData("cross_entropy"))
    assert window.session.wait_idle(30)
    assert view_state_of(window).settings.loss == "cross_entropy"
    trigger(window, "actionIteration")
    loss.setCurrentIndex(loss.findData("mse"))
    question = window.findChild(QMessageBox, "freshNetworkQuestion")
    assert question is not None
    question.reject()
    assert window.session.wait_idle(30)
    assert window.session.iteration == 1
    assert loss.currentData() == "cross_entropy"


@pytest.mark.skipif(not MNIST.is_dir(), reason="the MNIST files for development are not here")
def test_mnist_is_taken_from_a_folder(open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial")
    trigger(window, "actionMnistFolder")
    window.findChild(QFileDialog, "mnistDialog").fileSelected.emit(str(MNIST))
    assert window.session.wait_idle(60)
    assert view_state_of(window).settings.data == "mnist"
    trigger(window, "actionIteration")
    assert window.session.iteration == 1


def test_errors_are_told_in_the_window(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window("--mnist-root", "/no/such/folder")
    qtbot.waitUntil(lambda: window.messages.isVisible(), timeout=60_000)
    assert "/no/such/folder" in window.messages.text()
    assert view_state_of(window).settings.data == "strokes"


def test_closing_in_the_middle_of_training_exits_at_once_without_a_word() -> None:
    script = """
import sys, time
from tests.forked_workers import fork_workers
fork_workers()
from PySide6.QtCore import QTimer
from backprop_viz.desktop import application
from backprop_viz.cli import parse
made = []
make = application.make_window
def remember(arguments):
    made.append(make(arguments))
    return made[0]
application.make_window = remember
closed = []
def watch():
    if made[0].session.view_state is None:
        return
    if not made[0].session.view_state.training:
        made[0].session.train()
    elif made[0].session.iteration >= 5 and not closed:
        closed.append(time.monotonic())
        made[0].close()
timer = QTimer()
timer.timeout.connect(watch)
def start():
    timer.start(20)
QTimer.singleShot(0, start)
status = application.run(parse(["--preset", "tutorial"]))
print(status, time.monotonic() - closed[0])
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        **sharing_server(),
    )
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if "propagateSizeHints" not in line]
    assert said == []
    status, seconds = done.stdout.split()
    assert status == "0"
    assert float(seconds) < 10  # a worker that is waited for takes longer


def test_a_breakpoint_in_the_program_stops_training(window: MainWindow, qtbot: QtBot) -> None:
    line = next(r.source_line for r in view_state_of(window).program.lines if "self.fc2" in r.text)
    window.panel(ProgramView).breakpoint_toggled.emit(Breakpoint("line", line))
    assert window.session.wait_idle(30)
    assert view_state_of(window).breakpoints == (Breakpoint("line", line),)
    window.findChild(QAction, "actionTrain").trigger()
    qtbot.waitUntil(lambda: view_state_of(window).hit is not None, timeout=60_000)
    cursor = view_state_of(window).cursor
    assert cursor.event.line == line - 1
    assert cursor.recording.events[cursor.position].line == line
    row = window.panel(ProgramView).marked_line()
    assert "self.fc2" in window.panel(ProgramView).lines()[row]
    said = window.messages.text()
    assert (
        said == f"Stopped before line {row + 1}: {window.panel(ProgramView).lines()[row].strip()}"
    )
    window.panel(ProgramView).breakpoint_toggled.emit(Breakpoint("line", line))
    assert window.session.wait_idle(30)
    assert view_state_of(window).breakpoints == ()


def test_navigation_by_the_menus(window: MainWindow) -> None:
    for name in ("EventBack", "StepBack", "IterationBack", "First", "Last", "Continue"):
        assert not window.findChild(QAction, f"action{name}").isEnabled(), name
    trigger(window, "actionIteration")
    trigger(window, "actionIteration")
    trigger(window, "actionEventBack")
    cursor = view_state_of(window).cursor
    assert cursor.position == len(cursor.recording.events) - 1
    trigger(window, "actionFirst")
    assert view_state_of(window).cursor.position == 0
    trigger(window, "actionIterationBack")
    assert view_state_of(window).cursor.recording.iteration == 1
    losses = view_state_of(window).curves.loss.tolist()
    trigger(window, "actionContinue")
    assert window.session.iteration == 1
    trigger(window, "actionIteration")
    assert view_state_of(window).curves.loss.tolist() == losses


def test_the_budget_can_be_set(window: MainWindow) -> None:
    trigger(window, "actionBudget")
    dialog = window.findChild(NumberDialog, "budgetDialog")
    dialog.field.selectAll()
    QTest.keyClicks(dialog.field, "8")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.field.refused.startswith("Memory for past iterations, in MB takes a whole number")
    assert dialog.isVisible()
    dialog.field.selectAll()
    QTest.keyClicks(dialog.field, "64")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert view_state_of(window).kept_iterations.budget == 64 * 2**20


def test_the_cheat_sheet_names_every_key(window: MainWindow) -> None:
    trigger(window, "actionCheatSheet")
    (sheet,) = window.findChildren(CheatSheet)
    texts = " ".join(label.text() for label in sheet.findChildren(QLabel))
    for action in window.findChildren(QAction):
        if action.objectName().startswith("action") and not action.shortcut().isEmpty():
            assert action.text().replace("&", "") in texts
    sheet.close()


def test_an_intervention_from_the_inspector(window: MainWindow) -> None:
    trigger(window, "actionIteration")
    before = view_state_of(window).cursor.grad("conv1.bias")
    node = next(
        n.id for n in view_state_of(window).cursor.recording.graph.nodes if "Relu" in n.name
    )
    window.panel(InspectorView).intervention_wanted.emit(GradientIntervention(node, "zero"))
    assert window.session.wait_idle(30)
    assert not view_state_of(window).cursor.grad("conv1.bias").any()
    window.panel(InspectorView).undo_wanted.emit()
    assert window.session.wait_idle(30)
    assert np.array_equal(view_state_of(window).cursor.grad("conv1.bias"), before)


def test_what_is_selected_stays_selected_as_the_graph_grows(window: MainWindow) -> None:
    """From the output's graph of 25 nodes to the loss's, and into the next iteration."""
    for _ in range(2):
        trigger(window, "actionStep")

    def ringed() -> set[str]:
        item = window.panel(AutogradView).canvas.item
        return {item.graph.nodes[node].key for node in item.selected}

    window.panel(AutogradView).picked.emit("node", "conv2d 2")
    kin = ringed()
    assert "conv2d 2" in kin
    for _ in range(4):
        trigger(window, "actionStep")
        assert window.panel(InspectorView).node.key == "conv2d 2"
        assert ringed() == kin
    # In an iteration that has no graph yet, a parameter has no node; it has one later.
    window.panel(InspectorView).picked.emit("parameter", "fc2.bias")
    trigger(window, "actionStep")
    assert {"fc2.bias", "linear 2"} <= ringed()
