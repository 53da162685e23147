"""Then, now and their difference in the inspector are asked about by a click."""

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.window.main_window import MainWindow
from tests.desktop.test_where_from import Explained
from tests.nightly import by_night
from tests.waiting import until, until_idle

pytestmark = pytest.mark.usefixtures("late_plots")


@pytest.fixture(scope="module")
def window_size() -> tuple[int, int]:
    return 1600, 1000


@pytest.fixture
def explained(shared_window: MainWindow, qtbot: QtBot) -> Explained:
    explained = Explained(shared_window, qtbot)
    for _ in range(2):
        explained.session.iterate()
        until_idle(explained.session)
    return explained


def gradients(count: int) -> list[torch.Tensor]:
    net = bv.Trainer(data="random", loss="mse", optimizer="sgd", lr=0.01, batch_size=1)
    found = []
    for _ in range(count):
        net.iterate()
        grad = net.model.conv1.bias.grad
        assert grad is not None
        found.append(grad.clone())
    return found


@by_night
def test_then_now_and_difference_are_clicked(explained: Explained) -> None:
    window, panel, session = explained.window, explained.panel, explained.session
    window.picked.emit("parameter", "conv1.bias")
    action = window.findChild(QAction, "actionComparePrevious")
    assert action is not None
    action.trigger()
    table = window.panel(InspectorView).comparison.table
    until(session, table.isVisible)
    then, now = (float(each[2]) for each in gradients(2))

    def click(column: int) -> None:
        table.scrollTo(table.rows.index(2, column))
        box = table.visualRect(table.rows.index(2, column))
        explained.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())

    click(2)
    assert explained.wait().value == now
    click(1)
    assert explained.wait().value == then
    assert panel.subtitle.text().startswith("iteration 1, not the one shown")
    assert abs(explained.wait().residual) < 1e-7
    click(3)
    assert panel.columns.value.toolTip() == f"Δ conv1.bias.grad[2] = {now - then!r}"
    assert [row.value for row in panel.columns.table.rows.content.rows] == [now, then]
    # Each of the two leads to its own iteration.
    for row, value, iteration in ((1, then, 1), (0, now, 2)):
        box = panel.columns.table.visualRect(panel.columns.table.rows.index(row, 2))
        explained.qtbot.mouseClick(
            panel.columns.table.viewport(), Qt.MouseButton.LeftButton, pos=box.center()
        )
        assert explained.wait().value == value
        asked = panel.history.current
        assert asked is not None
        assert asked.recording.iteration == iteration
        panel.back.click()
        assert panel.columns.value.toolTip().startswith("Δ ")


def test_a_step_is_the_new_weight_less_the_old(explained: Explained) -> None:
    window, panel = explained.window, explained.panel
    window.picked.emit("parameter", "conv1.bias")
    net = bv.Trainer(data="random", loss="mse", optimizer="sgd", lr=0.01, batch_size=1)
    net.iterate()
    before = net.model.conv1.bias.detach().clone()
    net.iterate()
    after = net.model.conv1.bias.detach()
    table = window.panel(InspectorView).update_section.table
    step = next(
        i
        for i in range(table.rows.columnCount())
        if table.rows.headerData(i, Qt.Orientation.Horizontal) == "step"
    )
    table.scrollTo(table.rows.index(1, step))
    box = table.visualRect(table.rows.index(1, step))
    explained.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    value = float(after[1]) - float(before[1])
    assert panel.columns.value.toolTip() == f"Δ conv1.bias′[1] = {value!r}"
    rows = panel.columns.table.rows.content.rows
    assert [row.value for row in rows] == [float(after[1]), float(before[1])]
    box = panel.columns.table.visualRect(panel.columns.table.rows.index(0, 2))
    explained.qtbot.mouseClick(
        panel.columns.table.viewport(), Qt.MouseButton.LeftButton, pos=box.center()
    )
    assert explained.wait().value == float(after[1])
    assert explained.wait().kind == "update"
