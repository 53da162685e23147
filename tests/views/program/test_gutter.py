from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from backprop_viz.core.records import Breakpoint, Frame
from backprop_viz.views.program.program_marks import broken_rows
from backprop_viz.views.program.program_view import ProgramView
from backprop_viz.views.style.theme import DARK, LIGHT

MakeFrame = Callable[..., Frame]


@pytest.fixture
def view(qtbot: QtBot) -> ProgramView:
    view = ProgramView()
    qtbot.addWidget(view)
    view.resize(290, 320)
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


def test_a_click_beside_a_line_of_the_forward_toggles_it(
    view: ProgramView, toggled: list[Breakpoint], make_frame: MakeFrame, qtbot: QtBot
) -> None:
    frame = make_frame()
    view.show_frame(frame)
    for row in view.code.rows_shown():
        click(qtbot, view, row)
    numbers = [line.source_line for line in frame.program.lines]
    assert toggled == [Breakpoint("line", n) for n in numbers if n is not None]
    assert None in numbers  # the loop's lines, where nothing happens


def test_lines_with_a_breakpoint_have_a_dot(view: ProgramView, make_frame: MakeFrame) -> None:
    frame = make_frame()
    row, number = next(
        (i, x.source_line) for i, x in enumerate(frame.program.lines) if "fc1" in x.text
    )
    marked = replace(
        frame,
        breakpoints=(Breakpoint("line", number), Breakpoint("node", 3), Breakpoint("line", 9999)),
    )
    assert broken_rows(marked) == {row}
    assert broken_rows(replace(frame, breakpoints=(Breakpoint("line"),))) == frozenset()
    for theme in (DARK, LIGHT):
        view.set_theme(theme)
        view.show_frame(frame)
        plain = view.code.gutter.grab().toImage()
        view.show_frame(marked)
        assert view.code.breaks == {row}
        assert view.code.gutter.grab().toImage() != plain
        view.show_frame(frame)
        assert view.code.gutter.grab().toImage() == plain


def test_hovering_offers_a_dot_only_where_one_can_be(
    view: ProgramView, make_frame: MakeFrame, qtbot: QtBot
) -> None:
    frame = make_frame()
    view.show_frame(frame)
    gutter = view.code.gutter
    plain = gutter.grab().toImage()
    for row, line in enumerate(frame.program.lines):
        y = round(view.code.row_box(row).center().y())
        qtbot.mouseMove(gutter, QPoint(5, y))
        assert (gutter.grab().toImage() != plain) == (line.source_line is not None)
        assert ("F9" in gutter.hint(y)) == (line.source_line is not None)


def test_the_line_of_the_text_cursor_is_toggled_else_the_marked_one(
    view: ProgramView, toggled: list[Breakpoint], make_frame: MakeFrame
) -> None:
    view.toggle_breakpoint_at_cursor()  # before the first frame
    full = make_frame()
    lines, events = full.program.lines, full.moment.recording.events
    view.show_frame(full)
    view.toggle_breakpoint_at_cursor()  # neither line is one of the forward
    assert toggled == []
    at = next(i for i, event in enumerate(events) if event.line is not None)
    view.show_frame(replace(full, moment=full.moment.recording.at(at + 1)))
    view.toggle_breakpoint_at_cursor()
    assert toggled == [Breakpoint("line", events[at].line)]
    row = next(i for i, line in enumerate(lines) if "fc2" in line.text)
    cursor = QTextCursor(view.code.document().findBlockByNumber(row))
    view.code.setTextCursor(cursor)
    view.toggle_breakpoint_at_cursor()
    assert toggled[-1] == Breakpoint("line", lines[row].source_line)
