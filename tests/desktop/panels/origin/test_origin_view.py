"""The panel: a number is asked about, answered, and each number in it asked about in turn."""

import re

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.numbers.number_marks import NumberMarks
from backprop_viz.desktop.panels.origin.broken_names import broken_name
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Effect, Fact, NumberExplanation
from backprop_viz.recording.iteration import Recording
from tests.desktop.panels.origin.explained_numbers import (
    bias_gradient,
    convolved,
    event_of,
    recorded,
)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return recorded()


@pytest.fixture
def view(qtbot: QtBot, usual_text_size: None) -> OriginView:
    view = OriginView()
    qtbot.addWidget(view)
    view.resize(1200, 330)
    view.show()
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    return view


def asked_of(view: OriginView) -> list[Number]:
    asked: list[Number] = []
    view.asked.connect(lambda _, number: asked.append(number))
    return asked


def show(
    view: OriginView, recording: Recording, explained: tuple[Number, NumberExplanation]
) -> None:
    view.ask(recording, explained[0])
    view.show_explanation(explained[1])


def click(qtbot: QtBot, widget: QWidget, point: QPointF) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=point.toPoint())


def test_a_number_is_named_at_once_and_its_terms_come_with_the_answer(
    view: OriginView, recording: Recording
) -> None:
    asked = asked_of(view)
    number, explanation = bias_gradient(recording)
    view.ask(recording, number)
    assert asked == [number]
    value = recording.tensors[number.tensor][0]
    name, _, text = view.columns.value.text().partition(" = ")
    assert name == "conv1.bias.grad[0]"
    assert float(text) == pytest.approx(float(value), rel=1e-3)
    assert not view.columns.table.isVisible()
    view.show_explanation(explanation)
    assert view.columns.table.isVisible()
    assert str(explanation.total) in view.columns.sum.values[1].toolTip()
    said = view.columns.sum.words[1].text().partition("torch has ")[2].partition(" ")[0]
    assert np.float32(said) == value
    count = recording.tensors[explanation.parts[0].factors[0].tensor][:, 0].size
    assert f"{count:,}" in view.columns.sum.words[1].text()


