from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.program.program_marks import broken_rows
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.settings.run_settings import Settings

MakeViewState = Callable[..., ViewState]


@pytest.fixture
def view(qtbot: QtBot) -> ProgramView:
    view = ProgramView()
    qtbot.addWidget(view)
    view.resize(620, 480)  # no line is wrapped, and all are seen
    view.show()
    return view


@pytest.fixture
def toggled(view: ProgramView) -> list[Breakpoint]:
    found: list[Breakpoint] = []
    view.breakpoint_toggled.connect(found.append)
    return found


def click(qtbot: QtBot, view: ProgramView, row: int) -> None:
    y = round(view.code.row_box(row).center().y())
    qtbot.mouseClick(view.code.gutter, Qt.MouseButton.LeftButton, pos=QPoint(5, y))


LOOP = ["loader", "zero_grad", "forward", "loss", "backward", "update"]


def test_a_click_beside_a_line_that_runs_toggles_it_and_beside_another_says_why(
    view: ProgramView, toggled: list[Breakpoint], make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view_state = make_view_state()
    said: list[str] = []
    view.refused.connect(said.append)
    view.show_view_state(view_state)
    refused = {}
    for row, line in enumerate(view_state.program.lines):
        before = len(toggled)
        click(qtbot, view, row)
        if len(toggled) == before:
            refused[line.text.strip()] = said[-1]
            y = round(view.code.row_box(row).center().y())
            assert view.code.gutter.hint(y) == said[-1]
    forward = [line for line in view_state.program.lines if line.source_line is not None]
    runs = [x.source_line for x in forward if x.text.strip().startswith(("x =", "return"))]
    assert toggled == [Breakpoint("line", key) for key in (*LOOP, *runs)]
    assert len(runs) == 7
    assert len(refused) == len(said) == 3  # the blank line, the def, its docstring
    assert "nothing" in refused[""]
    assert "definition" in refused[forward[0].text]


def test_a_comment_in_the_loop_says_so(view: ProgramView, make_view_state: MakeViewState) -> None:
    settings = Settings(data="random", loss="output_gradient", clear_gradients=False, batch_size=1)
    view.show_view_state(make_view_state(settings))
    rows = [i for i, x in enumerate(view.lines()) if x.strip().startswith("#")]
    assert len(rows) == 2
    for row in rows:
        assert "comment" in view.code.gutter.hint(view.code.row_box(row).center().y())


def test_lines_with_a_breakpoint_have_a_dot(
    view: ProgramView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state()
    row, number = next(
        (i, x.source_line) for i, x in enumerate(view_state.program.lines) if "fc1" in x.text
    )
    marked = replace(
        view_state,
        breakpoints=(Breakpoint("line", number), Breakpoint("node", 3), Breakpoint("line", 9999)),
    )
    assert broken_rows(marked) == {row}
    assert broken_rows(replace(view_state, breakpoints=(Breakpoint("line"),))) == frozenset()
    for theme in (DARK, LIGHT):
        view.set_theme(theme)
        view.show_view_state(view_state)
        plain = view.code.gutter.grab().toImage()
        view.show_view_state(marked)
        assert view.code.breaks == {row}
        assert view.code.gutter.grab().toImage() != plain
        view.show_view_state(view_state)
        assert view.code.gutter.grab().toImage() == plain


def test_hovering_offers_a_dot_only_where_one_can_be(
    view: ProgramView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view_state = make_view_state()
    view.show_view_state(view_state)
    gutter = view.code.gutter
    plain = gutter.grab().toImage()
    for row, line in enumerate(view_state.program.lines):
        y = round(view.code.row_box(row).center().y())
        qtbot.mouseMove(gutter, QPoint(5, y))
        assert (gutter.grab().toImage() != plain) == bool(line.runs)
        assert ("F9" in gutter.hint(y)) == bool(line.runs)
        assert gutter.hint(y)


def test_the_line_of_the_text_cursor_is_toggled_else_the_marked_one(
    view: ProgramView, toggled: list[Breakpoint], make_view_state: MakeViewState
) -> None:
    view.toggle_breakpoint_at_cursor()  # before the first view state
    other = QLineEdit(view)
    other.show()
    other.setFocus()
    full = make_view_state()
    lines, events = full.program.lines, full.cursor.recording.events
    view.show_view_state(full)
    view.toggle_breakpoint_at_cursor()
    assert toggled == [Breakpoint("line", "zero_grad")]  # it is due
    at = next(i for i, event in enumerate(events) if event.line is not None)
    view.show_view_state(replace(full, cursor=full.cursor.recording.at(at + 1)))
    view.toggle_breakpoint_at_cursor()
    assert toggled[-1] == Breakpoint("line", events[at].line)
    view.code.setFocus()
    view.toggle_breakpoint_at_cursor()
    assert toggled[-1] == Breakpoint("line", "loader")  # where the text cursor stands, at the top
    row = next(i for i, line in enumerate(lines) if "fc2" in line.text)
    text_cursor = QTextCursor(view.code.document().findBlockByNumber(row))
    view.code.setTextCursor(text_cursor)
    other.setFocus()
    view.toggle_breakpoint_at_cursor()
    assert toggled[-1] == Breakpoint("line", lines[row].source_line)
