from collections.abc import Callable
from dataclasses import replace
from unittest.mock import patch

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QTextCursor
from PySide6.QtWidgets import QToolButton, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.numbers.number_marks import marks_of
from backprop_viz.analysis.selection import select
from backprop_viz.desktop.panels.program.program_marks import Marks, marks
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.panels.program.python_tokens import tokens_of
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.program import Line, Program
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import PHASES, Phase

MakeViewState = Callable[..., ViewState]
MANUAL = Settings(data="random", loss="output_gradient", optimizer="manual", batch_size=1)


@pytest.fixture
def view(qtbot: QtBot) -> ProgramView:
    view = ProgramView()
    qtbot.addWidget(view)
    view.resize(290, 320)
    view.show()
    return view


def at(view_state: ViewState, position: int) -> ViewState:
    return replace(view_state, cursor=view_state.cursor.recording.at(position))


def row_of(view: ProgramView, text: str) -> int:
    return next(i for i, line in enumerate(view.lines()) if text in line)


def test_it_shows_the_program_that_is_run(
    view: ProgramView, make_view_state: MakeViewState
) -> None:
    assert view.marked_line() is None
    assert view.lines() == []
    for settings in (None, MANUAL):
        view_state = make_view_state(settings, phases=1)
        view.show_view_state(view_state)
        assert view.lines() == [line.text for line in view_state.program.lines]


@pytest.mark.parametrize("settings", [None, MANUAL])
@pytest.mark.parametrize("phases", range(6))
def test_the_first_line_of_the_phase_that_is_due_is_marked(
    view: ProgramView, make_view_state: MakeViewState, settings: Settings | None, phases: int
) -> None:
    view_state = make_view_state(settings, phases=phases)
    view.show_view_state(view_state)
    lines = view_state.program.lines
    assert view.marked_line() == [line.phase for line in lines].index(PHASES[phases % 5])


def test_the_line_of_each_event_is_marked(
    view: ProgramView, make_view_state: MakeViewState
) -> None:
    full = make_view_state()
    lines = full.program.lines
    for position, event in enumerate(full.cursor.recording.events[:-1], 1):
        view.show_view_state(at(full, position))
        marked = view.marked_line()
        assert marked is not None
        if event.phase is Phase.FORWARD:
            assert lines[marked].source_line == event.line
            assert row_of(view, "out = net(x)") in view.marks().soft
        else:
            assert lines[marked].phase is event.phase
            assert not view.marks().due


def test_backward_points_at_the_line_that_made_its_node(
    view: ProgramView, make_view_state: MakeViewState
) -> None:
    full = make_view_state()
    events = full.cursor.recording.events
    position = next(i for i, e in enumerate(events, 1) if e.op == "ViewBackward0")
    view.show_view_state(at(full, position))
    assert view.marks().soft == {row_of(view, "x.view(")}
    assert view.marked_line() == row_of(view, "loss.backward()")


def test_the_manual_update_marks_the_line_that_changes_the_weights(
    view: ProgramView, make_view_state: MakeViewState
) -> None:
    full = make_view_state(MANUAL)
    view.show_view_state(at(full, len(full.cursor.recording.events) - 1))
    assert view.marked_line() == row_of(view, "p.sub_(")


@pytest.mark.parametrize("optimizer", ["manual", "adam"])
@pytest.mark.parametrize("schedule", ["none", "cosine", "step"])
def test_the_arrow_stays_at_the_update_until_all_weights_are_new(
    view: ProgramView, make_view_state: MakeViewState, optimizer: str, schedule: str
) -> None:
    """What gives the next learning rate comes after it, and has not run."""
    full = make_view_state(replace(MANUAL, loss="mse", optimizer=optimizer, schedule=schedule))
    recording = full.cursor.recording
    span = recording.span(Phase.UPDATE)
    assert span.stop - span.start == 10
    for position in range(span.start + 1, span.stop):
        view.show_view_state(at(full, position))
        marked = view.marks()
        text = view.lines()[marked.line].strip()
        assert text == ("p.sub_(p.grad * lr)" if optimizer == "manual" else "optimizer.step()")
        assert not any(
            word in view.lines()[row] for row in marked.soft for word in ("schedul", "iteration")
        )


def test_a_breakpoint_that_has_stopped_the_cursor_has_the_arrow(
    view: ProgramView, make_view_state: MakeViewState
) -> None:
    full = make_view_state()
    for row, line in enumerate(full.program.lines):
        if line.runs:
            view.show_view_state(replace(at(full, 12), hit=Breakpoint("line", line.key)))
            assert view.marks() == Marks(row, due=True)
            view.grab()
    # One that other settings have taken out of the program meanwhile.
    view.show_view_state(replace(at(full, 12), hit=Breakpoint("line", "no_grad")))
    assert view.marks() == marks(at(full, 12))


