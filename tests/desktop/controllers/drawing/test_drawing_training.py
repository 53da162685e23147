"""Training the network on a drawing, as a person does it in the window."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.drawing.batch_mark import BatchMark
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.panels.drawing.saliency_dialog import SaliencyDialog
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.digits.lenet import LeNet
from backprop_viz.digits.prepare import prepare
from tests.nightly import by_night
from tests.waiting import until_idle

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def window(open_window: OpenWindow) -> MainWindow:
    return open_window("--preset", "digits")


def trigger(window: MainWindow, name: str) -> None:
    window.findChild(QAction, name).trigger()
    until_idle(window.session)


def draw_seven(window: MainWindow, qtbot: QtBot) -> QWidget:
    pad = window.findChild(QWidget, "drawPad")
    shares = [(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)]
    places = [QPoint(round(x * pad.width()), round(y * pad.height())) for x, y in shares]
    qtbot.mousePress(pad, Qt.MouseButton.LeftButton, pos=places[0])
    for a, b in pairwise(places):
        for i in range(1, 9):
            qtbot.mouseMove(pad, a + (b - a) * (i / 8))
    qtbot.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=places[-1])
    until_idle(window.session)
    return pad


@by_night
def test_train_on_this_and_undo(window: MainWindow, qtbot: QtBot) -> None:
    train = window.findChild(QToolButton, "trainOnThis")
    undo = window.findChild(QToolButton, "undoTrainOnThis")
    trigger(window, "actionIteration")
    pad = draw_seven(window, qtbot)
    assert not train.isEnabled()
    for words in (train.toolTip(), train.accessibleDescription()):
        assert words.endswith("Choose the label of the drawing first.")
    box = window.findChild(QComboBox, "drawingLabel")
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_7)
    assert box.currentData() == 7
    until_idle(window.session)
    assert "first." not in train.toolTip() + train.accessibleDescription()
    assert not window.session.view_state.drawing_training.is_batch
    before = [pad.probabilities]
    curve = window.session.view_state.curves.loss.tolist()
    for _ in range(3):
        assert train.isEnabled()
        qtbot.mouseClick(train, Qt.MouseButton.LeftButton)
        until_idle(window.session)
        before.append(pad.probabilities)
    sevens = [answer[7] for answer in before]
    assert sevens == sorted(sevens)
    assert sevens[0] < sevens[-1]
    assert f"{100 * sevens[-2]:.1f} % → {100 * sevens[-1]:.1f} %" in window.panel(BatchMark).text()
    assert window.session.iteration == 4
    for answer in reversed(before[:-1]):
        qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
        until_idle(window.session)
        assert pad.probabilities == answer
    assert not undo.isEnabled()
    assert window.session.iteration == 1
    assert window.session.view_state.curves.loss.tolist() == curve


def test_what_is_grey_says_why(window: MainWindow, qtbot: QtBot) -> None:
    why = "Draw a digit and choose its label first."
    for name in ("actionTrainOnThis", "actionUseAsBatch"):
        action = window.findChild(QAction, name)
        assert not action.isEnabled()
        assert action.toolTip().endswith(f"({action.shortcut().toString()})\n{why}")
    assert window.findChild(QToolButton, "trainOnThis").accessibleDescription() == why
    undo = window.findChild(QToolButton, "undoTrainOnThis")
    assert undo.toolTip().endswith("The newest step was not on a drawing.")


def test_the_key_for_the_batch_does_what_it_says(window: MainWindow, qtbot: QtBot) -> None:
    pad = draw_seven(window, qtbot)
    pad.setFocus()
    qtbot.keyClick(pad, Qt.Key.Key_7)
    until_idle(window.session)
    assert not window.session.view_state.drawing_training.is_batch
    trigger(window, "actionUseAsBatch")
    assert window.session.view_state.drawing_training.is_batch
    qtbot.keyClick(pad, Qt.Key.Key_1)  # another label, still the batch
    until_idle(window.session)
    assert window.session.view_state.drawing_training.is_batch
    assert window.session.view_state.drawing_training.label == 1
    trigger(window, "actionUseAsBatch")
    assert not window.session.view_state.drawing_training.is_batch


def test_f10_steps_on_the_drawing_with_torchs_numbers(window: MainWindow, qtbot: QtBot) -> None:
    pad = draw_seven(window, qtbot)
    image = torch.from_numpy(prepare(window.panel(DrawPanel).canvas.image())).view(1, 1, 32, 32)
    torch.manual_seed(0)
    net = LeNet()
    loss = torch.nn.CrossEntropyLoss()(net(image), torch.tensor([7]))
    loss.backward()
    pad.setFocus()
    qtbot.keyClick(pad, Qt.Key.Key_7)
    until_idle(window.session)
    assert not window.panel(BatchMark).isVisible()
    trigger(window, "actionUseAsBatch")
    assert window.panel(BatchMark).isVisible()
    assert window.findChild(QAction, "actionUseAsBatch").isChecked()
    for _ in range(4):
        trigger(window, "actionStep")
    view_state = window.session.view_state
    assert np.array_equal(view_state.cursor.recording.input, image.numpy())
    assert view_state.cursor.recording.loss == loss.item()
    for name, parameter in net.named_parameters():
        assert np.array_equal(view_state.cursor.grad(name), parameter.grad.numpy())
    assert window.panel(ProgramView).lines()[0] == "for x, y in [(image, 7)]:"
    trigger(window, "actionStep")
    qtbot.mouseClick(
        window.panel(BatchMark).findChild(QToolButton, "backToData"), Qt.MouseButton.LeftButton
    )
    until_idle(window.session)
    trigger(window, "actionIteration")
    assert not window.session.view_state.cursor.recording.given_batch
    assert window.panel(ProgramView).lines()[0] == "for x, y in loader:"
    assert not window.panel(BatchMark).isVisible()


def test_the_saliency_follows_the_drawing_while_it_is_open(
    window: MainWindow, qtbot: QtBot
) -> None:
    action = window.findChild(QAction, "actionSaliency")
    trigger(window, "actionSaliency")
    assert window.panel(SaliencyDialog).isVisible()
    assert window.session.view_state.drawing_training.saliency is None  # nothing is drawn
    draw_seven(window, qtbot)
    first = window.session.view_state.drawing_training.saliency
    assert first is not None
    assert window.panel(SaliencyDialog).picture.limit == np.abs(first.gradient).max()
    trigger(window, "actionIteration")
    second = window.session.view_state.drawing_training.saliency
    assert second is not None
    assert not np.array_equal(first.gradient, second.gradient)
    window.panel(SaliencyDialog).close()
    until_idle(window.session)
    assert not action.isChecked()
    assert window.session.view_state.drawing_training.saliency is None


def test_the_label_comes_back_with_its_drawing(window: MainWindow, qtbot: QtBot) -> None:
    draw_seven(window, qtbot)
    box = window.findChild(QComboBox, "drawingLabel")
    box.setCurrentIndex(box.findData(7))
    until_idle(window.session)

    def label_after(*commands: str) -> tuple[object, int | None]:
        for command in commands:
            window.findChild(QAction, command).trigger()
        until_idle(window.session)
        return box.currentData(), window.session.view_state.drawing_training.label

    assert label_after("actionClearDrawing") == (None, None)
    assert label_after("actionUndoStroke") == (7, 7)
    assert label_after("actionClearDrawing", "actionUndoStroke") == (7, 7)
    assert label_after("actionUndoStroke") == (None, None)  # the stroke itself
    assert label_after("actionRedoStroke") == (7, 7)
    box.setCurrentIndex(0)
    assert label_after("actionClearDrawing", "actionUndoStroke") == (None, None)
    trigger(window, "actionClearDrawing")
    draw_seven(window, qtbot)
    assert label_after() == (None, None)
