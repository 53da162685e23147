"""The check in the real window: a weight with a kink inside the interval, and without one.

The oracle is the network in float64 in a plain loop.
"""

import numpy as np
import pytest
import torch
from pytestqt.qtbot import QtBot
from torch import Tensor
from torch.nn import functional

import backprop_viz as bv
from backprop_viz.capture.checks.gradient_check import NumberCheck
from backprop_viz.desktop.panels.origin.check_section import CheckSection
from backprop_viz.desktop.panels.origin.check_texts import brief_text, error_text
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.panels.origin.question_history import AskedNumber
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact, GradientCheck, Switch
from backprop_viz.recording.settings.quantities import written
from backprop_viz.stream.messages import GradientChecked
from backprop_viz.training.recorded_steps import RecordedSteps
from tests.conftest import OpenWindow
from tests.nightly import by_night

WEIGHT = (2, 0, 1, 1)  # of conv1.weight


def plain_net() -> tuple[bv.LeNet, Tensor, Tensor]:
    """The network, the batch and its labels of the first iteration, in float64."""
    trainer = bv.Trainer("strokes", "cross_entropy", "sgd", 0.05, 64, 0)
    trainer.zero_grad()
    return trainer.model.double(), trainer.batch[0].double(), trainer.labels


def loss_at(net: bv.LeNet, x: Tensor, y: Tensor, moved: float) -> float:
    weight = net.conv1.weight
    before = weight[WEIGHT].item()
    with torch.no_grad():
        weight[WEIGHT] = before + moved
        loss = functional.cross_entropy(net(x), y).item()
        weight[WEIGHT] = before
    return loss


@pytest.fixture
def checked(qtbot: QtBot, open_window: OpenWindow) -> dict[float, tuple[GradientCheck, str]]:
    """The check and its sentence for a small and for a large step."""
    window = open_window("--data", "strokes")
    seen: list[ViewState] = []
    window.session.view_state_ready.connect(seen.append)
    window.session.iterate()
    assert window.session.wait_idle(60)
    value = seen[-1].cursor.recording.by_parameter["conv1.weight"].value_id
    window.number_picked.emit(Number(value, WEIGHT), None)
    section = window.panel(OriginView).columns.check
    checks: list[GradientCheck] = []
    window.session.checked.connect(lambda answer: checks.append(answer.check))
    found = {}
    for step in (1e-8, 1e-2):
        section.step.setValue(step)
        section.run()
        qtbot.waitUntil(lambda: not section.running, timeout=60_000)
        assert section.verdict.text().startswith("✓")
        # In little room the tooltip alone has the whole sentence.
        assert section.sentence.text() != ""
        check = checks[-1]
        judged = float(check.steps[check.judged])
        assert f"with h = {written(judged)}" in section.verdict.toolTip()
        assert section.given.text() == f"error {error_text(float(check.errors[check.asked_at]))}"
        assert section.accessibleDescription() == section.sentence.toolTip()
        found[step] = (checks[-1], section.sentence.toolTip())
    return found


@by_night
def test_a_weight_with_and_without_a_kink_inside_the_interval(
    checked: dict[float, tuple[GradientCheck, str]],
) -> None:
    net, x, y = plain_net()
    functional.cross_entropy(net(x), y).backward()
    gradient = net.conv1.weight.grad[WEIGHT].item()
    for step, (check, _) in checked.items():
        assert check.exact == pytest.approx(gradient, rel=1e-9)
        estimate = (loss_at(net, x, y, step) - loss_at(net, x, y, -step)) / (2 * step)
        # The quotient has the losses' rounding over h.
        near = 1e-15 / step
        assert check.estimates[check.asked_at] == pytest.approx(estimate, rel=1e-7, abs=near)

    # Where a relu of the first layer switches, which is linear in the weight.
    with torch.no_grad():
        slope = x[:, 0, 1:31, 1:31]
        at = -net.conv1(x)[:, WEIGHT[0]] / slope
    near_ones = at[slope != 0].abs().sort().values
    small, said = checked[1e-8]
    assert near_ones[0] > 1e-8
    assert small.switched == 0
    assert "No unit switches" in said
    large, said = checked[1e-2]
    assert large.switched is not None
    assert large.switched >= int((near_ones < 1e-2).sum()) > 1
    assert "more units" in said
    # Those of the first layer among the nearest that are named.
    relus = [switch for switch in large.switches if switch.op == "relu"]
    first = min(switch.number.event for switch in relus if switch.number.event is not None)
    mine = [switch for switch in relus if switch.number.event == first]
    assert len(mine) > 1
    for switch in mine:
        n, channel, i, j = switch.number.index
        assert channel == WEIGHT[0]
        # Where many switch, each is found to a part of the interval.
        assert switch.at == pytest.approx(at[n, i, j].item(), abs=1e-2 / 32)
    # The nearest are named, by the section itself too.
    for switch in large.switches[:3]:
        assert f"[{', '.join(map(str, switch.number.index))}]" in said
    assert "1e-6" in said  # the step of the verdict


