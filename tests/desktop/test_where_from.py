"""Where a number comes from, in the real window: click by click to the loss, every sum closing."""

import os
import signal

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from torch.nn import functional

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_origin import activation_number, grad_number
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import NumberExplanation
from tests.conftest import OpenWindow
from tests.nightly import by_day_every, by_night
from tests.waiting import until, until_idle

pytestmark = pytest.mark.usefixtures("late_plots")


class Explained:
    """A window in which numbers are asked about."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        self.session = window.session
        self.panel = window.panel(OriginView)

    def step(self, phases: int) -> None:
        for _ in range(phases):
            self.session.shown.step()
            until_idle(self.session)

    def wait(self) -> NumberExplanation:
        """The explanation of what was asked about last, once all has come that belongs to it."""
        until(self.session, lambda: self.panel.explanation is not None)
        until(self.session, lambda: self.panel.complete)
        explanation = self.panel.explanation
        assert explanation is not None
        return explanation

    @property
    def name(self) -> str:
        return self.panel.columns.value.text().partition(" = ")[0]

    def click(self, widget: QWidget, point: QPointF) -> None:
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=point.toPoint())

    def click_largest_upstream(self) -> None:
        """Click the upstream gradient of the largest term."""
        table = self.panel.columns.table
        headings = table.rows.content.headings
        column = next(i for i, h in enumerate(headings) if h.role == "upstream" and not h.place)
        box = table.visualRect(table.rows.index(0, column))
        table.scrollTo(table.rows.index(0, column))
        self.click(table.viewport(), QPointF(box.center()))


@pytest.fixture(scope="module")
def window_size() -> tuple[int, int]:
    return 1600, 1000


@pytest.fixture
def explained(shared_window: MainWindow, qtbot: QtBot) -> Explained:
    shared_window.panel(NetworkView).set_mode("activations")
    return Explained(shared_window, qtbot)


def click_bar(explained: Explained, bar: int) -> None:
    chart = explained.window.panel(InspectorView).gradient.chart
    area, count = chart.area(), len(chart.chart.tips)
    x = area.left() + (bar + 0.9) / count * area.width()
    explained.click(chart, QPointF(x, area.center().y()))


def plain_gradients() -> dict[str, np.ndarray]:
    """The tutorial's first iteration in a plain loop: each gradient on the way, by its name."""
    trainer = bv.Trainer(data="random", loss="mse", optimizer="sgd", lr=0.01, batch_size=1)
    net, (x, target) = trainer.model, trainer.batch
    kept: dict[str, torch.Tensor] = {}

    def keep(name: str, tensor: torch.Tensor) -> torch.Tensor:
        tensor.retain_grad()
        kept[name] = tensor
        return tensor

    out = keep("conv1·conv2d", net.conv1(x))
    out = keep("pool1", functional.max_pool2d(keep("relu(conv1)", functional.relu(out)), 2))
    out = keep("conv2·conv2d", net.conv2(out))
    out = keep("pool2", functional.max_pool2d(keep("relu(conv2)", functional.relu(out)), 2))
    out = keep("view", out.flatten(1))
    out = keep("relu(fc1)", functional.relu(keep("fc1·linear", net.fc1(out))))
    out = keep("relu(fc2)", functional.relu(keep("fc2·linear", net.fc2(out))))
    loss = functional.mse_loss(keep("fc3", net.fc3(out)), target)
    keep("loss", loss)
    loss.backward()
    found = {f"∂L/∂{name}": tensor.grad.numpy() for name, tensor in kept.items()}  # type: ignore[union-attr]
    assert net.conv1.bias.grad is not None
    return {**found, "conv1.bias.grad": net.conv1.bias.grad.numpy()}


