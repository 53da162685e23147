"""Each finding is made to happen in a real torch loop, and its sentence is in the window."""

import re
from dataclasses import replace
from typing import cast

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.analysis.findings import findings
from backprop_viz.desktop.controllers import findings as controller
from backprop_viz.desktop.panels.findings.finding_card import MoreLabel
from backprop_viz.desktop.panels.findings.findings_view import MOST_CARDS, FindingsView
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.texts.finding_texts import finding_texts
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from tests.analysis.findings.broken_loops import BROKEN_LOOPS, Logarithm, iterations
from tests.analysis.findings.loops_of_steps import LOOPS_OF_STEPS
from tests.analysis.findings.more_broken_loops import MORE_BROKEN_LOOPS
from tests.analysis.findings.silent_loops import SILENT_LOOPS
from tests.nightly import by_day_every
from tests.opened_windows import AtFirst


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    return shared_window


def show(window: MainWindow, recording: Recording) -> FindingsView:
    """Show a recording that the window's own run did not make."""
    session = window.session
    cursor = recording.at(len(recording.events))
    session.view_state_ready.emit(replace(session.view_state, cursor=cursor))
    return window.panel(FindingsView)


def said(panel: FindingsView) -> dict[str, str]:
    """The sentences that are shown, by the titles of their cards."""
    return {card.title.text(): card.sentence.text() for card in panel.cards}


