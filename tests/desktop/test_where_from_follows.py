"""What was asked about follows the iteration that is shown, and goes with its run."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_origin import (
    grad_number,
    loss_number,
    old_weight_number,
)
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.phases.phase_bar import PhaseBar
from backprop_viz.desktop.style.numbers import full, signed
from backprop_viz.desktop.window.main_window import MainWindow
from tests.conftest import OpenWindow
from tests.desktop.test_where_from import Explained, click_bar
from tests.nightly import by_night
from tests.waiting import until, until_idle

pytestmark = pytest.mark.usefixtures("late_plots")


@pytest.fixture(scope="module")
def window_size() -> tuple[int, int]:
    return 1600, 1000


@pytest.fixture
def explained(shared_window: MainWindow, qtbot: QtBot) -> Explained:
    return Explained(shared_window, qtbot)


@by_night
def test_the_panel_follows_the_iteration_that_is_shown(explained: Explained) -> None:
    explained.step(5)
    net = bv.Trainer(data="random", loss="mse", optimizer="sgd", lr=0.01, batch_size=1)
    losses = [net.record().loss for _ in range(2)]
    cursor = explained.session.view_state.cursor
    number = loss_number(cursor)
    assert number is not None
    explained.window.number_picked.emit(number, None)
    assert explained.wait().value == losses[0]
    assert explained.panel.subtitle.text() == "iteration 1"
    explained.session.iterate()
    until_idle(explained.session)
    until(explained.session, lambda: explained.panel.subtitle.text() == "iteration 2")
    assert explained.wait().value == losses[1]
    assert explained.name == "loss"
    explained.session.shown.step()  # the next one has no loss yet
    until_idle(explained.session)
    assert explained.panel.subtitle.text() == "iteration 2, not the one shown"
    assert explained.wait().value == losses[1]


def test_what_was_asked_of_another_run_is_forgotten(explained: Explained) -> None:
    explained.step(4)
    click_bar(explained, 0)
    explained.wait()
    explained.session.reset()
    until_idle(explained.session)
    assert not explained.window.lower_row.explaining
    assert explained.panel.history.current is None


def test_asking_leaves_the_sample_as_it_is_and_a_chosen_term_shows_its_own(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    explained = Explained(open_window("--preset", "digits", size=(1600, 1000)), qtbot)
    explained.step(4)
    click_bar(explained, 0)
    explanation = explained.wait()
    assert explained.session.view_state.sample == 0
    second = explanation.terms[1].factors[0].number
    assert second is not None
    table = explained.panel.columns.table
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Down)
    until(explained.session, lambda: explained.session.view_state.sample == second.index[0])


def test_full_precision_writes_every_digit(explained: Explained) -> None:
    explained.step(4)
    click_bar(explained, 0)
    explanation = explained.wait()
    table = explained.panel.columns.table
    last = table.rows.columnCount() - 1
    assert table.rows.index(0, last).data() == signed(explanation.terms[0].value)
    explained.session.shown.show_full_precision(True)
    until(explained.session, lambda: table.rows.full_precision)
    assert table.rows.index(0, last).data() == full(explanation.terms[0].value)
    tensor, index = explanation.number.tensor, explanation.number.index
    recording = explained.session.view_state.cursor.recording
    assert (
        explained.panel.columns.value.text()
        == f"conv1.bias.grad[0] = {full(recording.tensors[tensor][index])}"
    )


def test_the_tabs_that_were_in_front_are_so_again(explained: Explained) -> None:
    explained.window.resize(1280, 600)
    explained.step(4)
    until(explained.session, lambda: explained.window.height() == 600)
    places = explained.window.layout_state()
    network = explained.window.panel(NetworkView)
    assert network.isVisible()
    number = grad_number(explained.session.view_state.cursor, "conv1.bias", (0,))
    explained.window.number_picked.emit(number, None)
    explained.wait()
    until(explained.session, lambda: network.visibleRegion().isEmpty())
    explained.panel.close_button.click()
    until(explained.session, lambda: not network.visibleRegion().isEmpty())
    until(explained.session, lambda: explained.window.layout_state() == places)


def test_what_is_asked_while_training_runs_is_of_the_recording_that_its_panel_shows(
    explained: Explained,
) -> None:
    window, session = explained.window, explained.session
    explained.step(5)
    earlier = session.view_state
    number = grad_number(earlier.cursor, "conv1.bias", (3,))
    assert number is not None
    explained.step(5)
    later = session.view_state
    # It began with gradients: its tensors have other places.
    assert grad_number(later.cursor, "conv1.bias", (3,)) != number
    bar, asked = window.panel(PhaseBar), list[object]()
    window.number_picked.connect(lambda number, recording: asked.append((number, recording)))
    window.show_view_state(earlier)
    window.show_view_state(replace(later, training=True))
    assert window.is_refreshing  # the panels take turns
    bar.number_picked.emit(number)
    assert asked == [(number, earlier.cursor.recording)]
    until(session, lambda: not window.is_refreshing)
    assert window.recording_in(bar) == later.cursor.recording
    explained.panel.close_button.click()

    session.train()
    until(session, lambda: session.view_state.training)
    window.number_picked.emit(number, earlier.cursor.recording)
    assert not window.lower_row.explaining
    session.pause()
    until_idle(session)
    explanation = explained.wait()
    recording = session.view_state.cursor.recording
    assert explained.panel.history.current.recording == recording
    assert explanation.number == grad_number(
        recording.at(len(recording.events)), "conv1.bias", (3,)
    )


def test_a_step_of_the_path_is_of_the_recording_that_the_path_is_of(explained: Explained) -> None:
    window, session, panel = explained.window, explained.session, explained.panel
    explained.step(5)
    earlier = session.view_state.cursor
    explained.step(5)
    later = session.view_state.cursor
    then, now = (grad_number(one, "conv1.bias", (3,)) for one in (earlier, later))
    assert then is not None
    assert now is not None
    window.number_picked.emit(now, None)
    explained.wait()
    until(session, lambda: len(panel.path.buttons) > 1)
    panel.follow(earlier.recording, then)  # the path is there until another one is known
    panel.path.buttons[-1].click()
    assert panel.history.current.recording == later.recording
    assert panel.history.current.number == now
    assert explained.wait().number == now


def test_a_weight_leads_on_to_the_update_of_the_iteration_before(explained: Explained) -> None:
    trainer = bv.Trainer(data="random", loss="mse", optimizer="sgd", lr=0.01, batch_size=1)
    trainer.iterate()
    made = trainer.model.conv1.bias.detach().clone()
    for _ in range(2):
        explained.session.iterate()
    until_idle(explained.session)
    number = old_weight_number(explained.session.view_state.cursor, "conv1.bias", (1,))
    explained.window.number_picked.emit(number, None)
    assert explained.wait().kind == "given"
    facts = explained.panel.columns.facts
    until(explained.session, lambda: facts.figures)
    assert facts.text().endswith("the update of iteration 1 made it.")
    ((figure, asked),) = facts.figures
    assert figure == "1"
    facts.picked.emit(asked)
    explanation = explained.wait()
    assert (explanation.kind, explanation.value) == ("update", made[1].item())
    assert explained.panel.subtitle.text() == "iteration 1, not the one shown"
    explained.panel.back.click()
    assert explained.wait().kind == "given"
    assert explained.panel.subtitle.text() == "iteration 2"
    assert facts.text().endswith("the update of iteration 1 made it.")