@by_night
def test_a_bias_gradient_is_followed_to_the_loss_in_clicks(explained: Explained) -> None:
    explained.step(4)
    click_bar(explained, 0)
    plain, visited = plain_gradients(), list[str]()
    assert explained.window.lower_row.explaining
    for _ in range(20):
        explanation = explained.wait()
        name = explained.name.partition("[")[0]
        visited.append(name)
        value = plain[name][explanation.number.index]
        assert explanation.value == value
        if name == "∂L/∂loss":
            break
        terms = sum(term.value for term in explanation.terms)
        assert terms == pytest.approx(float(value), rel=2e-5, abs=1e-12)
        assert explanation.total == pytest.approx(terms, rel=1e-12)
        explained.click_largest_upstream()
    assert visited == [
        "conv1.bias.grad",
        "∂L/∂conv1·conv2d",
        "∂L/∂relu(conv1)",
        "∂L/∂pool1",
        "∂L/∂conv2·conv2d",
        "∂L/∂relu(conv2)",
        "∂L/∂pool2",
        "∂L/∂view",
        "∂L/∂fc1·linear",
        "∂L/∂relu(fc1)",
        "∂L/∂fc2·linear",
        "∂L/∂relu(fc2)",
        "∂L/∂fc3",
        "∂L/∂loss",
    ]
    assert explanation.value == 1.0
    path = [button.text() for button in explained.panel.path.buttons]
    assert path[-1] == "∂L/∂loss"