# What stands in the window, in part; the numbers in it are torch's.
SAID = {
    "batch_norm_in_eval": ("Batch norm is in eval mode", "stored statistics"),
    "dead_layer": ("0: 6 of 6 units are dead", "Of the 6 units of layer 0, 6 are 0 for the"),
    "dead_units": ("0: dead units, 5 of 6", "Units of 0 that are 0 for the whole batch: 5 of 6."),
    "exploding": ("Gradients explode", "that of 0.weight is"),
    "gradients_kept": ("zero_grad was not called", "0.weight still had its last gradient"),
    "growing_graph": ("The graph grows with every iteration", "The graphs of 3 earlier iterations"),
    "never_reached": ("unused.weight gets no gradient", "Backward never reached unused.weight"),
    "not_finite": ("NaN first appeared in log", "The first NaN arose in log"),
    "not_finite_from_start": ("The loss is nan", "0.weight was already not finite when linear"),
    "not_in_optimizer": ("2.weight is in no optimizer", "was not updated: no optimizer has it"),
    "nothing_reached": ("No parameter gets a gradient", "Backward reached no parameter"),
    "one_sample_batch_norm": ("Batch norm of one sample", "a batch of one sample"),
    "squashed_twice": ("softmax before cross_entropy", "remove the softmax"),
    "steps_too_large": ("Updates are very large", "Lower the learning rate"),
    "steps_too_small": ("Updates are very small", "may be too small"),
    "undivided": ("2 losses are added up undivided", "of 2 mean losses"),
    "softmax_without_log": (
        "nll_loss gets probabilities, not logarithms",
        "Replace softmax by log_softmax",
    ),
    "unregistered": ("Not in the model: 4, 4×5", "nn.ModuleList"),
    "validated_in_training": (
        "Validated in training mode",
        "where the loop validated it, at silent_loops.py:",
    ),
    "vanishing": ("Gradients vanish", "that of 0.weight is"),
    "batch_taken_for_time": ("The batch is taken for time in lstm", "9 steps of 4 sequences"),
    "broadcast_loss": ("sub compares all with all", "sub compares (9, 1) with (9,)"),
    "cleared_before_step": ("zero_grad before step", "before step could use them"),
    "clipped_away": ("Clipping leaves next to nothing", "clip_grad_norm_ has left"),
    "clipped_scaled": ("Scaled gradients are clipped", "65536 times too large"),
    "cut_off": ("The graph is cut at detach().numpy()", "Parameters without one: 2."),
    "dropout_in_eval": ("Dropout is off while the model trains", "model.train()"),
    "equal_units": ("The units of 0.weight are all equal", "The 6 units of 0.weight"),
    "large_inputs": ("Inputs are not normalised", "The inputs go from 0 to 255"),
    "never_stepped": ("The optimizer never steps", "Parameters: 4."),
    "no_activation": ("Nothing between 0 and 1", "no activation between"),
    "not_finite_gradient": ("Inf in the gradients, from SqrtBackward0", "adding 1e-8"),
    "not_finite_update": ("The update makes 0.weight Inf", "weight and gradient were finite"),
    "not_log_probabilities": ("nll_loss gets no log-probabilities", "Put log_softmax before it"),
    "nothing_updated": ("The optimizer has none of the model's parameters", "none of the 4"),
    "one_class": ("cross_entropy of a single class", "binary_cross_entropy_with_logits"),
    "raised": ("torch raised RuntimeError", "The output of sigmoid, 9×5, was changed in place"),
    "loop_raised": ("The loop raised ValueError", "no such class"),
    "rate_is_zero": ("The learning rate is 0", "The learning rate of SGD is 0"),
    "rate_too_large": ("The learning rate is very large", "which is 1; 1e-3 is usual"),
    "saturated": ("0 is saturated", "of the values of 0 are at its ends"),
    "softmax_not_over_classes": ("log_softmax not over the classes", "runs over dim -1 of 9×3×4"),
    "softmax_over_queries": ("softmax over the queries", "dim 1 of the scores 9×4×4"),
    "softmax_over_others": ("softmax over samples or heads", "dim 0 of the scores 9×4×4"),
    "softmax_over_batch": ("log_softmax over the batch", "the 9 samples of the batch"),
    "step_function": ("round passes no gradient", "nothing before it learns"),
    "steps_lost": ("Updates are too small to change a weight", "smaller than the last digit"),
    "view_swaps_axes": ("view in place of a transpose", "view makes 9×4×7 of 9×7×4"),
    "clipped_before_backward": ("Clipping before backward", "clip_grad_norm_ ran before backward"),
    "dropout_always": ("dropout is on in eval mode too", "goes on after model.eval()"),
    "likelihood_minimised": ("The loss has the wrong sign", "without its minus"),
    "loss_negated": ("The loss has the wrong sign", "cross_entropy times a negative number"),
    "all_ignored": ("cross_entropy ignores all of its targets", "Each of the 9 targets"),
    "masked_whole": ("A mask leaves nothing to softmax", "2 of its rows were -inf"),
    "not_finite_hidden": ("NaN from sqrt, hidden from the loss", "sqrt made NaN of finite numbers"),
    "parameter_not_finite": ("2.weight holds NaN", "NaN already as the iteration begins"),
    "probabilities_in_kl_div": ("kl_div gets no logarithms", "it got numbers up to 0."),
    "running_stats_stand_still": ("The statistics of batch norm 1 stand still", "has momentum 0"),
    "shared_layer": ("One layer in 3 places: 0", "Layer 0 is the same one as 1, 2"),
    "targets_no_probabilities": (
        "cross_entropy with other targets than probabilities",
        "add up to 2, not 1",
    ),
    "targets_not_yes_or_no": ("Targets beyond 0 to 1", "go from -1 to 1"),
    "targets_out_of_reach": ("relu cannot reach the targets", "33 % of the targets of mse_loss"),
    "all_frozen": ("No parameter requires a gradient", "None of the 4 parameters"),
    "clipped_after_step": ("Clipping after the step", "clip_grad_norm_ ran after the step"),
    "counted_twice": ("A loss is counted twice", "goes through NllLossBackward0"),
    "cut_by_no_grad": ("linear ran without a graph", "ran under torch.no_grad()"),
    "frozen_moved": ("0.weight is frozen, but moves", "but SGD moved it"),
    "detached_term": ("A term of the loss has no gradient", "made of weights by data"),
    "gradients_pile_up": ("Gradients pile up, and no step comes", "has run 32 times"),
    "loss_left_out": ("Backward began at a copy of the loss", "such as nn.Parameter(loss)"),
    "losses_kept": ("The losses of 3 iterations keep their graphs", "are kept in a list"),
    "loss_summed": ("The loss is a sum of 900 numbers", "sum adds up 900 numbers"),
    "reductions_mixed": ("Mean and sum of mse_loss are mixed", "the sum of 9 numbers"),
    "no_backward": ("SGD stepped, and no backward ran", "Call loss.backward() before"),
    "one_never_steps": ("One SGD never steps", "such as 2.weight"),
    "schedule_ahead": ("The schedule steps before SGD", "this first step takes 0.05."),
    "stepped_for_nothing": ("SGD stepped for nothing", "none of its 2 parameters: detach at"),
    "stepped_scaled": ("A step with scaled gradients", "65536 times too large"),
    "term_as_number": ("A term of the loss is a plain number", "item at loops_of_steps.py:"),
    "tie_broken": ("embed.weight and last.weight are tied no more", "are two parameters"),
    "zero_gradients": ("Every gradient is 0", "from ClampBackward1 on"),
}
LOOPS = BROKEN_LOOPS | MORE_BROKEN_LOOPS | SILENT_LOOPS | LOOPS_OF_STEPS


