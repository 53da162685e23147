"""Terms that are 0 can be listed and say why; so does a number that changes nothing next."""

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from torch.nn import functional as F  # noqa: N812 - as everybody calls it

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_origin import activation_number, grad_number
from backprop_viz.desktop.style.numbers import signed
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.explanations.number import Number
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


@by_night
def test_terms_that_are_0_are_listed_with_why(explained: Explained) -> None:
    cursor = explained.session.view_state.cursor
    number = grad_number(cursor, "conv2.weight", (0, 0, 1, 1))
    assert number is not None
    explained.window.number_picked.emit(number, None)
    explanation = explained.wait()
    panel = explained.panel
    zeros = [term for term in explanation.terms if term.value == 0]
    assert zeros
    rows = panel.columns.table.rows
    assert all(row.value != 0 for row in rows.content.rows)
    assert panel.columns.sum.zeros.text() == f"{len(zeros)} are 0 ▸"
    panel.columns.sum.zeros.click()
    listed = [i for i, row in enumerate(rows.content.rows) if row.value == 0]
    assert len(listed) == min(len(zeros), 100)
    why = next(i for i, h in enumerate(rows.content.headings) if h.role == "why_zero")
    numbers = 0
    for i in listed:
        row = rows.content.rows[i]
        part = explanation.parts[row.part]
        nothing = {f.role for f in part.factors if f.values[row.term] == 0}
        code = row.cells[why].text
        assert code.startswith("zero:")
        assert code.rpartition(":")[2] in nothing
        numbers += sum(cell.number is not None for cell in row.cells)
    # Each of them can be asked about: the click leads to the factor.
    assert numbers >= len(listed)
    cells = rows.content.rows[listed[0]].cells
    column = next(i for i, cell in enumerate(cells) if cell.number is not None)
    box = panel.columns.table.visualRect(rows.index(listed[0], column))
    explained.qtbot.mouseClick(
        panel.columns.table.viewport(), Qt.MouseButton.LeftButton, pos=box.center()
    )
    assert explained.wait().number == cells[column].number
    # The next number's zeros are folded again.
    assert panel.columns.sum.zeros.isHidden() or not panel.columns.sum.zeros.isChecked()


def test_what_lost_its_max_pool_says_so(explained: Explained) -> None:
    trainer = bv.Trainer(data="random", loss="mse", optimizer="sgd", lr=0.01, batch_size=1)
    cursor = explained.session.view_state.cursor
    recording = cursor.recording
    assert recording.input is not None
    with torch.no_grad():
        hidden = F.relu(trainer.model.conv1(torch.from_numpy(recording.input.copy())))
    pooled, winners = F.max_pool2d(hidden, 2, return_indices=True)
    width = hidden.shape[-1]
    # The first unit above 0 that is not its window's largest.
    row, column = next(
        (r, c)
        for r in range(2 * pooled.shape[2])
        for c in range(2 * pooled.shape[3])
        if hidden[0, 0, r, c] > 0 and int(winners[0, 0, r // 2, c // 2]) != r * width + c
    )
    won = divmod(int(winners[0, 0, row // 2, column // 2]), width)
    layer = next(y for y in cursor.layers.layers if y.name == "conv1")
    number = activation_number(cursor, layer, (0, 0, row, column))
    assert number is not None
    explained.window.number_picked.emit(number, None)
    explained.wait()
    value = signed(hidden[0, 0, won[0], won[1]].numpy())
    assert explained.panel.columns.no_effects.text() == (
        f"It did not win the max pool: pool1[0, 0, {row // 2}, {column // 2}] took "
        f"relu(conv1)[0, 0, {won[0]}, {won[1]}] ({value})."
    )
    assert explained.panel.columns.no_effects.isVisible()
    # The winner itself goes on.
    winner = activation_number(cursor, layer, (0, 0, *won))
    assert winner is not None
    explained.window.number_picked.emit(winner, None)
    explained.wait()
    assert explained.panel.columns.no_effects.text() == ""
    assert explained.panel.columns.effects.rows.content.rows


def test_what_came_as_0_to_a_relu_was_not_stopped_by_it(explained: Explained) -> None:
    recording = explained.session.view_state.cursor.recording
    place, event = next(
        (i, e)
        for i, e in enumerate(recording.events)
        if e.op == "ReluBackward0" and e.inputs[0] is not None and e.inputs[0].ndim == 4
    )
    arrived, tensor = event.inputs[0], event.output_ids[0]
    assert arrived is not None
    assert tensor is not None
    # The max pool behind it sends a gradient to one place in four.
    index = tuple(int(i) for i in np.argwhere(arrived == 0)[0])
    explained.window.number_picked.emit(Number(tensor, index, place), None)
    assert explained.wait().value == 0
    panel = explained.panel
    if panel.columns.sum.zeros.isVisible() and not panel.columns.sum.zeros.isChecked():
        panel.columns.sum.zeros.click()
    rows = panel.columns.table.rows.content
    why = next(i for i, h in enumerate(rows.headings) if h.role == "why_zero")
    assert rows.rows[0].cells[why].text == "zero:upstream"