@by_night
def test_what_was_found_of_another_number_is_not_shown(
    qtbot: QtBot, open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check of a number that is left is cancelled; its answer comes when another is shown."""
    window = open_window("--data", "strokes")
    seen: list[ViewState] = []
    window.session.view_state_ready.connect(seen.append)
    window.session.iterate()
    assert window.session.wait_idle(60)
    value = seen[-1].cursor.recording.by_parameter["conv1.weight"].value_id
    section, checks = window.panel(OriginView).columns.check, window.session.checks
    answers: list[tuple[GradientChecked, GradientChecked | None]] = []
    to_be_shown = checks.to_be_shown

    def noted(answer: GradientChecked) -> GradientChecked | None:
        answers.append((answer, to_be_shown(answer)))
        return answers[-1][1]

    monkeypatch.setattr(checks, "to_be_shown", noted)
    window.number_picked.emit(Number(value, WEIGHT), None)
    section.run()
    assert section.running  # once an answer is waited for here, a busy window may find it over
    window.number_picked.emit(Number(value, (3, 0, 2, 2)), None)
    cancelled = Fact("cancelled")
    qtbot.waitUntil(lambda: bool(answers) and answers[-1][0].reason == cancelled, timeout=60_000)
    assert answers[-1][1] is None
    assert (section.verdict.text(), section.sentence.text()) == ("", "")


def test_a_verdict_waits_until_a_kink_was_looked_for(qtbot: QtBot) -> None:
    """The first quotient may be far off; it is no verdict."""
    section = CheckSection()
    qtbot.addWidget(section)
    number = Number(0, (0,))
    section.show_number(number, lambda _: "w[0]")
    one = np.array([1e-6])
    wrong = GradientCheck(
        number,
        0.5,
        1.0,
        1.0,
        2.0,
        1e-6,
        one,
        2 * one,
        np.array([1.0]),
        0,
        "wrong",
        0,
        "wrong",
        np.array([0.0]),
        np.array([2.0]),
    )
    section.show_check(wrong, share=0.2)
    assert section.running
    assert section.verdict.text() == ""
    section.show_check(wrong)
    section.resize(600, 300)
    assert section.verdict.text() == "✗ differs by 1 with h = 1e-6: probably wrong"
    assert section.given.text() == "error 1"


def test_in_one_line_it_says_what_matters() -> None:
    none = np.zeros(0)
    unit = Number(7, (5, 1, 3, 1), 2)
    said = {
        switched: brief_text(
            GradientCheck(
                unit,
                *(0.0, None, 0.0, 0.0, 1e-2),
                *(np.array([1e-2]), np.array([-0.25]), np.array([0.5])),
                *(0, "correct", 0, "switched", none, none),
                switches=(Switch(unit, "relu", -4.9e-6),) if switched else (),
                switched=switched,
            ),
            lambda number: f"relu(conv2){list(number.index)}",
        )
        for switched in (None, 0, 1, 671)
    }
    link = '<a href="0">a ReLU: relu(conv2)[5, 1, 3, 1]</a>'
    assert said == {
        None: "h = 0.01: -0.2500, error 0.5",
        0: "No unit switches inside the interval.",
        1: f"{link} switched",
        671: f"{link} and 670 more switched",
    }


def test_the_check_of_a_sum_of_two_backwards_says_that_it_is_of_one(qtbot: QtBot) -> None:
    trainer = bv.Trainer(data="random", loss="mse", optimizer="sgd", lr=0.01, batch_size=1)
    steps = RecordedSteps(trainer)
    for _ in range(3):
        steps.step()
    steps.backward_twice(True)
    recording = steps.recording()
    event = max(i for i, e in enumerate(recording.events) if e.parameter == "conv1.bias")
    tensor = recording.events[event].output_ids[0]
    assert tensor is not None
    asked = AskedNumber(recording, Number(tensor, (0,), event))
    assert asked.backwards == 2
    section = CheckSection()
    qtbot.addWidget(section)
    section.show_number(asked.number, lambda _: "conv1.bias.grad[0]", asked.backwards)
    check = NumberCheck(recording, asked.number, 1e-6)
    for _ in check.slices():
        pass
    section.show_check(check.result())
    assert section.sentence.text().startswith("Of one backward: .grad holds the sum of 2.")
    assert AskedNumber(recording, Number(tensor, (0,))).backwards == 1