def test_each_number_in_the_table_is_asked_about_by_click_and_by_key(
    view: OriginView, recording: Recording, qtbot: QtBot
) -> None:
    number, explanation = bias_gradient(recording)
    show(view, recording, (number, explanation))
    asked = asked_of(view)
    largest, second = explanation.terms[0], explanation.terms[1]
    box = view.columns.table.visualRect(view.columns.table.rows.index(0, 1))
    qtbot.mouseClick(view.columns.table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert asked == [largest.factors[0].number]
    view.show_explanation(explanation)
    view.columns.table.setFocus()
    qtbot.keyClick(view.columns.table, Qt.Key.Key_Down)
    qtbot.keyClick(view.columns.table, Qt.Key.Key_Return)
    assert asked[1:] == [second.factors[0].number]


def test_a_tip_names_the_number_and_gives_every_digit_that_torch_holds(
    view: OriginView, recording: Recording
) -> None:
    number, explanation = bias_gradient(recording)
    show(view, recording, (number, explanation))
    factor = explanation.terms[0].factors[0].number
    assert factor is not None
    held = recording.tensors[factor.tensor][factor.index]
    assert held.dtype == np.float32
    place = ", ".join(map(str, factor.index))
    model = view.columns.table.rows
    named, exact, _ = model.data(model.index(0, 1), Qt.ItemDataRole.ToolTipRole).split("\n")
    assert named.startswith(f"∂L/∂conv1·conv2d[{place}] = ")
    assert exact == f"float32 {held!s}"
    summed = model.data(model.index(0, model.columnCount() - 1), Qt.ItemDataRole.ToolTipRole)
    assert summed.endswith(f"float64 {float(held)}")


def test_back_and_forward_go_through_what_was_asked(
    view: OriginView, recording: Recording, qtbot: QtBot
) -> None:
    first, second = bias_gradient(recording), convolved(recording)
    show(view, recording, first)
    assert not view.back.isEnabled()
    show(view, recording, second)
    asked = asked_of(view)
    qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert asked == [first[0]]
    assert not view.back.isEnabled()
    view.forward.click()
    assert asked == [first[0], second[0]]
    view.back.click()
    third = Number(recording.by_parameter["conv1.bias"].value_id, (1,))
    view.ask(recording, third)
    assert not view.forward.isEnabled()
    view.back.click()
    assert asked[-1] == first[0]


def test_a_cell_of_the_picture_and_a_bar_are_clicked(
    view: OriginView, recording: Recording, qtbot: QtBot
) -> None:
    number, explanation = bias_gradient(recording)
    show(view, recording, (number, explanation))
    asked = asked_of(view)
    sums = view.columns.bars.sums
    assert sums is not None
    click(qtbot, view.columns.bars, view.columns.bars.box_of(2).center())
    grid = view.columns.picture.grid
    assert grid is not None
    assert grid.group == (int(sums.places[2]),)
    assert grid.terms[grid.chosen] == sums.terms[2]
    assert view.columns.bars.chosen == sums.places[2]
    (sheet,) = view.columns.picture.sheets()
    across, down = sheet.box.width() / 30, sheet.box.height() / 30
    click(qtbot, view.columns.picture, sheet.box.topLeft() + QPointF(7.5 * across, 3.5 * down))
    assert [n.index for n in asked] == [(int(sums.places[2]), 0, 3, 7)]


def test_links_of_the_formula_are_the_numbers_of_the_largest_terms(
    view: OriginView, recording: Recording
) -> None:
    show(view, recording, convolved(recording))
    asked = asked_of(view)
    largest = convolved(recording)[1].terms[0]
    first = view.columns.formula.numbers.text().split('href="')[1].split('"')[0]
    view.columns.formula.numbers.linkActivated.emit(first)
    assert asked == [largest.factors[0].number]


@pytest.mark.parametrize(("width", "written"), [(800, 3), (400, 2), (210, 1)])
def test_no_number_of_the_formula_is_cut(
    view: OriginView, recording: Recording, width: int, written: int
) -> None:
    show(view, recording, convolved(recording))
    view.columns.formula.resize(width, 60)
    text = re.sub("<[^>]*>", "", view.columns.formula.numbers.text())
    assert text.count("(") == text.count(")") == written
    assert QFontMetrics(view.columns.formula.numbers.font()).horizontalAdvance(text) <= width


def test_the_path_from_the_loss_is_pressed(view: OriginView, recording: Recording) -> None:
    number, explanation = bias_gradient(recording)
    show(view, recording, (number, explanation))
    start = event_of(recording, "MseLossBackward0")
    seed = recording.events[start].input_ids[0]
    assert seed is not None
    loss = NumberExplanation(Number(seed, (), start, 0, True), 1.0, "arrived", "x")
    view.show_chain((explanation, loss))
    assert [button.text() for button in view.path.buttons] == ["loss", "conv1.bias.grad[0]"]
    asked = asked_of(view)
    view.path.buttons[0].click()
    assert asked == [loss.number]


def test_a_path_that_is_too_long_gives_way_at_the_loss(
    view: OriginView, recording: Recording
) -> None:
    number, explanation = bias_gradient(recording)
    show(view, recording, (number, explanation))
    chain = [explanation]
    for name in ("conv2.weight", "fc1.weight", "fc2.weight", "fc3.weight") * 4:
        tensor = recording.by_parameter[name].value_id
        place = (0,) * recording.tensors[tensor].ndim
        chain.append(NumberExplanation(Number(tensor, place), 1.0, "given", "x"))
    view.show_chain(tuple(chain))
    shown = [button.isVisible() for button in view.path.buttons]
    assert shown[-1]
    assert not shown[0]
    assert shown == sorted(shown)
    asked = asked_of(view)
    entries = view.path.hidden_crumbs().actions()
    assert [entry.text() for entry in entries] == [
        button.toolTip()
        for button, there in zip(view.path.buttons, shown, strict=True)
        if not there
    ]
    entries[0].trigger()  # the farthest from the number
    assert asked == [chain[-1].number]


def test_small_cells_are_hit_from_nearby(view: OriginView, recording: Recording) -> None:
    number, explanation = bias_gradient(recording)
    show(view, recording, (number, explanation))
    view.columns.picture.resize(80, 100)  # cells of 2 pixels
    (sheet,) = view.columns.picture.sheets()
    assert sheet.box.width() / 30 == 2
    values = sheet.values
    away = np.argwhere(values == 0) * 2 + 1
    lit = np.argwhere(values != 0) * 2 + 1
    for row, column in away[::7]:
        apart = np.hypot(*(lit - (row, column)).T)
        found = view.columns.picture.cell_at(sheet.box.topLeft() + QPointF(column, row))
        assert found is not None
        hit = tuple(np.argwhere(view.columns.picture.grid.terms == found[1])[0])
        if apart.min() <= 6:
            assert values[hit] != 0
            assert np.hypot(*(np.array(hit) * 2 + 1 - (row, column))) == apart.min()
        else:
            assert hit == ((row - 1) // 2, (column - 1) // 2)


def test_narrow_and_high_it_has_two_rows(
    view: OriginView, recording: Recording, qtbot: QtBot
) -> None:
    number, explanation = bias_gradient(recording)
    show(view, recording, (number, explanation))
    for size, two in (((690, 440), True), ((690, 200), False), ((1200, 440), False)):
        view.resize(*size)
        qtbot.waitUntil(lambda two=two: view.columns.below.isVisible() is two)
        least = view.columns.beside.minimumSizeHint().width()
        assert least <= view.columns.beside.width() or not two
        assert view.columns.check.isVisibleTo(view)
        if two:
            assert view.columns.check.width() >= view.columns.check.wanted_width


def test_what_changes_next_is_asked_about(view: OriginView, recording: Recording) -> None:
    number, explanation = convolved(recording)
    show(view, recording, (number, explanation))
    relu = event_of(recording, "relu")
    tensor = recording.events[relu].output_ids[0]
    assert tensor is not None
    view.show_effects((Effect(relu, 0, tensor, np.array([number.index]), np.array([1.0])),))
    cell = view.columns.effects.rows.content.rows[0].cells[0]
    assert cell.text == "relu(conv1)[1, 2, 4, 5]"
    assert cell.number == Number(tensor, number.index, relu)
    view.show_effects(())
    assert not view.columns.effects.isVisible()  # and its column leaves the room to the others
    # The ReLU stopped this one, which is said in its place.
    assert recording.tensors[number.tensor][number.index] <= 0
    assert view.columns.no_effects.text() == "ReLU makes 0 of it: it is not above 0."


def test_what_changes_next_is_whole_in_a_row_with_the_check(
    view: OriginView, recording: Recording, qtbot: QtBot
) -> None:
    number, explanation = convolved(recording)
    view.resize(880, 436)
    show(view, recording, (number, explanation))
    relu = event_of(recording, "relu")
    tensor = recording.events[relu].output_ids[0]
    assert tensor is not None
    view.show_effects((Effect(relu, 0, tensor, np.array([number.index]), np.array([1.0])),))
    assert view.columns.below.isVisible()
    wanted = view.columns.effects.wanted_width
    qtbot.waitUntil(lambda: view.columns.effects.width() >= wanted)
    assert view.columns.check.width() >= view.columns.check.wanted_width


def test_a_name_that_changes_next_is_whole_where_the_column_is_narrow(
    view: OriginView, recording: Recording
) -> None:
    number, explanation = convolved(recording)
    show(view, recording, (number, explanation))
    relu = event_of(recording, "relu")
    tensor = recording.events[relu].output_ids[0]
    assert tensor is not None
    view.show_effects((Effect(relu, 0, tensor, np.array([number.index]), np.array([1.0])),))
    table = view.columns.effects
    for width in (view.columns.effects.wanted_width, 150, 120):
        table.resize(width, 100)
        room, metrics = table.columnWidth(0) - 12, QFontMetrics(table.font())
        lines = broken_name("relu(conv1)[1, 2, 4, 5]", metrics, room)
        assert "".join(lines) == "relu(conv1)[1, 2, 4, 5]"
        assert max(map(metrics.horizontalAdvance, lines)) <= room
        assert len(lines) * metrics.height() <= table.rowHeight(0)
        assert table.columnWidth(0) >= table.horizontalHeader().sectionSizeHint(0)
    assert lines[0] == "relu(conv1)" or len(lines) > 2


def test_a_reason_is_said_where_there_are_no_terms(view: OriginView, recording: Recording) -> None:
    number, _ = convolved(recording)
    view.ask(recording, number)
    reason = Fact("failed", ("RuntimeError", "no kernel"))
    view.show_explanation(
        NumberExplanation(number, 1.0, "forward", "conv2d", total=1.0, reason=reason)
    )
    assert "RuntimeError: no kernel" in view.columns.facts.text()
    assert not view.columns.table.isVisible()
    assert not view.columns.sum.isVisible()


def test_what_takes_part_is_lit_up_and_no_longer_when_it_is_closed(
    view: OriginView, recording: Recording, qtbot: QtBot
) -> None:
    told: list[NumberMarks | None] = []
    view.marks_changed.connect(told.append)
    number, explanation = bias_gradient(recording)
    show(view, recording, (number, explanation))
    upstream = explanation.parts[0].factors[0]
    assert told[-1] is not None
    marked = told[-1].of(recording.serial, upstream.tensor)
    assert marked is not None
    assert len(marked.indices) == int((upstream.values != 0).sum())
    view.forget()
    assert told[-1] is None
    with qtbot.waitSignal(view.closed):
        qtbot.keyClick(view.columns.table, Qt.Key.Key_Escape)


def test_it_paints_in_any_size(view: OriginView, recording: Recording) -> None:
    show(view, recording, bias_gradient(recording))
    for width, height in ((400, 130), (700, 250), (1600, 900)):
        view.resize(width, height)
        assert not view.grab().isNull()
        assert view.childAt(QPoint(width // 8, height // 2)) is not None