def test_nothing_is_marked_while_training_runs(
    view: ProgramView, make_view_state: MakeViewState
) -> None:
    view.show_view_state(make_view_state(training=True))
    assert view.marked_line() is None
    view.grab()


def test_a_preview_and_an_empty_recording_mark_what_is_due(
    view: ProgramView, make_view_state: MakeViewState
) -> None:
    full = make_view_state(phases=3)
    preview = replace(full.cursor.recording, preview=True)
    view.show_view_state(replace(full, cursor=preview.at(0), due=Phase.ZERO_GRAD))
    assert view.marked_line() == row_of(view, "zero_grad")
    view.show_view_state(replace(full, cursor=Recording(1, ()).at(0), program=Program(())))
    assert view.marked_line() is None
    view.grab()


def test_the_marked_line_is_brought_into_view(
    view: ProgramView, make_view_state: MakeViewState
) -> None:
    full = make_view_state()
    view.resize(290, 150)
    view.show_view_state(full)
    first, last = 11, 22  # after the first operation of the forward, after its last
    for position in (last, first, 1):
        view.show_view_state(at(full, position))
        row = view.marked_line()
        assert row is not None
        box = view.code.row_box(row)
        assert box.top() >= -1
        assert box.bottom() <= view.code.viewport().height() + 1


