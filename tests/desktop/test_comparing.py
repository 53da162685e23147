"""Then, now and the difference: what the window shows, against a plain PyTorch loop."""

import copy
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from torch.nn import functional as F  # noqa: N812

import backprop_viz as bv
from backprop_viz.analysis.comparison import NamedTensor
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.network.map_spots import Spot
from backprop_viz.desktop.panels.network.map_window import MapWindow
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.style.numbers import compared
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import Array, GradientIntervention
from backprop_viz.stream.commands import AlterGradient
from tests.desktop.application_helpers import trigger, view_state_of
from tests.nightly import by_day_every

SAMPLE = 3


@dataclass
class Iteration:
    """What a plain loop had in an iteration."""

    images: Array
    relu1: Array  # of conv1, before max pool
    relu1_grad: Array
    bias: Array  # of conv1, after the update
    bias_grad: Array


def plain_loop(count: int) -> list[Iteration]:
    """A few iterations of plain PyTorch, with the data and the optimizer of the window's run."""
    trainer = bv.Trainer(batch_size=4)
    net = copy.deepcopy(trainer.model)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
    done = []
    for _ in range(count):
        trainer.iterate()
        x, y = trainer.batch
        optimizer.zero_grad()
        h = torch.relu(net.conv1(x))
        h.retain_grad()
        z = F.max_pool2d(torch.relu(net.conv2(F.max_pool2d(h, 2))), 2).flatten(1)
        out = net.fc3(torch.relu(net.fc2(torch.relu(net.fc1(z)))))
        F.cross_entropy(out, y).backward()
        grad = net.conv1.bias.grad.clone()
        optimizer.step()
        tensors = (x, h.detach(), h.grad, net.conv1.bias.detach().clone(), grad)
        done.append(Iteration(*(t.numpy() for t in tensors)))
    return done


@pytest.fixture(scope="module")
def window_arguments() -> tuple[str, ...]:
    return ()


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    window = shared_window
    trigger(window, "actionStopComparing")
    window.panel(NetworkView).set_mode("activations")
    window.session.configure(Settings(batch_size=4))
    for _ in range(3):
        trigger(window, "actionIteration")
    window.session.shown.choose_sample(SAMPLE)
    return window


def rows_of(window: MainWindow, layer: str) -> tuple[Array, Array, Array]:
    """What the network draws of a layer: then, now, difference."""
    canvas = window.panel(NetworkView).canvas
    column = [y.name for y in canvas.layers].index(layer)
    then, now, less = (block.numbers for block in canvas.blocks_of(column))
    assert then is not None
    assert now is not None
    assert less is not None
    return then, now, less


def test_the_network_draws_then_now_and_the_difference(window: MainWindow) -> None:
    network, plain = window.panel(NetworkView), plain_loop(3)
    trigger(window, "actionComparePrevious")
    assert network.compare.text() == "iteration 2"
    assert network.compare.isChecked()
    for mode, value in (("activations", "relu1"), ("gradients", "relu1_grad")):
        network.set_mode(mode)
        before, after = (getattr(plain[i], value)[SAMPLE] for i in (1, 2))
        then, now, less = rows_of(window, "conv1")
        assert then.tobytes() == before.tobytes()
        assert now.tobytes() == after.tobytes()
        assert np.array_equal(less, after.astype(np.float64) - before)
    columns = network.canvas.columns()
    for column in columns:
        tops = [row.top() for row in column.rows]
        assert len(tops) == 3
        assert tops == sorted(tops)
        assert all(a.bottom() < b.top() for a, b in zip(column.rows, column.rows[1:], strict=False))
    network.canvas.grab()
    trigger(window, "actionComparePrevious")
    assert view_state_of(window).comparison is None
    assert len(network.canvas.blocks_of(1)) == 1


