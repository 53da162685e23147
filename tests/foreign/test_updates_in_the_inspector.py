"""Groups, several optimizers and clipping in the inspector, against plain torch."""

import re

import numpy as np
import pytest
import torch
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.phase_runs import phase_runs
from backprop_viz.analysis.selection import select
from backprop_viz.analysis.update_breakdown import explain_update
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.recording.trace.phases import Phase
from tests.foreign.conftest import recording_of, state_at
from tests.foreign.nets import Regression


@pytest.fixture
def view(qtbot: QtBot) -> InspectorView:
    view = InspectorView()
    qtbot.addWidget(view)
    view.resize(330, 900)
    view.show()
    return view


@pytest.mark.parametrize("name", ["gpt", "lstm", "regression", "gan", "resnet"])
def test_every_update_is_broken_down_to_the_last_bit(name: str) -> None:
    recording = recording_of(name)
    for event in recording.events:
        if event.phase is Phase.UPDATE:
            assert event.parameter is not None
            options = recording.options_of(event.parameter, event.op)
            assert explain_update(event, options, 0).exact, (event.parameter, event.op)


def test_each_group_updates_by_its_own_rate() -> None:
    torch.manual_seed(0)
    model = Regression()
    first, second = model.net[0], model.net[2]
    groups = [{"params": first.parameters(), "lr": 0.5}, {"params": second.parameters()}]
    optimizer = torch.optim.SGD(groups, lr=0.01)
    with bv.record(model, optimizer) as rec:
        model(torch.randn(8, 6)).square().mean().backward()
        optimizer.step()
    recording = rec.recording
    for event in recording.events:
        if event.phase is Phase.UPDATE:
            assert event.parameter is not None
            rate = 0.5 if event.parameter.startswith("net.0") else 0.01
            steps = explain_update(event, recording.options_of(event.parameter, event.op), 0)
            assert steps.exact
            weight, grad = (array.flat[0] for array in event.inputs if array is not None)
            assert steps.new.flat[0] == np.float32(weight - np.float32(rate) * grad)


def test_the_group_and_its_rule_are_named(view: InspectorView) -> None:
    recording = recording_of("gpt")
    view.show_view_state(state_at(recording))
    view.select(select(recording, "parameter", "ln_f.bias"))
    # Where there is little room, the size is [16] alone.
    size = r"AdamW group 1 · lr 0\.0001 · (torch\.Size\(\[16\]\)|\[16\]) · float32"
    assert re.match(size, view.description.text())
    assert view.update_section.rule.text() == "w ← w − lr · m̂ / (√v̂ + ε)"
    view.select(select(recording, "parameter", "ln_f.weight"))
    assert "group 1" in view.description.text()
    view.select(select(recording, "parameter", "lm_head.weight"))
    assert view.description.text().startswith("AdamW group 0 · lr 0.0003")
    assert view.update_section.rule.text() == (
        "w ← w′ − lr · m̂ / (√v̂ + ε)   w′ = w · (1 − lr · 0.1)"
    )


def test_clipping_is_told_with_before_and_after(view: InspectorView) -> None:
    recording = recording_of("gpt")
    clip = next(run for run in phase_runs(recording) if run.name == "clip")
    view.show_view_state(state_at(recording, clip.span.start))
    view.select(select(recording, "parameter", "ln_f.bias"))
    assert view.gradient.clip_line.isHidden()
    view.show_view_state(state_at(recording))
    assert not view.gradient.clip_line.isHidden()
    assert "clip_grad_norm_(max_norm=0.5)" in view.gradient.clip_line.text()
    assert "→ 0.5000)" in view.gradient.clip_line.text()
    shown: list[int] = []
    view.evidence.connect(shown.append)
    for link in ("before", "after"):
        href = view.gradient.clip_line.text().split(f">{link}<")[0].rsplit('"', 2)[1]
        view.gradient.clip_line.linkActivated.emit(href)
    assert shown == [clip.span.start - 1, clip.span.stop - 1]
    QApplication.processEvents()


def test_clipped_values_are_told_without_a_factor(view: InspectorView) -> None:
    torch.manual_seed(0)
    model = Regression()
    with bv.record(model) as rec:
        model(torch.randn(8, 6)).square().sum().backward()
        nn.utils.clip_grad_value_(model.parameters(), 0.5)
    view.show_view_state(state_at(rec.recording))
    view.select(select(rec.recording, "parameter", "net.2.weight"))
    assert "clip_grad_value_(clip_value=0.5)" in view.gradient.clip_line.text()
    assert "×" not in view.gradient.clip_line.text()


def test_a_clipping_below_its_limit_is_told_to_have_changed_nothing(view: InspectorView) -> None:
    torch.manual_seed(0)
    model = Regression()
    with bv.record(model) as rec:
        model(torch.randn(8, 6)).square().mean().backward()
        norm = float(nn.utils.clip_grad_norm_(model.parameters(), 1000.0))
    view.show_view_state(state_at(rec.recording))
    view.select(select(rec.recording, "parameter", "net.2.weight"))
    said = view.gradient.clip_line.text()
    assert "left it as it was" in said
    assert f"(total norm {norm:.4g}" in said
