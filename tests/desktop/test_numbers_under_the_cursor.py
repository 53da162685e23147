"""Every picture says which number is under the cursor, and copies it."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.panels.inspector.array_table import ArrayTable
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.plots.plots import LossPlot
from backprop_viz.desktop.style.numbers import signed
from backprop_viz.desktop.widgets.number_picture import NumberPicture
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.settings.run_settings import Settings
from tests.desktop.application_helpers import trigger, view_state_of

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    shared_window.session.configure(Settings(batch_size=4))
    trigger(shared_window, "actionIteration")
    shared_window.session.shown.choose_sample(2)
    return shared_window


@pytest.fixture
def plain() -> bv.Trainer:
    """A plain loop after its first backward."""
    trainer = bv.Trainer(batch_size=4)
    trainer.zero_grad()
    trainer.forward()
    trainer.compute_loss()
    trainer.backward()
    return trainer


Menus = Callable[[QWidget, QPoint], QMenu]


@pytest.fixture
def menu_at(monkeypatch: pytest.MonkeyPatch) -> Menus:
    """The menu that a right click opens; the offscreen screen cannot pop it up."""
    opened: list[QMenu] = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, _: opened.append(menu))

    def menu(widget: QWidget, point: QPoint) -> QMenu:
        click(widget, point)
        return opened[-1]

    return menu


def click(widget: QWidget, point: QPoint) -> None:
    """Click with the right button."""
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, point, widget.mapToGlobal(point), Qt.KeyboardModifier(0)
    )
    QApplication.sendEvent(widget, event)


def copied(menu: QMenu) -> dict[str, str]:
    """What each entry of a menu puts on the clipboard."""
    texts = {}
    for action in menu.actions():
        if action.objectName().startswith("copy_"):
            action.trigger()
            texts[action.objectName()[5:]] = QGuiApplication.clipboard().text()
    menu.close()
    menu.deleteLater()
    return texts


def test_a_pixel_of_a_feature_map(window: MainWindow, plain: bv.Trainer, menu_at: Menus) -> None:
    network = window.panel(NetworkView)
    network.set_mode("activations")
    canvas = network.canvas
    grid = canvas.columns()[0].grids[0]
    point = QPointF(grid.x + grid.width * 0.4, grid.y + grid.height * 0.55)
    number = canvas.number_at(point)
    assert number is not None
    images = plain.batch[0].numpy()
    assert number.index[:2] == (2, 0)
    value = images[number.index]
    assert number.text == f"x[{', '.join(map(str, number.index))}] = {signed(value)}"
    assert canvas.hint(point).startswith(f"{number.text}\nfloat32 {value!s}")
    texts = copied(menu_at(canvas, point.toPoint()))
    assert texts["number"] == str(value)
    assert texts["numpy"] == f"np.float32({value!s})"
    assert np.float32(float.fromhex(texts["hex"])) == value
    row = images[number.index[:-1]]
    assert np.array_equal(np.array(texts["row"].split("\t"), np.float32), row)


def test_gradients_are_named_as_such(window: MainWindow) -> None:
    network = window.panel(NetworkView)
    network.set_mode("gradients")
    column = [y.name for y in network.canvas.layers].index("conv2")
    grid = network.canvas.columns()[column].grids[0]
    number = network.canvas.number_at(grid.tile(3).center())
    assert number is not None
    assert number.name == "∂L/∂relu(conv2)"
    assert number.index[:2] == (2, 3)


def test_a_bar_of_a_gradient(
    window: MainWindow, plain: bv.Trainer, qtbot: QtBot, menu_at: Menus
) -> None:
    chart = window.panel(InspectorView).gradient.chart
    grad = plain.model.conv1.bias.grad.numpy()
    qtbot.waitUntil(lambda: len(chart.chart.tips) == 6)
    area = chart.area()
    x = area.left() + area.width() / 6 * 4.8
    number = chart.number_at(QPoint(int(x), 60))
    assert number is not None
    assert number.text == f"conv1.bias.grad[4] = {signed(grad[4])}"
    assert chart.tip(x).splitlines()[0] == "conv1.bias.grad[4]"
    assert f"float32 {grad[4]!s}" in chart.tip(x)
    assert copied(menu_at(chart, QPoint(int(x), 60)))["number"] == str(grad[4])


def test_a_cell_of_a_table_in_full_and_its_row(
    window: MainWindow, plain: bv.Trainer, menu_at: Menus
) -> None:
    table = window.panel(InspectorView).update_section.table
    before = plain.model.conv1.bias.detach().numpy().copy()
    grad = plain.model.conv1.bias.grad.numpy()
    plain.update()
    after = plain.model.conv1.bias.detach().numpy()
    cell = table.model().index(1, 2)
    assert cell.data(Qt.ItemDataRole.ToolTipRole).startswith(
        f"conv1.bias.grad[1] = {signed(grad[1])}\n"
    )
    texts = copied(menu_at(table.viewport(), table.visualRect(cell).center()))
    assert texts["number"] == str(grad[1])
    step = after[1].astype(np.float64) - before[1]
    assert texts["row"].split("\t") == ["1", *map(str, (before[1], grad[1], step, after[1]))]


def shown(table: ArrayTable, row: int, section: int) -> str:
    return str(table.model().index(row, section).data())


def test_full_precision_writes_every_digit(window: MainWindow, plain: bv.Trainer) -> None:
    table = window.panel(InspectorView).update_section.table
    grad = plain.model.conv1.bias.grad.numpy()
    assert shown(table, 3, 2) == signed(grad[3])
    trigger(window, "actionFullPrecision")
    assert shown(table, 3, 2) == str(grad[3])
    plot = window.panel(LossPlot).plot
    plot.set_crosshair(1)
    loss = view_state_of(window).curves.loss[0]
    assert plot.reading()[0][1] == str(loss)
    assert plot.copied().split("\t")[:2] == ["1", str(loss)]
    trigger(window, "actionFullPrecision")
    assert shown(table, 3, 2) == signed(grad[3])
    assert plot.reading()[0][1] != str(loss)


def test_a_weight_that_changed_little_looks_changed(open_window: OpenWindow) -> None:
    window = open_window()
    window.session.configure(Settings(batch_size=4, lr=1e-6))
    trigger(window, "actionIteration")
    table = window.panel(InspectorView).update_section.table
    values = {c.title: c.values for c in table.rows.columns}
    changed = np.flatnonzero(values["w"] != values["new w"])
    assert len(changed)
    for row in changed.tolist():
        assert shown(table, row, 1) != shown(table, row, 4)
    assert all(signed(values["w"][row]) == signed(values["new w"][row]) for row in changed[:1])


def test_no_picture_of_numbers_is_silent(window: MainWindow) -> None:
    window.picked.emit("layer", "conv2")
    pictures = [p for p in window.findChildren(NumberPicture) if p.isVisible() and p.width() > 20]
    assert len(pictures) >= 2
    for picture in pictures:
        points = (
            QPoint(x, y)
            for x in range(2, picture.width(), 5)
            for y in range(2, picture.height(), 5)
        )
        assert any(picture.tip_at(point) for point in points), picture
