"""The section of the optimizer's state tells what the loop's own lines have computed."""

import re

import torch
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.panels.inspector.state_section import StateSection
from backprop_viz.desktop.panels.inspector.update_section import UpdateSection
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


class SignedMomentum(torch.optim.Optimizer):
    """Its rule is known to nobody."""

    @torch.no_grad()
    def step(self, closure: object = None) -> None:  # type: ignore[override]
        for p in self.param_groups[0]["params"]:
            m = self.state[p].setdefault("m", torch.zeros_like(p))
            m.mul_(0.5).add_(p.grad)
            p.sub_(0.25 * m.sign())


def test_an_optimizer_without_a_rule_tells_of_its_state_and_its_operations(qtbot: QtBot) -> None:
    w = torch.tensor([0.3, -1.7], requires_grad=True)
    optimizer = SignedMomentum([w], {})
    with bv.record({"w": w}, optimizer) as told:
        w.square().sum().backward()
        optimizer.step()
    view_state = state_at(told.recording)
    section, rule = StateSection(), UpdateSection()
    for each in (section, rule):
        qtbot.addWidget(each)
    section.show_cursor(view_state, "w", 1)
    rule.show_cursor(view_state.cursor, "w", None)
    lines = section.lines.toPlainText().replace("\N{NO-BREAK SPACE}", " ").splitlines()
    # The gradient 2w is -3.4, and so is the momentum; a quarter of its sign is taken off.
    assert lines[0].startswith("m ")
    assert [line.split(" line")[0] for line in lines[-3:]] == [
        "sign = -1.000",
        "mul = -0.2500",
        "sub = -1.450",
    ]
    assert rule.rule.text() == "SignedMomentum, by its operations"
