"""What the inspector says of a step that a loop makes by its own lines."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from torch import Tensor

import backprop_viz as bv
from backprop_viz.desktop.panels.inspector.state_section import StateSection
from backprop_viz.desktop.panels.inspector.update_section import UpdateSection
from backprop_viz.desktop.style.numbers import signed
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase


def step(w: Tensor, rate: float, batch_size: int) -> None:
    assert w.grad is not None
    with torch.no_grad():
        w -= rate * w.grad / batch_size


def recorded(batch_size: int) -> Recording:
    w = torch.tensor([0.3, -1.7], requires_grad=True)
    with bv.record({"w": w}) as told:
        loss = (w * torch.tensor([2.0, 3.0])).square().sum()
        loss.backward()
        step(w, 0.01, batch_size)
    return told.recording


@pytest.mark.parametrize(
    ("batch_size", "text"), [(1, "w ← w − lr · grad"), (7, "moved by the loop's own lines")]
)
def test_its_rule_is_named_where_it_is_known(qtbot: QtBot, batch_size: int, text: str) -> None:
    recording = recorded(batch_size)
    section = UpdateSection()
    qtbot.addWidget(section)
    updates = [i for i, e in enumerate(recording.events) if e.phase is Phase.UPDATE]
    before = next(i for i in updates if recording.events[i].parameter == "w")
    section.show_cursor(recording.at(before), "w", None)
    assert section.rule.text() == "no update yet"
    section.show_cursor(recording.at(before + 1), "w", None)
    assert section.rule.text() == text


def test_the_gradient_of_a_step_is_shown_when_it_is_cleared(qtbot: QtBot) -> None:
    w = torch.tensor([0.3, -1.7], requires_grad=True)
    with bv.record({"w": w}) as told:
        (w * torch.tensor([2.0, 3.0])).square().sum().backward()
        step(w, 0.01, 1)
        assert w.grad is not None
        used = w.grad.tolist()
        w.grad.zero_()
    recording = told.recording
    assert recording.events[-1].phase is Phase.ZERO_GRAD
    section = UpdateSection()
    qtbot.addWidget(section)
    section.show_cursor(recording.at(len(recording.events)), "w", None)
    model = section.table.model()
    column = next(i for i in range(model.columnCount()) if header(section, i) == "grad")
    shown = [float(model.index(row, column).data().replace("−", "-")) for row in range(2)]
    assert shown == pytest.approx(used, rel=1e-3)


def test_what_the_loop_has_computed_is_shown_for_an_element(
    qtbot: QtBot, make_view_state: Callable[..., ViewState]
) -> None:
    w, v = torch.tensor([0.3, -1.7], requires_grad=True), torch.tensor([0.5, 0.25])
    with bv.record({"w": w}) as told:
        (w * torch.tensor([2.0, 3.0])).square().sum().backward()
        assert w.grad is not None
        with torch.no_grad():
            v.mul_(0.9).add_(w.grad)
            w -= 0.01 * v
    section = StateSection()
    qtbot.addWidget(section)
    recording = told.recording
    cursor = recording.at(len(recording.events))
    section.show_cursor(replace(make_view_state(), cursor=cursor), "w", 1)
    decayed = torch.tensor(0.25) * 0.9
    grad = torch.tensor(-1.7) * 3 * 2 * 3
    computed = [decayed, decayed + grad, 0.01 * (decayed + grad), w.detach()[1]]
    shown = section.lines.toPlainText().replace("\xa0", " ").split("\n")
    told_of = zip(["mul", "add", "mul", "sub"], computed, shown, strict=True)
    for op, value, line in told_of:
        assert line.startswith(f"{op} = {signed(value.numpy())}"), line


def header(section: UpdateSection, column: int) -> str:
    text = section.table.model().headerData(column, Qt.Orientation.Horizontal)
    return str(text)
