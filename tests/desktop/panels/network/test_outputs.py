"""A layer of several operations shows the output of either, and the gradient of that output."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton, QWidget
from pytestqt.qtbot import QtBot
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_marks import marks_of
from backprop_viz.analysis.selection import select
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.network.map_window import MapWindow
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.style.theme import DARK, LIGHT, Theme, body_font
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.recorded_steps import RecordedSteps

MakeViewState = Callable[..., ViewState]
DIGITS = Settings(data="strokes", batch_size=3)
CONV, RELU = "conv1 · conv2d", "relu(conv1)"


class Panels(QWidget):
    """The network's panel and an inspector that follows it, as in the window."""

    def __init__(self) -> None:
        super().__init__()
        self.resize(1200, 700)
        self.network, self.inspector = NetworkView(self), InspectorView(self)
        self.network.setGeometry(0, 0, 876, 367)
        self.inspector.setGeometry(880, 0, 310, 660)
        self.network.outputs_changed.connect(self.inspector.show_outputs)

    def show_view_state(self, view_state: ViewState) -> None:
        self.network.show_view_state(view_state)
        self.inspector.show_view_state(view_state)

    def title(self, name: str) -> str:
        canvas = self.network.canvas
        return canvas.state.title(canvas.layers[self.column(name)])

    def column(self, name: str) -> int:
        return [y.name for y in self.network.canvas.layers].index(name)

    def name_at(self, name: str) -> QPointF:
        header = self.network.canvas.columns()[self.column(name)].header
        return QPointF(header.center().x(), header.top() + 9)

    def click(self, point: QPointF) -> None:
        canvas = self.network.canvas
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=point.toPoint())

    def numbers(self, name: str) -> Array:
        """What the panel shows of the layer."""
        numbers = self.network.canvas.blocks_of(self.column(name))[0].numbers
        assert numbers is not None
        return numbers

    def large(self) -> MapWindow:
        (found,) = (w for w in self.findChildren(MapWindow) if w.isVisible())
        return found


@pytest.fixture
def panels(qtbot: QtBot) -> Panels:
    panels = Panels()
    qtbot.addWidget(panels)
    panels.show()
    return panels


def plain_loop(view_state: ViewState) -> dict[str, tuple[Tensor, Tensor]]:
    """(value, gradient) of what each layer made and of its relu, by torch alone."""
    recording = view_state.cursor.recording
    net = bv.LeNet()
    net.load_state_dict({p.name: torch.tensor(p.value) for p in recording.parameters})
    made: dict[str, Tensor] = {}

    def keep(name: str, tensor: Tensor) -> Tensor:
        tensor.retain_grad()
        made[name] = tensor
        return tensor

    x = torch.tensor(recording.input)
    for name in ("conv1", "conv2", "fc1", "fc2"):
        x = x.flatten(1) if name == "fc1" else x
        x = keep(name, getattr(net, name)(x))
        x = keep(f"relu {name}", torch.relu(x))
        x = F.max_pool2d(x, 2) if "conv" in name else x
    F.cross_entropy(net.fc3(x), torch.tensor(recording.labels)).backward()
    return {name: (tensor.detach(), tensor.grad) for name, tensor in made.items()}


@pytest.mark.parametrize("name", ["conv1", "conv2", "fc1", "fc2"])
def test_both_outputs_and_their_gradients_are_what_torch_computed(
    panels: Panels, make_view_state: MakeViewState, name: str
) -> None:
    view_state = make_view_state(DIGITS)
    panels.show_view_state(view_state)
    plain = plain_loop(view_state)
    assert (plain[name][0] < 0).any()
    assert not torch.equal(plain[name][1], plain[f"relu {name}"][1])
    operation = "conv2d" if "conv" in name else "linear"
    for index, key, title in (
        (0, name, f"{name} · {operation}"),
        (1, f"relu {name}", f"relu({name})"),
        (0, name, f"{name} · {operation}"),
    ):
        panels.network.show_output(name, index)
        panels.inspector.select(select(view_state.cursor.recording, "layer", name))
        value, gradient = (tensor[0].numpy() for tensor in plain[key])
        for mode, expected in (("activations", value), ("gradients", gradient)):
            panels.network.set_mode(mode)
            np.testing.assert_allclose(panels.numbers(name), expected, rtol=1e-5, atol=1e-8)
            assert panels.title(name) == title
        assert (panels.numbers(name) >= 0).all() == (gradient >= 0).all()
        table = panels.inspector.tensor.table
        for column, expected in enumerate((value, gradient)):
            shown = table.model().columns[column].values
            np.testing.assert_allclose(shown, expected.ravel(), rtol=1e-5, atol=1e-8)
        assert panels.inspector.description.text().startswith(title)


