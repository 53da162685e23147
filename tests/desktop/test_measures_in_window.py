"""Norms and other measures that panels show are asked about by a click, as any number."""

import math

import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.window.main_window import MainWindow
from tests.desktop.test_where_from import Explained
from tests.nightly import by_night

pytestmark = pytest.mark.usefixtures("late_plots")


@pytest.fixture(scope="module")
def window_size() -> tuple[int, int]:
    return 1600, 1000


@pytest.fixture
def explained(shared_window: MainWindow, qtbot: QtBot) -> Explained:
    explained = Explained(shared_window, qtbot)
    explained.step(4)
    return explained


def plain_gradients() -> dict[str, torch.Tensor]:
    net = bv.Trainer(data="random", loss="mse", optimizer="sgd", lr=0.01, batch_size=1)
    for _ in range(4):
        net.step()
    return {name: p.grad for name, p in net.model.named_parameters() if p.grad is not None}


def test_a_norm_of_the_parameter_table_is_the_root_of_squares(explained: Explained) -> None:
    program = explained.window.panel(ProgramView)
    program.show_page(2)
    table = program.parameters.table
    row = program.parameters.model.names.index("conv1.bias")
    box = table.visualRect(table.model().index(row, 4))
    explained.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    found = explained.wait()
    gradient = plain_gradients()["conv1.bias"]
    assert explained.name == "‖conv1.bias.grad‖"
    assert found.value == math.sqrt(float(gradient.double().square().sum()))
    squares = sorted((float(g) ** 2 for g in gradient), reverse=True)
    assert [term.value for term in found.terms] == pytest.approx(squares, rel=1e-15)
    # A square in it leads to the element, and that to its own terms.
    rows = explained.panel.columns.table.rows
    column = next(i for i, h in enumerate(rows.content.headings) if h.role and not h.place)
    box = explained.panel.columns.table.visualRect(rows.index(0, column))
    explained.qtbot.mouseClick(
        explained.panel.columns.table.viewport(), Qt.MouseButton.LeftButton, pos=box.center()
    )
    largest = int(gradient.abs().argmax())
    assert explained.wait().value == float(gradient[largest])
    assert explained.name == f"conv1.bias.grad[{largest}]"


@by_night
def test_the_figures_of_a_gradient_are_asked_about(explained: Explained) -> None:
    inspector = explained.window.panel(InspectorView)
    explained.window.picked.emit("parameter", "conv2.weight")
    gradient = plain_gradients()["conv2.weight"]
    extremes, middle = inspector.gradient.figures
    for label, word, value in (
        (extremes, "max ", float(gradient.max())),
        (middle, "mean ", float(gradient.double().mean())),
        (middle, "norm ", math.sqrt(float(gradient.double().square().sum()))),
    ):
        written = label.text().split(word)[1].split(" ")[0]
        place = word + written
        at = label.text().index(place) + len(word)
        x = label.fontMetrics().horizontalAdvance(label.text()[:at]) + 4
        explained.qtbot.mouseClick(
            label, Qt.MouseButton.LeftButton, pos=QPoint(x, label.height() // 2)
        )
        assert explained.wait().value == pytest.approx(value, rel=1e-13)
    # By keyboard as well.
    middle.setFocus()
    explained.qtbot.keyClick(middle, Qt.Key.Key_Left)
    explained.qtbot.keyClick(middle, Qt.Key.Key_Return)
    assert explained.wait().op in ("mean", "norm")
