from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.breakpoints.breakpoint_texts import (
    breakpoint_text,
    number,
    stopped,
)
from backprop_viz.desktop.panels.breakpoints.breakpoints_dialog import BreakpointsDialog
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.run.breakpoint import Breakpoint
from tests.opened_windows import OpenWindow

MakeViewState = Callable[..., ViewState]
ALL = (
    (Breakpoint("line", 26), "Before line 26 of the network's file"),
    (Breakpoint("node", "relu 3"), "Backward has run the node of relu 3"),
    (Breakpoint("parameter", "fc1.bias"), "The gradient of fc1.bias is accumulated"),
    (Breakpoint("loss_above", None, 2.5), "The loss is above 2.5"),
    (Breakpoint("norm_above", None, 100.0), "A gradient's norm is above 100"),
    (Breakpoint("norm_below", "fc1.bias", 1e-6), "The norm of fc1.bias.grad is below 1e-6"),
    (Breakpoint("norm_above", "fc1.bias", 3.0), "The norm of fc1.bias.grad is above 3"),
    (Breakpoint("not_finite"), "A value is NaN or infinite"),
    (Breakpoint("grad_zero"), "A gradient is exactly zero everywhere"),
    (Breakpoint("grad_zero", "fc1.bias"), "fc1.bias.grad is exactly zero everywhere"),
    (Breakpoint("grad_none"), "A .grad is still None after backward"),
    (Breakpoint("grad_none", "fc1.bias"), "fc1.bias.grad is still None after backward"),
)


@pytest.fixture
def dialog(qtbot: QtBot) -> BreakpointsDialog:
    dialog = BreakpointsDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


@pytest.fixture
def changes(dialog: BreakpointsDialog) -> list[tuple[Breakpoint, ...]]:
    found: list[tuple[Breakpoint, ...]] = []
    dialog.changed.connect(found.append)
    return found