class Paints(QObject):
    """Counts how often a widget was painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.Paint
        return False


def test_the_numbers_beside_other_lines_are_painted_anew(view: ProgramView, qtbot: QtBot) -> None:
    code, paints = view.code, Paints(view.code.gutter)
    code.show_lines(tuple(Line("pass  # " + "a" * 400) for _ in range(40)))
    QCoreApplication.processEvents()
    width = code.gutter.width()
    code.show_lines((*(Line("pass") for _ in range(39)), Line("b" * 400)))
    before = paints.count
    qtbot.waitUntil(lambda: paints.count > before)
    code.show_lines(tuple(Line("pass") for _ in range(200)))
    assert code.gutter.width() > width  # three digits


def test_a_long_line_is_wrapped_and_never_out_of_sight_at_the_right(
    view: ProgramView, make_view_state: MakeViewState
) -> None:
    view.show_view_state(make_view_state())
    code, row = view.code, row_of(view, "F.max_pool2d")
    assert code.horizontalScrollBar().maximum() == 0
    assert code.row_box(row).height() > 1.9 * QFontMetrics(code.font()).height()
    block = code.document().findBlockByNumber(row)
    lines = [block.layout().lineAt(i) for i in range(block.layout().lineCount())]
    assert len(lines) > 1
    for line in lines:
        assert line.naturalTextRect().right() <= code.viewport().width()
    # It goes on further in than it begins, so that it is not taken for another line.
    begins = lines[0].cursorToX(len(block.text()) - len(block.text().lstrip()))[0]
    assert lines[1].naturalTextRect().left() > begins
    view.resize(700, 320)
    assert block.layout().lineCount() == 1


def test_where_lines_are_wrapped_they_are_indented_by_half(
    view: ProgramView, make_view_state: MakeViewState
) -> None:
    code, deep = view.code, " " * 16 + "loss.backward()"
    view.show_view_state(make_view_state())

    def begins() -> int:
        cursor = QTextCursor(code.document())
        cursor.setPosition(16)
        return code.cursorRect(cursor).left()

    letter = QFontMetrics(code.font()).horizontalAdvance(" ")
    code.show_lines((Line(deep),))
    whole = begins()
    code.show_lines((Line(deep), Line("x" * 200)))
    assert abs(whole - begins() - 8 * letter) <= 2
    assert code.toPlainText().startswith(deep)  # what is copied has all of its spaces


def test_the_lines_that_make_a_number_are_lit_those_of_the_loop_too(
    view: ProgramView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state()
    view.show_view_state(view_state)
    recording = view_state.cursor.recording
    lit = {
        "forward": ("conv2d", "self.conv1(x)"),
        "loss": ("mse_loss", "loss = criterion(out, y)"),
        "update": ("SGD", "optimizer.step()"),
    }
    for phase, (op, text) in lit.items():
        event = next(
            i for i, e in enumerate(recording.events) if (e.phase.value, e.op) == (phase, op)
        )
        tensor = recording.events[event].output_ids[0]
        assert tensor is not None
        index = (0,) * recording.tensors[tensor].ndim
        with patch.object(view.code, "show_lit") as show_lit:
            view.mark_numbers(marks_of(recording, Number(tensor, index, event)))
        show_lit.assert_called_once_with(frozenset([row_of(view, text)]))


def test_the_button_asks_for_the_script_and_says_when_it_is_copied(
    view: ProgramView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    button = view.findChild(QToolButton, "copyScript")
    view.show_view_state(make_view_state(phases=1))
    with qtbot.waitSignal(view.copy_wanted):
        button.click()
    assert button.text() == "Copy as script"
    view.show_copied()
    assert button.text() == "Copied"
    qtbot.waitUntil(lambda: button.text() == "Copy as script", timeout=3000)


def test_a_click_or_enter_picks_the_layer_of_a_line(
    view: ProgramView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view.resize(460, 320)  # no line is wrapped: all are seen
    view.show_view_state(make_view_state())
    picked: list[tuple[str, object]] = []
    view.picked.connect(lambda kind, key: picked.append((kind, key)))
    for text in ("self.conv2", "self.fc1", "out = net(x)", "return x"):
        box = view.code.row_box(row_of(view, text))
        place = QPoint(60, round(box.center().y()))
        qtbot.mouseClick(view.code.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert picked == [("layer", "conv2"), ("layer", "fc1")]
    text_cursor = QTextCursor(view.code.document().findBlockByNumber(row_of(view, "self.fc3")))
    view.code.setTextCursor(text_cursor)
    qtbot.keyClick(view.code, Qt.Key.Key_Return)
    assert picked[-1] == ("layer", "fc3")


def test_the_lines_of_a_selection_are_tinted(
    view: ProgramView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state()
    view.show_view_state(view_state)
    row = row_of(view, "self.fc2")
    assert view.code.row_fill(row) is None
    view.select(select(view_state.cursor.recording, "parameter", "fc2.bias"))
    assert view.code.row_fill(row) is not None
    assert view.code.row_fill(row_of(view, "self.fc1")) is None
    view.select(None)
    assert view.code.row_fill(row) is None


def test_as_many_other_lines_have_their_own_indents_and_spacing(view: ProgramView) -> None:
    code = view.code
    formats = []
    for indent in (0, 8):
        code.show_lines(tuple(Line(" " * indent + f"x = {i}") for i in range(5)))
        formats.append(code.document().findBlockByNumber(4).blockFormat())
    flat, indented = formats
    assert flat.topMargin() == indented.topMargin() > 0
    assert 0 < flat.leftMargin() == -flat.textIndent() < indented.leftMargin()


def test_the_text_can_be_selected_and_not_changed(
    view: ProgramView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view_state = make_view_state(phases=0)
    view.show_view_state(view_state)
    qtbot.keyClick(view.code, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(view.code, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    text = "\n".join(line.text for line in view_state.program.lines)
    assert QGuiApplication.clipboard().text() == text
    qtbot.keyClicks(view.code, "x")
    qtbot.keyClick(view.code, Qt.Key.Key_Delete)
    assert view.lines() == text.split("\n")


def test_another_program_with_fewer_lines(
    view: ProgramView, make_view_state: MakeViewState
) -> None:
    full = make_view_state()
    view.show_view_state(at(full, 22))
    one = Program((Line("pass", Phase.FORWARD),))
    view.show_view_state(replace(at(full, 22), program=one))
    assert view.marked_line() == 0
    view.show_view_state(replace(at(full, 40), program=one))
    assert view.marked_line() is None
    view.grab()


@pytest.mark.parametrize("size", [(120, 80), (290, 320), (600, 900)])
def test_marks_are_seen_in_both_themes_at_every_size(
    view: ProgramView, make_view_state: MakeViewState, size: tuple[int, int]
) -> None:
    full = make_view_state()
    view.resize(*size)
    for theme in (DARK, LIGHT):
        view.set_theme(theme)
        pictures = []
        for position in (1, 12, 40):
            view.show_view_state(at(full, position))
            pictures.append(view.grab().toImage())
        assert pictures[0] != pictures[1] != pictures[2]


def test_tokens_of_python() -> None:
    lines = ["def f(x):  # why", '    """One', '    two."""', "    return x + 1.5"]
    kinds = [
        [(line[t.start : t.start + t.length], t.kind) for t in tokens]
        for line, tokens in zip(
            lines,
            tokens_of(lines),
            strict=True,
        )
    ]
    assert kinds == [
        [("def", "keyword"), ("# why", "comment")],
        [('"""One', "string")],
        [('    two."""', "string")],
        [("return", "keyword"), ("1.5", "number")],
    ]


def test_tokens_of_what_is_no_python() -> None:
    assert len(tokens_of(["for x in (", "  '''open"])) == 2
    assert tokens_of(["        x", "  y", " if"])[0] == ()
    assert tokens_of([]) == ()


def test_the_lines_of_a_lessons_page_are_not_called_a_loop(
    view: ProgramView, make_view_state: MakeViewState
) -> None:
    loop, tab = make_view_state(phases=5), view.findChild(QToolButton, "tabLoop")
    view.show_view_state(loop)
    assert tab.text() == "loop"
    view.show_view_state(replace(loop, program=Program((Line("net = nn.Linear(1, 1)"),))))
    assert tab.text() == "lesson"
    assert "loop" not in tab.toolTip()
    view.show_view_state(loop)
    assert tab.text() == "loop"