def test_a_click_on_the_name_shows_the_other_output(
    panels: Panels, make_view_state: MakeViewState
) -> None:
    panels.show_view_state(make_view_state(DIGITS))
    panels.network.set_mode("activations")
    canvas = panels.network.canvas
    assert panels.title("conv1") == RELU
    assert not (panels.numbers("conv1") < 0).any()
    hint = canvas.hint(panels.name_at("conv1")).splitlines()
    assert hint[1:3] == [
        "conv2d → relu: relu(conv1) is shown",
        "Click the name to show conv1 · conv2d (O)",
    ]
    panels.click(panels.name_at("conv1"))
    assert panels.title("conv1") == CONV
    assert (panels.numbers("conv1") < 0).any()
    assert panels.title("conv2") == "relu(conv2)"
    assert canvas.hint(panels.name_at("conv1")).splitlines()[2] == (
        "Click the name to show relu(conv1) (O)"
    )
    QTest.keyClick(canvas, Qt.Key.Key_O)  # the keyboard is where the mouse was
    assert panels.title("conv1") == RELU
    # Weights have no output to choose, and what has one operation has no other.
    panels.network.set_mode("weights")
    assert panels.title("conv1") == "conv1"
    panels.click(panels.name_at("conv1"))
    assert panels.network.outputs["conv1"] == 1
    panels.network.set_mode("activations")
    panels.click(panels.name_at("pool1"))
    assert "pool1" not in panels.network.outputs


def test_by_keyboard_and_in_the_menu(panels: Panels, make_view_state: MakeViewState) -> None:
    panels.show_view_state(make_view_state(DIGITS))
    panels.network.set_mode("gradients")
    canvas = panels.network.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_O)  # at the input, which has one output
    assert panels.network.outputs == {}
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_O)
    assert panels.title("conv1") == CONV
    offered = {a.text(): a for a in canvas.menu_of("conv1").actions() if a.text()}
    assert [offered[f"Show {title}"].isChecked() for title in (CONV, RELU)] == [True, False]
    offered[f"Show {RELU}"].trigger()
    assert panels.title("conv1") == RELU
    assert "O shows" in canvas.accessibleDescription()