def test_another_iteration_can_be_chosen(window: MainWindow) -> None:
    network, plain = window.panel(NetworkView), plain_loop(3)
    network.set_mode("activations")
    menu = network.compare.menu()
    menu.aboutToShow.emit()
    offered = {a.text(): a for a in menu.actions()}
    assert "Iteration 2" in offered
    assert "Iteration 3" not in offered
    offered["Iteration 1"].trigger()
    then, now, _ = rows_of(window, "conv1")
    assert then.tobytes() == plain[0].relu1[SAMPLE].tobytes()
    assert now.tobytes() == plain[2].relu1[SAMPLE].tobytes()
    trigger(window, "actionStopComparing")
    assert view_state_of(window).comparison is None


def test_a_step_back_compares_the_same_place(window: MainWindow) -> None:
    network = window.panel(NetworkView)
    trigger(window, "actionComparePrevious")
    trigger(window, "actionStepBack")  # before the update
    view_state = view_state_of(window)
    assert view_state.then is not None
    plain = plain_loop(3)
    network.set_mode("weights")
    shown = network.canvas.blocks_of(1)
    bias = [b.numbers for b in shown if b.parameter == "conv1.bias"]
    assert bias[0] is not None
    assert bias[1] is not None
    assert bias[0].tobytes() == plain[0].bias.tobytes()
    assert bias[1].tobytes() == plain[1].bias.tobytes()


def test_the_inspector_compares_every_element(window: MainWindow) -> None:
    inspector, plain = window.panel(InspectorView), plain_loop(3)
    assert inspector.comparison.isHidden()
    window.picked.emit("parameter", "conv1.bias")
    trigger(window, "actionComparePrevious")
    section = inspector.comparison
    assert section.isVisible()
    assert section.title.text() == "Then: iteration 2"
    for tensor, value in (("weight", "bias"), ("grad", "bias_grad")):
        section.choose(NamedTensor(tensor, "conv1.bias"), (4,))
        before, after = (getattr(plain[i], value) for i in (1, 2))
        then, now, less = (c.values for c in section.table.rows.columns)
        assert then.tobytes() == before.tobytes()
        assert now.tobytes() == after.tobytes()
        assert np.array_equal(less, after.astype(np.float64) - before)
        texts = compared(before[4], after[4])
        assert texts[0] != texts[1]
        name = "conv1.bias.grad[4]" if tensor == "grad" else "conv1.bias[4]"
        said = f"{name}: then {texts[0]}, now {texts[1]}, difference {texts[2]}"
        assert section.number.text() == said
    QTest.mouseClick(section.findChild(QToolButton, "stopComparing"), Qt.MouseButton.LeftButton)
    assert section.isHidden()


def test_control_and_a_click_compare_with_the_iteration_before(window: MainWindow) -> None:
    network, inspector = window.panel(NetworkView), window.panel(InspectorView)
    network.set_mode("activations")
    QApplication.processEvents()  # the canvas has its size once the docks are laid out
    canvas = network.canvas
    column = [y.name for y in canvas.layers].index("conv1")
    point = QPointF(canvas.rect_of(Spot(column, 0, 2)).center().toPoint())
    number = canvas.number_at(point)
    assert number is not None
    control = Qt.KeyboardModifier.ControlModifier
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, control, point.toPoint())
    assert view_state_of(window).comparison is not None
    plain = plain_loop(3)
    before, after = (plain[i].relu1[number.index] for i in (1, 2))
    texts = compared(before, after)
    said = f"{number.text.split(' = ')[0]}: then {texts[0]}, now {texts[1]}"
    assert inspector.comparison.number.text() == f"{said}, difference {texts[2]}"
    hint = canvas.hint(QPointF(canvas.rect_of(Spot(column, 1, 2)).center()))
    assert hint.splitlines()[1].startswith("then ")
    assert hint.splitlines()[3].startswith("difference ")


def test_control_and_a_click_on_a_bar_and_on_a_cell(window: MainWindow) -> None:
    inspector = window.panel(InspectorView)
    chart, table = inspector.gradient.chart, inspector.update_section.table
    control, left = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton
    area = chart.area()
    at = QPointF(area.left() + area.width() * 2.5 / 6, area.center().y()).toPoint()
    QTest.mouseClick(chart, left, control, at)
    assert inspector.comparison.number.text().startswith("conv1.bias.grad[2]: then ")
    cell = table.visualRect(table.model().index(1, 1)).center()
    QTest.mouseClick(table.viewport(), left, control, cell)
    assert inspector.comparison.number.text().startswith("conv1.bias[1]: then ")


