"""The section of the optimizer's state tells what the loop's own lines have computed."""

import re

import torch
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.panels.inspector.state_section import StateSection
from backprop_viz.desktop.style.numbers import signed
from tests.foreign.conftest import state_at


def test_each_parameter_has_its_own_lines_as_far_as_the_cursor_has_come(qtbot: QtBot) -> None:
    weights = {"a": torch.tensor([0.3, -1.7]), "b": torch.tensor([1.1, 0.4])}
    kept = {"a": torch.tensor([4.0, 2.0]), "b": torch.tensor([-3.0, 5.0])}
    expected = {}
    for name, w in weights.items():
        velocity = 0.9 * kept[name] + 2 * w
        expected[name] = [0.9 * kept[name], velocity, 0.01 * velocity, w - 0.01 * velocity]
        w.requires_grad_()
    with bv.record(weights) as told:
        (weights["a"].square().sum() + weights["b"].square().sum()).backward()
        with torch.no_grad():
            for name, w in weights.items():
                assert w.grad is not None
                velocity = 0.9 * kept[name] + w.grad
                w.sub_(0.01 * velocity)
    section = StateSection()
    qtbot.addWidget(section)
    view_state = state_at(told.recording)
    for name, values in expected.items():
        section.show_cursor(view_state, name, 1)
        lines = section.lines.toPlainText().replace("\N{NO-BREAK SPACE}", " ").splitlines()
        told_values = [re.split(" = | line", line)[1] for line in lines]
        assert told_values == [signed(value[1].item()) for value in values]