def test_the_large_map_follows_and_switches(panels: Panels, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    panels.show_view_state(view_state)
    panels.network.set_mode("activations")
    plain = plain_loop(view_state)
    grid = panels.network.canvas.columns()[panels.column("conv1")].grids[0]
    panels.click(grid.tile(4).center())
    large = panels.large()
    button = large.findChild(QToolButton, "outputSwitch")
    assert large.heading.text() == "relu(conv1)[4] · 6 maps"
    assert (button.text(), button.accessibleName()) == (f"Show {CONV}",) * 2
    assert "(O)" in button.toolTip()
    assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    for switch, key, heading in (
        (button.click, "conv1", "conv1[4] · conv2d · 6 maps"),
        (lambda: QTest.keyClick(large, Qt.Key.Key_O), "relu conv1", "relu(conv1)[4] · 6 maps"),
    ):
        switch()
        assert large.heading.text() == heading
        assert large.block is not None
        assert large.block.maps is not None
        expected = plain[key][0][0, 4].numpy()
        np.testing.assert_allclose(large.block.maps[4], expected, rtol=1e-5, atol=1e-8)
    panels.network.set_mode("weights")
    assert button.isHidden()


def test_the_header_names_what_has_run(panels: Panels, make_view_state: MakeViewState) -> None:
    """Between conv2d and relu there is conv2d's output alone."""
    view_state = make_view_state(DIGITS)
    recording = view_state.cursor.recording
    forward = recording.span(Phase.FORWARD)
    assert forward is not None
    panels.network.set_mode("activations")
    titles = []
    for done in range(3):
        panels.show_view_state(replace(view_state, cursor=recording.at(forward.start + done)))
        titles.append(panels.title("conv1"))
    assert titles == [RELU, CONV, RELU]


def test_the_choice_stays_in_the_next_iteration(
    panels: Panels, make_view_state: MakeViewState
) -> None:
    panels.show_view_state(make_view_state(DIGITS))
    panels.network.show_output("conv1", 0)
    panels.show_view_state(make_view_state(DIGITS, iterations=1))
    assert panels.title("conv1") == CONV
    canvas = panels.network.canvas
    view_state = make_view_state(DIGITS, iterations=1, position=20)
    panels.show_view_state(view_state)
    again = canvas.state.layers
    panels.show_view_state(replace(view_state, cursor=view_state.cursor.recording.at(21)))
    assert canvas.state.layers is again  # images are not made anew at each event


def test_what_an_explanation_showed_does_not_stay(
    panels: Panels, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(DIGITS)
    panels.show_view_state(view_state)
    recording = view_state.cursor.recording
    event = next(i for i, e in enumerate(recording.events) if e.op == "conv2d")
    tensor = recording.events[event].output_ids[0]
    assert tensor is not None
    number = Number(tensor, (0, 0, 0, 0), event)
    panels.network.mark_numbers(marks_of(recording, number))
    assert panels.title("conv1") == CONV
    panels.network.mark_numbers(None)
    assert panels.title("conv1") == RELU
    panels.network.show_output("conv1", 0)  # what the user chose does
    panels.network.mark_numbers(marks_of(recording, number))
    panels.network.mark_numbers(None)
    assert panels.title("conv1") == CONV


class InPlace(nn.Module):
    """An activation that writes over what it reads, and another after it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.fc = nn.Linear(4 * 30 * 30, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv(x) * 1.0, inplace=True)
        return self.fc(F.dropout(x, 0.5).flatten(1))


def test_an_operation_in_place_leaves_what_was_before_it() -> None:
    trainer = bv.Trainer(data="strokes", loss="cross_entropy", optimizer="sgd", model=InPlace())
    recorder = RecordedSteps(trainer)
    for _ in range(4):
        recorder.step()
    recording = recorder.recording()
    layer = next(y for y in recording.layers.layers if y.name == "conv")
    end = recording.at(len(recording.events))
    names = [output.op for output in layer.outputs]
    assert names[0] == "conv2d"
    assert [name for name in names if "relu" in name]
    values = [end.activation(layer.showing(i)) for i in range(len(names))]
    relu = next(i for i, name in enumerate(names) if "relu" in name)
    assert (values[relu - 1] < 0).any()
    assert not (values[relu] < 0).any()
    np.testing.assert_array_equal(values[relu], np.maximum(values[relu - 1], 0))
    gradients = [end.gradient(layer.showing(i)) for i in range(len(names))]
    passed = np.where(values[relu] > 0, gradients[relu], 0)
    np.testing.assert_array_equal(gradients[relu - 1], passed)
    assert layer.showing(len(names) - 1) == layer


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_a_switch_is_painted_beside_names_that_have_one(
    panels: Panels, make_view_state: MakeViewState, theme: Theme
) -> None:
    panels.network.setGeometry(0, 0, 1200, 367)
    panels.show_view_state(make_view_state(DIGITS))
    panels.network.set_theme(theme)
    canvas = panels.network.canvas
    metrics = QFontMetrics(body_font(13, bold=True))
    for mode, name, wider in (
        ("activations", "fc1", True),
        ("gradients", "fc1", True),
        ("weights", "fc1", False),
        ("activations", "pool1", False),
    ):
        panels.network.set_mode(mode)
        header = canvas.columns()[panels.column(name)].header.toRect()
        image = canvas.grab(header.adjusted(0, 0, 0, -19)).toImage()
        ground = {QColor(theme.panel).rgb(), image.pixel(0, 0)}  # under a text, and elsewhere
        inked = [
            x
            for x in range(image.width())
            if any(image.pixel(x, y) not in ground for y in range(image.height()))
        ]
        beyond = inked[-1] - inked[0] - metrics.horizontalAdvance(panels.title(name))
        assert (beyond > 4) == wider, (mode, name, beyond)