def test_an_experiment_is_compared_with_what_was_before(window: MainWindow) -> None:
    network, plain = window.panel(NetworkView), plain_loop(3)
    assert not window.findChild(QAction, "actionCompareExperiment").isEnabled()
    recording = view_state_of(window).cursor.recording
    relu = next(
        n for n in recording.graph.nodes if n.name == "ReluBackward0" and n.shape == (4, 6, 30, 30)
    )
    window.session.send(AlterGradient(GradientIntervention(relu.key, "scale", 3.0)))
    assert window.session.wait_idle(30)
    trigger(window, "actionCompareExperiment")
    assert network.compare.text() == "experiment"
    assert "before the experiment" in network.compare.toolTip()
    inspector = window.panel(InspectorView)
    section = inspector.comparison
    section.choose(NamedTensor("grad", "conv1.bias"), (0,))
    then, now, _ = (c.values for c in section.table.rows.columns)
    assert then.tobytes() == plain[2].bias_grad.tobytes()
    assert np.allclose(now, 3 * plain[2].bias_grad, rtol=1e-5)
    network.set_mode("activations")
    _, _, less = rows_of(window, "conv1")
    assert not less.any()  # forward was the same


def test_what_is_not_kept_is_said(window: MainWindow) -> None:
    window.session.shown.compare_with(99)
    network = window.panel(NetworkView)
    assert network.compare.text() == "nothing kept"
    assert "iteration 99" in network.compare.toolTip()
    assert view_state_of(window).then is None
    assert [b.numbers is None for b in network.canvas.blocks_of(1)] == [True, False, True]
    network.canvas.grab()


def test_nothing_is_compared_while_training_runs(window: MainWindow) -> None:
    trigger(window, "actionComparePrevious")
    window.session.train()
    assert window.session.wait_until(lambda: view_state_of(window).training, 20)
    assert view_state_of(window).comparison is None
    window.session.pause()
    assert window.session.wait_until(lambda: not view_state_of(window).training, 20)
    assert window.session.wait_idle(30)
    assert view_state_of(window).comparison is not None


def test_the_enlarged_map_says_which_it_is_and_what_the_others_are(window: MainWindow) -> None:
    network = window.panel(NetworkView)
    network.set_mode("weights")
    column = [y.name for y in network.canvas.layers].index("conv1")
    network.canvas.chosen.emit(Spot(column, 1, 2))  # of the bias
    (large,) = (each for each in window.findChildren(MapWindow) if each.isVisible())
    assert large.heading.text() == "conv1.bias[2] · 6 units"
    trigger(window, "actionComparePrevious")
    assert large.heading.text() == "now · conv1.bias[2] · 6 units"
    plain = plain_loop(3)
    then, now, less = compared(plain[1].bias[2], plain[2].bias[2])
    said = f"conv1.bias[2]   then {then}   now {now}   difference {less}"
    assert large.readout.text() == said
    trigger(window, "actionStopComparing")
    assert large.heading.text() == "conv1.bias[2] · 6 units"
    network.set_mode("activations")  # which has one block
    assert large.heading.text() == "relu(conv1)[2] · 6 maps"
    large.close()


@pytest.mark.parametrize("name", by_day_every(2, ["actionComparePrevious", "actionTrain"]))
def test_the_network_needs_no_more_than_its_width(window: MainWindow, name: str) -> None:
    """What its header says grows in a comparison and while training; other panels keep theirs."""
    network = window.panel(NetworkView)
    window.findChild(QAction, name).trigger()
    if name == "actionTrain":
        assert window.session.wait_until(lambda: "recorded" in network.samples.total.text(), 20)
    else:
        assert view_state_of(window).comparison is not None
    assert network.minimumSizeHint().width() <= 760  # its share of a window of 1280
    window.session.pause()
    assert window.session.wait_idle(30)