def test_each_finding_has_a_loop() -> None:
    assert set(LOOPS) == set(SAID) == set(finding_texts())


@pytest.mark.parametrize("code", by_day_every(3, sorted(SAID)))
def test_what_is_wrong_is_said_in_the_window(
    opened_once: AtFirst, code: str, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    window = opened_once.window  # its own run is not looked at, nor goes on
    torch.manual_seed(4)
    recording = LOOPS[code]()
    panel = show(window, recording)
    title, sentence = SAID[code]
    qtbot.waitUntil(lambda: title in said(panel))  # what is large is looked through in a thread
    assert sentence in said(panel)[title]
    card = next(card for card in panel.cards if card.title.text() == title)
    assert card.isVisible()
    assert card.accessibleName().split(":")[0].lower() == card.finding.severity
    # The evidence is shown: an event of this recording, at the place that is meant.
    moved: list[int] = []
    monkeypatch.setattr(window.session.shown, "move_cursor", moved.append)
    card.show_button.click()
    assert moved == [card.finding.event + 1]
    if card.finding.parameter is not None:
        chosen = window.panel(InspectorView).chosen
        assert chosen == ("parameter", card.finding.parameter)


def test_where_the_evidence_is() -> None:
    """The event is the one that a plain look at the tensors finds."""
    torch.manual_seed(4)
    recording = BROKEN_LOOPS["not_finite"]()
    (found,) = (f for f in recording.findings() if f.code == "not_finite")
    event = recording.events[found.event]
    assert event.op == "log"
    assert np.isnan(event.outputs[0]).sum() == int((torch.linspace(-1, 1, 45) < 0).sum())
    recording = BROKEN_LOOPS["steps_too_large"]()
    (found,) = (f for f in recording.findings() if f.code == "steps_too_large")
    assert recording.events[found.event].op == "SGD"
    assert recording.events[found.event].parameter == found.parameter


def test_of_the_healthy_tutorial_it_says_what_was_looked_for(window: MainWindow) -> None:
    panel = window.panel(FindingsView)
    assert panel.note.text().startswith("Nothing of this iteration is recorded yet")
    window.session.iterate()
    assert window.session.wait_idle(30)
    assert panel.cards == []
    assert panel.subtitle.text() == "none in this iteration"
    assert re.fullmatch(
        r"Nothing found: \d\d kinds of mistakes were looked for.", panel.note.text()
    )
    assert panel.note.toolTip().startswith("Nothing found: NaN or Inf, unused parameters,")


def test_of_an_iteration_that_goes_on_it_says_what_has_ended(window: MainWindow) -> None:
    session = window.session
    session.shown.go("phase")
    assert session.wait_idle(30)
    recording = session.view_state.cursor.recording
    assert (recording.iteration, recording.under_way) == (session.iteration + 1, None)
    said = window.panel(FindingsView).note.text()
    assert said.startswith("Nothing found in the phases that have ended: ")


def test_while_training_it_is_silent(window: MainWindow) -> None:
    panel = show(window, BROKEN_LOOPS["dead_layer"]())
    assert panel.cards
    session = window.session
    session.view_state_ready.emit(replace(session.view_state, training=True))
    panel.show_view_state(replace(session.view_state, training=True))
    assert panel.cards == []
    assert panel.note.text() == "Checked when training pauses."
    assert panel.subtitle.text() == ""


def test_a_large_recording_is_looked_through_in_the_background(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controller, "AT_ONCE_EVENTS", 0)
    panel = show(window, BROKEN_LOOPS["dead_layer"]())
    assert panel.cards == []  # not in the window's own turn
    newer = BROKEN_LOOPS["not_finite"]()
    show(window, newer)
    qtbot.waitUntil(lambda: "NaN first appeared in log" in said(panel))
    assert "0: 6 of 6 units are dead" not in said(panel)


def test_while_it_is_hidden_nothing_is_looked_for(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has its findings as soon as it is seen."""
    looked_through = list[Recording]()

    def looked(recording: Recording) -> tuple[Finding, ...]:
        looked_through.append(recording)
        return findings(recording)

    dock = window.docks.docks[window.panel(FindingsView).objectName()]
    dock.hide()
    monkeypatch.setattr(controller, "findings", looked)
    session = window.session
    session.iterate()
    assert session.wait_idle(30)
    assert not looked_through
    dock.show()
    assert looked_through == [session.view_state.cursor.recording]
    assert window.panel(FindingsView).note.text().startswith("Nothing found")


def test_the_keyboard_shows_the_evidence(window: MainWindow, qtbot: QtBot) -> None:
    panel = show(window, iterations(Logarithm(), lr=0.0))
    card = panel.cards[0]
    panel.area.setFocus()
    for _ in range(5):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        if window.focusWidget() is card.show_button:
            break
    assert window.focusWidget() is card.show_button
    with qtbot.waitSignal(panel.evidence) as shown:
        QTest.keyClick(card.show_button, Qt.Key.Key_Space)
    assert shown.args == [card.finding.event]


def test_of_very_many_the_first_have_a_card(window: MainWindow) -> None:
    recording = cast(Recording, bv.Trainer(data="random", loss="mse", batch_size=1).record())
    panel = show(window, recording)
    many = tuple(Finding("dead_units", "hint", (str(i), 1, 2), event=8) for i in range(80))
    panel.show_findings(recording, many)
    assert len(panel.cards) == MOST_CARDS
    assert panel.findChild(MoreLabel).text() == "and 50 more"
    assert panel.subtitle.text().startswith("80")


def test_in_little_room_every_word_is_within_what_scrolls(qtbot: QtBot) -> None:
    panel = FindingsView()
    qtbot.addWidget(panel)
    panel.resize(252, 98)
    panel.show()
    recording = bv.Trainer(data="random", loss="mse", batch_size=1).record()
    panel.show_findings(recording, ())
    assert panel.note.text().endswith(".")
    bar = panel.area.verticalScrollBar()
    area, note = panel.area.viewport(), panel.note
    qtbot.waitUntil(lambda: note.heightForWidth(note.width()) <= area.height() + bar.maximum())
    assert note.height() >= note.heightForWidth(note.width())
    assert re.fullmatch(r"Nothing found: \d\d kinds of mistakes were looked for.", note.text())
    panel.resize(600, 400)
    qtbot.waitUntil(lambda: note.text() == note.toolTip())  # all of them have room
