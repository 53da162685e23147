"""The open explanation goes with the sample, the iteration and the pause."""

import pytest
import torch
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.analysis.numbers.batch_axis import is_of_sample
from backprop_viz.analysis.numbers.number_origin import (
    activation_number,
    grad_number,
    gradient_number,
    loss_number,
)
from backprop_viz.desktop.window.main_window import MainWindow
from tests.desktop.test_where_from import Explained
from tests.nightly import by_night
from tests.waiting import until, until_idle

pytestmark = pytest.mark.usefixtures("late_plots")


@pytest.fixture(scope="module")
def window_arguments() -> tuple[str, ...]:
    return ("--preset", "digits")


@pytest.fixture(scope="module")
def window_size() -> tuple[int, int]:
    return 1600, 1000


@pytest.fixture
def explained(shared_window: MainWindow, qtbot: QtBot) -> Explained:
    explained = Explained(shared_window, qtbot)
    explained.session.iterate()
    until_idle(explained.session)
    return explained


@by_night
def test_another_sample_is_explained_in_its_place(explained: Explained) -> None:
    trainer = bv.Trainer(data="strokes", seed=0)
    trainer.iterate()
    cursor = explained.session.view_state.cursor
    recording, layer = cursor.recording, cursor.layers.layers[-2]
    number = activation_number(cursor, layer, (0, 3))
    assert number is not None
    # The plain logits of the first batch, of the network before its first step.
    net = bv.Trainer(data="strokes", seed=0).model
    assert recording.input is not None
    with torch.no_grad():
        logits = net(torch.from_numpy(recording.input.copy()))
    explained.window.number_picked.emit(number, None)
    assert explained.wait().value == float(logits[0, 3])
    assert explained.panel.subtitle.text() == "iteration 1 · sample 0"
    action = explained.window.findChild(QAction, "actionNextSample")
    assert action is not None
    action.trigger()
    until(explained.session, lambda: explained.panel.history.current.number.index == (1, 3))
    assert explained.wait().value == float(logits[1, 3])
    assert explained.panel.subtitle.text() == "iteration 1 · sample 1"
    # A gradient of a parameter is of all samples: it stays, and that is said.
    weight = grad_number(cursor, "conv1.bias", (0,))
    assert weight is not None
    explained.window.number_picked.emit(weight, None)
    value = explained.wait().value
    explained.session.shown.choose_sample(5)
    until(explained.session, lambda: explained.session.view_state.sample == 5)
    assert explained.panel.subtitle.text() == "iteration 1 · of the whole batch"
    assert explained.wait().value == value
    # Its picture goes with the sample, and so does the table: to the sample's largest term.
    panel = explained.panel
    assert panel.columns.bars.chosen == 5
    part = explained.wait().parts[0]
    upstream = next(column.indices for column in part.factors if column.indices is not None)
    of_it = [i for i in part.order.tolist() if upstream[i, 0] == 5]
    rows = [row.term for row in panel.terms.rows]
    assert panel.columns.picture.grid is not None
    assert panel.columns.picture.grid.terms[panel.columns.picture.grid.chosen] == of_it[0]
    assert [i.row() for i in panel.columns.table.selectionModel().selectedRows()] == [
        rows.index(term) for term in of_it[:1] if term in rows
    ]
    # A term that is chosen in the bars is chosen in the table too, and no other one.
    first = next(row for row in panel.terms.rows[1:] if upstream[row.term, 0] != 5)
    panel.columns.bars.term_chosen.emit(first.part, first.term)
    assert panel.columns.table.chosen == first
    sample = int(upstream[first.term, 0])
    until(explained.session, lambda: explained.session.view_state.sample == sample)
    assert panel.columns.table.chosen == first


def test_which_numbers_are_of_one_sample(explained: Explained) -> None:
    cursor = explained.session.view_state.cursor
    recording = cursor.recording
    for layer in cursor.layers.layers[:-1]:
        made = activation_number(cursor, layer, (2, *(0 for _ in layer.shape)))
        assert made is not None
        assert is_of_sample(recording, made), layer.name
        came = gradient_number(cursor, layer, (2, *(0 for _ in layer.shape)))
        assert came is None or is_of_sample(recording, came), layer.name
    for parameter in recording.parameters:
        found = grad_number(cursor, parameter.name, (0,) * parameter.value.ndim)
        assert found is not None
        assert not is_of_sample(recording, found), parameter.name
    loss = loss_number(cursor)
    assert loss is not None
    assert not is_of_sample(recording, loss)


def test_back_is_answered_in_the_iteration_it_was_asked_in(explained: Explained) -> None:
    first = explained.session.view_state.cursor
    loss = loss_number(first)
    bias = grad_number(first, "conv1.bias", (0,))
    assert loss is not None
    assert bias is not None
    explained.window.number_picked.emit(loss, None)
    asked = explained.wait().value
    explained.window.number_picked.emit(bias, None)
    explained.wait()
    explained.session.iterate()
    until_idle(explained.session)
    until(explained.session, lambda: explained.panel.subtitle.text().startswith("iteration 2"))
    explained.panel.back.click()
    assert explained.wait().value == asked == first.recording.loss
    assert explained.panel.subtitle.text().startswith("iteration 1, not the one shown")
    # It stays so while the cursor moves on.
    explained.session.shown.step()
    until_idle(explained.session)
    assert explained.panel.history.current.recording.iteration == 1


def test_a_question_put_while_training_is_answered_once_paused(explained: Explained) -> None:
    session, window = explained.session, explained.window
    cursor = session.view_state.cursor
    number = grad_number(cursor, "conv1.bias", (0,))
    assert number is not None
    session.train()
    until(session, lambda: session.view_state.training)
    window.number_picked.emit(number, None)
    assert "Pause training" in window.messages.text()
    session.pause()
    until_idle(session)
    assert explained.wait().kind == "accumulated"
    assert explained.panel.history.current.recording == session.view_state.cursor.recording
    assert "Pause training" not in window.messages.text()


def test_one_iteration_is_not_called_iterations(explained: Explained) -> None:
    action = explained.window.findChild(QAction, "actionNewTutorial")
    assert action is not None
    action.trigger()
    question = explained.window.findChild(QMessageBox, "freshNetworkQuestion")
    assert question is not None
    assert "The one iteration trained so far is lost" in question.informativeText()
    question.reject()
