from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.analysis.explanations import Reason
from backprop_viz.analysis.graph_cuts import CutKind
from backprop_viz.desktop.panels.inspector.why_section import WhySection, code_line, reason_text
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.training.script.program_text import program

MakeViewState = Callable[..., ViewState]


@pytest.fixture
def section(qtbot: QtBot) -> WhySection:
    section = WhySection()
    qtbot.addWidget(section)
    section.resize(270, 120)
    section.show()
    return section


def recorded(view_state: ViewState, trainer: bv.Trainer) -> ViewState:
    recording = trainer.record()
    cursor = recording.at(len(recording.events))
    return replace(view_state, cursor=cursor, program=program(view_state.settings, trainer.model))


def test_a_gradient_that_is_fine(section: WhySection, make_view_state: MakeViewState) -> None:
    view_state = make_view_state()
    section.show_cursor(view_state, "parameter", "conv1.bias")
    assert section.sentence.text().startswith("Backward computed the gradient of conv1.bias")
    assert not section.line.isVisible()
    assert DARK.muted in section.sentence.styleSheet()


def test_a_dead_relu_is_shown_with_its_line(
    section: WhySection, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    trainer = bv.Trainer("random", batch_size=4)
    with torch.no_grad():
        trainer.model.fc2.bias.fill_(-1e3)
    view_state = recorded(make_view_state(), trainer)
    section.show_cursor(view_state, "parameter", "conv1.weight")
    text = section.sentence.text()
    assert "ReluBackward0, 0 of 84 units of fc2 let the gradient through" in text
    assert section.line.text().endswith("# 84")
    assert "self.fc2" in section.line.text()
    evidence = next(
        i for i, e in enumerate(view_state.cursor.recording.events) if e.op == "ReluBackward0"
    )
    with qtbot.waitSignal(section.evidence) as told:
        section.show_button.click()
    assert told.args == [evidence]
    section.show_button.setFocus()
    with qtbot.waitSignal(section.evidence):
        QTest.keyClick(section.show_button, Qt.Key.Key_Space)
    section.grab()


def test_zero_that_was_added_to_a_gradient_of_before(
    section: WhySection, make_view_state: MakeViewState
) -> None:
    trainer = bv.Trainer("random", batch_size=4, clear_gradients=False)
    trainer.iterate()
    bias = trainer.model.conv1.bias
    kept = bias.grad.clone()
    with torch.no_grad():
        trainer.model.fc2.bias.fill_(-1e3)
    view_state = recorded(make_view_state(), trainer)
    assert torch.equal(bias.grad, kept)
    norm = f"{kept.double().norm().item():.4g}"
    section.show_cursor(view_state, "parameter", "conv1.bias")
    assert section.sentence.text() == (
        f"Backward added exactly zero to conv1.bias.grad, which keeps its norm {norm}: "
        "at ReluBackward0, 0 of 84 units of fc2 let the gradient through."
    )
    assert "self.fc2" in section.line.text()
    node = next(n for n in view_state.cursor.recording.graph.nodes if n.parameter == "conv1.bias")
    section.show_cursor(view_state, "node", node.id)
    assert "exactly zero" in section.sentence.text()


def test_without_evidence_there_is_no_button(
    section: WhySection, make_view_state: MakeViewState
) -> None:
    trainer = bv.Trainer("random", batch_size=4)
    trainer.model.fc1.bias.requires_grad_(False)
    section.show_cursor(recorded(make_view_state(), trainer), "parameter", "fc1.bias")
    assert "frozen" in section.sentence.text()
    assert not section.show_button.isVisible()
    assert DARK.text in section.sentence.styleSheet()


def test_a_nan_is_in_the_colour_of_errors(
    section: WhySection, make_view_state: MakeViewState
) -> None:
    settings = Settings(data="strokes", lr=1e6, batch_size=4)
    view_state = make_view_state(settings, iterations=2)
    section.show_cursor(view_state, "parameter", "fc3.weight")
    made = (
        a for event in view_state.cursor.recording.events for a in event.outputs if a is not None
    )
    first = next(a for a in made if not np.isfinite(a).all())
    name = "NaN" if np.isnan(first).any() else "Inf"
    assert section.sentence.text().startswith(f"{name} first appeared in “linear”, from inputs")
    assert DARK.error in section.sentence.styleSheet()
    section.set_theme(LIGHT)
    assert LIGHT.error in section.sentence.styleSheet()
    section.grab()


def test_everything_at_every_cursor(section: WhySection, make_view_state: MakeViewState) -> None:
    view_state = make_view_state()
    recording = view_state.cursor.recording
    for position in range(len(recording.events) + 1):
        now = replace(view_state, cursor=recording.at(position))
        section.show_cursor(now, "parameter", "conv1.bias")
        assert "conv1.bias" in section.sentence.text()
        section.show_cursor(now, "node", 1)
        assert "AddmmBackward0" in section.sentence.text()
    section.show_cursor(replace(view_state, cursor=Recording(1, ()).at(0)), "node", 2)
    assert section.sentence.text() == "Nothing is recorded of it yet."
    section.show_cursor(view_state, "layer", "conv1")


def test_the_line_of_a_call_that_is_no_operation(
    section: WhySection, make_view_state: MakeViewState
) -> None:
    def loss_of(net: torch.nn.Module) -> torch.Tensor:
        return torch.tensor(net(torch.ones(2, 3)).sum().item(), requires_grad=True)  # cut

    net = torch.nn.Linear(3, 1)
    with bv.record(net) as made:
        loss_of(net).backward()
    assert net.weight.grad is None
    cursor = made.recording.at(len(made.recording.events))
    section.show_cursor(replace(make_view_state(), cursor=cursor), "parameter", "weight")
    assert "“.item()” took the numbers out of torch" in section.sentence.text()
    line = loss_of.__code__.co_firstlineno + 1
    assert section.line.text() == f"test_why_section.py:{line}"
    assert section.line.isVisible()


def test_every_code_has_a_sentence() -> None:
    import re
    from pathlib import Path

    from backprop_viz.analysis import explanations

    source = Path(explanations.__file__).read_text(encoding="utf-8")
    codes = set(re.findall(r'Reason\(\s*"(\w+)"', source))
    codes |= {f"{when}_{what}" for when in ("before", "cleared") for what in ("none", "zeros")}
    codes |= {"before_value", "kept", *get_args(CutKind)}
    codes |= {f"added_{code}" for code in codes if code.startswith("zero_")}
    assert len(codes) > 25
    for code in codes:
        values = tuple(f"<{i}>" for i in range(7))
        text = reason_text(Reason(code, values))
        assert text.endswith(".")
        assert "{" not in text


def test_the_line_is_numbered_as_the_program_panel_does(make_view_state: MakeViewState) -> None:
    lines = make_view_state().program
    row = next(i for i, line in enumerate(lines.lines) if line.source_line is not None)
    source = lines.lines[row].source_line
    assert code_line(lines, source) == (row + 1, lines.lines[row].text.strip())
    assert code_line(lines, None) is None
    assert code_line(lines, 10**6) is None