def test_it_opens_with_what_the_run_stops_at_and_has(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window("--preset", "tutorial")
    of_node = Breakpoint("node", "relu 3")
    window.session.watch((of_node,))
    assert window.session.wait_idle(60)
    window.findChild(QAction, "actionBreakpoints").trigger()
    dialog = window.findChild(BreakpointsDialog)
    assert dialog.isVisible()
    assert dialog.breakpoints == (of_node,)
    assert "fc1.bias" in [dialog.parameters.itemText(i) for i in range(dialog.parameters.count())]
    dialog.list.selectAll()
    dialog.list.actions()[0].trigger()
    qtbot.waitUntil(lambda: window.session.view_state.breakpoints == ())


def texts(dialog: BreakpointsDialog) -> list[str]:
    return [dialog.list.item(i).text() for i in range(dialog.list.count())]


def choose(dialog: BreakpointsDialog, kind: str) -> None:
    dialog.kinds.setCurrentIndex(dialog.kinds.findData(kind))


@pytest.mark.parametrize(("breakpoint_", "words"), ALL)
def test_each_kind_has_its_sentence(breakpoint_: Breakpoint, words: str) -> None:
    assert breakpoint_text(breakpoint_) == words


def test_a_view_state_lets_the_sentence_say_more(make_view_state: MakeViewState) -> None:
    view_state = make_view_state()
    row, line = next((i, x) for i, x in enumerate(view_state.program.lines) if "fc1" in x.text)
    said = breakpoint_text(Breakpoint("line", line.source_line), view_state)
    assert said == f"Before line {row + 1}: {line.text.strip()}"
    assert stopped(Breakpoint("line", line.source_line), view_state) == f"Stopped b{said[1:]}"
    assert (
        breakpoint_text(Breakpoint("line", "backward"), view_state)
        == "Before line 5: loss.backward()"
    )
    said = breakpoint_text(Breakpoint("line", "schedule"), view_state)
    assert said == "Before a line that is not run now: schedule"
    nodes = view_state.cursor.recording.graph.nodes
    said = breakpoint_text(Breakpoint("node", "mse_loss 1"), view_state)
    assert said == "Backward has run MseLossBackward0 of mse_loss 1"
    leaf = next(n for n in nodes if n.parameter == "fc1.bias")
    said = breakpoint_text(Breakpoint("node", leaf.key), view_state)
    assert said == "Backward has run AccumulateGrad of fc1.bias"
    assert (
        breakpoint_text(Breakpoint("node", "gelu 1"), view_state)
        == "Backward has run the node of gelu 1"
    )
    assert breakpoint_text(Breakpoint("line", -4), make_view_state(phases=0)) == breakpoint_text(
        Breakpoint("line", -4)
    )


def test_values_are_written_as_they_are_typed() -> None:
    assert [number(x) for x in (2.5, 1e-6, 1e20, -3.0, 0.1)] == ["2.5", "1e-6", "1e20", "-3", "0.1"]


def test_it_lists_the_breakpoints_there_are(
    dialog: BreakpointsDialog, make_view_state: MakeViewState
) -> None:
    assert texts(dialog) == []
    view_state = make_view_state()
    given = tuple(b for b, _ in ALL)
    dialog.show_view_state(replace(view_state, breakpoints=given))
    assert texts(dialog) == [breakpoint_text(b, view_state) for b in given]
    dialog.show_view_state(view_state)
    assert texts(dialog) == []
    names = [dialog.parameters.itemText(i) for i in range(dialog.parameters.count())]
    assert names == ["any parameter", *(p.name for p in view_state.cursor.recording.parameters)]


@pytest.mark.parametrize(
    ("kind", "typed", "wanted"),
    [
        ("loss_above", "1e3", Breakpoint("loss_above", None, 1000.0)),
        ("norm_above", "2.5E-2", Breakpoint("norm_above", "fc1.bias", 0.025)),
        ("norm_below", "1", Breakpoint("norm_below", "fc1.bias", 1.0)),
        ("not_finite", "1", Breakpoint("not_finite")),
        ("grad_zero", "1", Breakpoint("grad_zero", "fc1.bias")),
        ("grad_none", "1", Breakpoint("grad_none", "fc1.bias")),
    ],
)
def test_a_condition_is_added(
    dialog: BreakpointsDialog,
    changes: list[tuple[Breakpoint, ...]],
    make_view_state: MakeViewState,
    qtbot: QtBot,
    kind: str,
    typed: str,
    wanted: Breakpoint,
) -> None:
    dialog.show_view_state(make_view_state())
    choose(dialog, kind)
    dialog.parameters.setCurrentText("fc1.bias")
    dialog.value.lineEdit().setText(typed)
    dialog.value.edited.emit()
    assert dialog.parameters.isVisible() == (wanted.key is not None)
    assert dialog.value.isVisible() == (wanted.value is not None)
    qtbot.mouseClick(dialog.add, Qt.MouseButton.LeftButton)
    assert changes == [(wanted,)]
    assert texts(dialog) == [breakpoint_text(wanted)]
    qtbot.mouseClick(dialog.add, Qt.MouseButton.LeftButton)
    assert len(changes) == 1  # there already


@pytest.mark.parametrize("typed", ["", "-", "much", "1e", "nan", "inf", "1e999"])
def test_what_is_no_number_is_not_added(
    dialog: BreakpointsDialog, changes: list[tuple[Breakpoint, ...]], qtbot: QtBot, typed: str
) -> None:
    choose(dialog, "loss_above")
    dialog.value.lineEdit().setText(typed)
    dialog.value.edited.emit()
    assert not dialog.add.isEnabled()
    qtbot.keyClick(dialog.value, Qt.Key.Key_Return)
    assert changes == []


def test_enter_adds_and_del_removes(
    dialog: BreakpointsDialog, changes: list[tuple[Breakpoint, ...]], qtbot: QtBot
) -> None:
    choose(dialog, "loss_above")
    qtbot.keyClick(dialog.value, Qt.Key.Key_Return)
    choose(dialog, "not_finite")
    dialog.add.click()
    assert [b.kind for b in changes[-1]] == ["loss_above", "not_finite"]
    dialog.list.setCurrentRow(0)
    dialog.list.setFocus()
    qtbot.keyClick(dialog.list, Qt.Key.Key_Delete)
    assert [b.kind for b in changes[-1]] == ["not_finite"]
    assert [i.row() for i in dialog.list.selectedIndexes()] == [0]
    dialog.clear.click()
    assert changes[-1] == ()
    assert not dialog.clear.isEnabled()
    assert not dialog.remove.isEnabled()


def test_an_older_view_state_does_not_undo_a_change(
    dialog: BreakpointsDialog, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state()
    dialog.show_view_state(view_state)
    choose(dialog, "not_finite")
    dialog.add.click()
    dialog.show_view_state(view_state)
    assert len(texts(dialog)) == 1
    dialog.show_view_state(replace(view_state, breakpoints=dialog.breakpoints))
    dialog.show_view_state(view_state)  # removed elsewhere
    assert texts(dialog) == []


def test_what_held_for_any_parameter_names_the_one(make_view_state: MakeViewState) -> None:
    shown = make_view_state(phases=4)
    recording = shown.cursor.recording
    name = "conv2.weight"
    arrival = recording.happened_to[name][-1]
    at = replace(shown, cursor=recording.at(arrival + 1))
    said = f"The norm of {name}.grad is below 2.5"
    assert stopped(Breakpoint("norm_below", value=2.5), at) == said
    assert stopped(Breakpoint("grad_zero"), at) == f"{name}.grad is exactly zero everywhere"
    names = [p.name for p in recording.parameters if at.cursor.grad(p.name) is None]
    assert len(names) > 1
    said = f"{names[0]}.grad is still None after backward; so are {len(names) - 1} others"
    assert stopped(Breakpoint("grad_none"), at) == said
    last = recording.happened_to[names[0]], recording.happened_to[names[1]]
    before = replace(shown, cursor=recording.at(max(indices[-1] for indices in last)))
    left = [p.name for p in recording.parameters if before.cursor.grad(p.name) is None]
    assert len(left) == 1
    said = f"{left[0]}.grad is still None after backward"
    assert stopped(Breakpoint("grad_none"), before) == said