def test_the_keyboard_alone_follows_a_gradient_to_the_loss_and_back(
    explained: Explained, qtbot: QtBot
) -> None:
    explained.step(4)
    explained.window.findChild(QAction, "actionOrigin").trigger()
    assert explained.wait().number.index == (0,)
    names = [explained.name]
    for _ in range(13):
        table = explained.panel.columns.table
        assert table.hasFocus()
        qtbot.keyClick(table, Qt.Key.Key_Return)
        explained.wait()
        names.append(explained.name)
    assert names[0] == "conv1.bias.grad[0]"
    assert names[-1] == "∂L/∂loss"
    assert len(set(names)) == 14
    for name in reversed(names[:-1]):
        qtbot.keyClick(explained.window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        explained.wait()
        assert explained.name == name
    qtbot.keyClick(explained.panel, Qt.Key.Key_Escape)
    assert not explained.window.lower_row.explaining


def test_a_pixel_of_a_gradient_map_is_picked_in_the_enlarged_map(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    explained = Explained(open_window("--preset", "tutorial", size=(1600, 1000)), qtbot)
    explained.step(4)
    network = explained.window.panel(NetworkView)
    column = next(i for i, layer in enumerate(network.canvas.layers) if layer.name == "conv1")
    tile = network.canvas.columns()[column].grids[0].tile(2)
    explained.click(network.canvas, tile.center())
    enlarged = network.findChild(QWidget, "mapWindow") or explained.window.findChild(
        QWidget, "mapWindow"
    )
    picture = enlarged.picture
    explained.click(picture, picture.cell(11, 7).center())
    explanation = explained.wait()
    assert explanation.number.index == (0, 2, 11, 7)
    assert explained.name == "∂L/∂relu(conv1)[0, 2, 11, 7]"
    assert explanation.value == plain_gradients()["∂L/∂relu(conv1)"][0, 2, 11, 7]
    assert explained.window.findChild(QWidget, "mapWindow") is None or not enlarged.isVisible()


def test_while_a_number_is_explained_one_click_picks_another(explained: Explained) -> None:
    explained.step(4)
    network = explained.window.panel(NetworkView)
    columns = network.canvas.columns()
    explained.click(network.canvas, columns[-1].grids[0].rect.center())
    assert explained.wait().value == 1.0
    assert explained.name == "∂L/∂loss"
    network.set_mode("activations")
    columns = network.canvas.columns()
    x = columns[0].grids[0].tile(0)
    explained.click(network.canvas, x.center())
    given = explained.wait()
    assert given.kind == "given"
    assert explained.name.startswith("x[0, 0, ")
    batch = bv.Trainer(data="random", loss="mse", batch_size=1).batch[0]
    assert given.value == batch[given.number.index].item()
    assert explained.panel.columns.facts.text()


def test_cells_of_the_update_table_are_picked(explained: Explained) -> None:
    explained.step(5)
    table = explained.window.panel(InspectorView).update_section.table
    trainer = bv.Trainer(data="random", loss="mse", optimizer="sgd", lr=0.01, batch_size=1)
    before = trainer.model.conv1.bias.detach().clone()
    trainer.step(), trainer.step(), trainer.step(), trainer.step(), trainer.step()
    after = trainer.model.conv1.bias.detach()
    for column, value in ((1, before[2]), (4, after[2])):
        index = table.rows.index(2, column)
        table.scrollTo(index)
        explained.click(table.viewport(), QPointF(table.visualRect(index).center()))
        assert explained.wait().value == value.item()
    assert explained.name == "conv1.bias′[2]"
    explained.panel.close_button.click()
    explained.window.findChild(QWidget, "askWeight").click()
    assert explained.wait().value == after[2].item()
    explanation = explained.panel.explanation
    assert explanation is not None
    assert explanation.kind == "update"
    assert explanation.total == pytest.approx(explanation.value, rel=1e-6)


def test_what_takes_part_is_lit_up_in_every_panel_and_goes_out(
    explained: Explained, qtbot: QtBot
) -> None:
    explained.step(4)
    canvas = explained.window.panel(NetworkView).canvas
    graph = explained.window.panel(AutogradView).canvas
    before = canvas.grab().toImage()
    click_bar(explained, 0)
    explained.wait()
    recording = explained.session.view_state.cursor.recording
    assert canvas.marks is not None
    assert canvas.marks.number.index == (0,)
    # The convolution's own output, whose gradient takes part, in place of the relu's.
    assert "conv1 · conv2d" in [canvas.state.title(layer) for layer in canvas.layers]
    lit = {graph.item.graph.nodes[i].key for i in graph.item.lit}
    assert lit == {"conv2d 1", "conv1.bias"}
    assert canvas.marks.lines == {recording.events[10].line}
    assert canvas.grab().toImage() != before
    inspector = explained.window.panel(InspectorView)
    assert inspector.gradient.chart.lit() == {0: 1.0}
    table = inspector.update_section.table.rows
    background = Qt.ItemDataRole.BackgroundRole
    shown = [[table.data(table.index(r, c), background) for c in range(5)] for r in range(6)]
    assert [(r, c) for r in range(6) for c in range(5) if shown[r][c] is not None] == [(0, 2)]
    qtbot.keyClick(explained.panel.columns.table, Qt.Key.Key_Escape)
    assert canvas.marks is None
    assert not graph.item.lit
    assert inspector.gradient.chart.lit() == {}
    assert not explained.window.lower_row.explaining


def test_ctrl_e_opens_and_closes_it_where_the_plots_are(explained: Explained) -> None:
    action = explained.window.findChild(QAction, "actionOrigin")
    action.trigger()
    assert explained.wait().kind == "given"  # nothing has run: a weight as it is
    explained.step(4)
    action.trigger()
    assert not action.isChecked()
    plots = explained.window.findChild(QWidget, "lossPlot")
    assert plots.isVisible()
    sizes = explained.window.layout_state()
    action.trigger()
    assert action.isChecked()
    assert not plots.isVisible()
    assert explained.window.layout_state() == sizes
    explained.panel.maximize.click()
    assert not explained.window.panel(NetworkView).isVisible()
    explained.panel.close_button.click()
    assert explained.window.panel(NetworkView).isVisible()
    assert plots.isVisible()
    assert not action.isChecked()
    until(explained.session, lambda: explained.window.layout_state() == sizes)


def test_a_number_of_an_earlier_iteration_is_explained_too(explained: Explained) -> None:
    for _ in range(2):
        explained.session.iterate()
        until_idle(explained.session)
    explained.session.shown.show_iteration(1)
    until_idle(explained.session)
    click_bar(explained, 3)
    explanation = explained.wait()
    assert explanation.reason is None
    assert explanation.value == plain_gradients()["conv1.bias.grad"][3]
    assert explanation.total == pytest.approx(explanation.value, rel=2e-5)


@by_night
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no signal ends a process for sure")
def test_another_worker_is_given_what_is_explained(open_window: OpenWindow, qtbot: QtBot) -> None:
    explained = Explained(open_window("--preset", "tutorial", size=(1600, 1000)), qtbot)
    explained.step(4)
    click_bar(explained, 0)
    explained.wait()
    panel, session = explained.panel, explained.session
    os.kill(session.worker_pid, signal.SIGKILL)
    until(session, lambda: session.iteration == 0 and session.wait_idle(1))
    panel.ask_here(panel.explanation.parts[0].factors[0].number(7))
    explanation = explained.wait()
    assert explanation.reason is None
    assert explanation.value == plain_gradients()["∂L/∂conv1·conv2d"][explanation.number.index]


def test_while_training_nothing_is_asked(explained: Explained) -> None:
    explained.step(4)
    number = Number(0, (0, 0, 0, 0))
    explained.session.train()
    until(explained.session, lambda: explained.session.view_state.training)
    asked: list[object] = []
    explained.panel.asked.connect(lambda *question: asked.append(question))
    explained.window.number_picked.emit(number, None)
    assert not explained.window.lower_row.explaining
    assert asked == []
    explained.session.pause()
    until_idle(explained.session)


@by_night
def test_an_iteration_that_training_ran_by_is_recorded_whole(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    explained = Explained(open_window(size=(1600, 1000)), qtbot)
    session = explained.session
    session.train()
    kept = lambda: session.view_state.kept_iterations.iterations  # noqa: E731
    until(session, lambda: session.iteration > 20 and len(kept()) >= 2)
    session.pause()
    until_idle(session)
    partly = next(i for i in kept() if i < session.iteration)
    session.shown.show_iteration(partly)
    until_idle(session)
    sampled = session.view_state.cursor.recording
    assert sampled.samples == 1
    number = grad_number(session.view_state.cursor, "conv1.bias", (5,))
    assert number is not None
    click_bar(explained, 5)
    assert explained.wait().reason.code == "samples"
    assert explained.panel.columns.whole.isVisible()
    explained.panel.columns.whole.click()
    until(session, lambda: session.view_state.cursor.recording.samples is None)
    explanation = explained.wait()
    whole = session.view_state.cursor.recording
    assert whole.iteration == partly
    assert whole.loss == sampled.loss
    assert explained.panel.history.current.recording == whole
    assert explanation.reason is None
    # The two have their tensors in places of their own.
    assert explanation.value == sampled.tensors[number.tensor][number.index]
    assert explanation.total == pytest.approx(explanation.value, rel=1e-3)
    assert len(explanation.terms) == 64 * 30 * 30


@by_night
@pytest.mark.parametrize("number", by_day_every(2, ["activation", "bias"]))
def test_the_window_stays_as_large_as_it_is(
    open_window: OpenWindow, qtbot: QtBot, number: str
) -> None:
    explained = Explained(open_window(), qtbot)
    explained.step(4)
    cursor = explained.session.view_state.cursor
    conv2 = next(y for y in cursor.recording.layers.layers if y.name == "conv2")
    asked = {
        "bias": grad_number(cursor, "conv1.bias", (0,)),
        "activation": activation_number(cursor, conv2.showing(0), (0, 3, 5, 6)),
    }[number]
    pad, places = explained.window.panel(DrawPanel), explained.window.layout_state()
    assert pad.isVisible()
    # The drawing makes no room while the mouse is on it, and a test before may have left it there.
    qtbot.mouseMove(explained.window.menuBar())
    assert not pad.underMouse()
    explained.window.number_picked.emit(asked, None)
    explained.wait()
    assert (explained.window.width(), explained.window.height()) == (1280, 800)
    # Three terms are seen whole: the drawing makes room for them, and is there again after it.
    table = explained.panel.columns.table
    rows = min(3, table.rows.rowCount())
    until(explained.session, lambda: table.viewport().height() >= rows * table.rowHeight(0))
    assert not pad.isVisible()
    assert explained.window.layout_state() == places
    explained.panel.close_button.click()
    until(explained.session, lambda: explained.window.layout_state() == places)
    assert pad.isVisible()
