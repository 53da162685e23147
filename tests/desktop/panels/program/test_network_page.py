"""The editor of the network's class, without a run."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QLabel, QMessageBox, QToolButton
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.program.code_editor import CodeEditor
from backprop_viz.desktop.panels.program.network_page import NetworkPage
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.recording.run.program import Program

BUILT_IN = "class LeNet(nn.Module):\n    def forward(self, x):\n        return x"
OWN = BUILT_IN + " * 2\n"


@pytest.fixture
def editor(qtbot: QtBot) -> CodeEditor:
    editor = CodeEditor()
    qtbot.addWidget(editor)
    editor.resize(400, 200)
    editor.show()
    return editor


@pytest.fixture
def page(qtbot: QtBot) -> NetworkPage:
    page = NetworkPage()
    qtbot.addWidget(page)
    page.resize(400, 260)
    page.show()
    return page


def put(editor: CodeEditor, row: int, column: int) -> None:
    block = editor.document().findBlockByNumber(row)
    text_cursor = QTextCursor(block)
    text_cursor.setPosition(block.position() + column)
    editor.setTextCursor(text_cursor)


def test_tab_is_four_spaces_and_enter_indents(qtbot: QtBot, editor: CodeEditor) -> None:
    qtbot.keyClicks(editor, "if x:")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClicks(editor, "a")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    qtbot.keyClicks(editor, "b")
    assert editor.text() == "if x:\n    a\n        b"
    qtbot.keyClick(editor, Qt.Key.Key_Backtab)
    assert editor.text() == "if x:\n    a\n    b"
    put(editor, 2, 4)
    qtbot.keyClick(editor, Qt.Key.Key_Backspace)
    assert editor.text() == "if x:\n    a\nb"
    editor.undo()
    assert editor.text() == "if x:\n    a\n    b"


def test_home_goes_to_where_the_text_begins(qtbot: QtBot, editor: CodeEditor) -> None:
    editor.setPlainText("    a = 1")
    put(editor, 0, 9)
    for column in (4, 0, 4):
        qtbot.keyClick(editor, Qt.Key.Key_Home)
        assert editor.textCursor().positionInBlock() == column


def test_tab_indents_the_rows_that_are_selected(qtbot: QtBot, editor: CodeEditor) -> None:
    editor.setPlainText("a\n\nb\nc")
    put(editor, 0, 0)
    text_cursor = editor.textCursor()
    text_cursor.setPosition(4, QTextCursor.MoveMode.KeepAnchor)
    editor.setTextCursor(text_cursor)
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.text() == "    a\n\n    b\nc"


def test_a_mark_moves_with_its_line(qtbot: QtBot, editor: CodeEditor) -> None:
    editor.setPlainText("a\nb\nc")
    editor.show_mistake(1)
    assert editor.mistake() == 1
    put(editor, 0, 1)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert editor.mistake() == 2
    editor.show_mistake(99)
    assert editor.mistake() == 3
    editor.show_mistake(None)
    assert editor.mistake() is None


def test_a_mistake_comes_in_sight_and_leaves_the_cursor(editor: CodeEditor) -> None:
    editor.setPlainText("\n".join("abc" for _ in range(300)))
    for row in (0, 150, 299):
        put(editor, 100, 2)
        editor.show_mistake(row)
        assert row in {shown for shown, _, _ in editor.rows_shown()}
        cursor = editor.textCursor()
        assert (cursor.blockNumber(), cursor.positionInBlock()) == (100, 2)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_words_have_the_colours_of_the_theme(editor: CodeEditor, theme: object) -> None:
    editor.set_theme(theme)
    editor.setPlainText('def f():\n    """two\n    lines"""\n    return 1')

    def colours(row: int) -> set[str]:
        layout = editor.document().findBlockByNumber(row).layout()
        return {found.format.foreground().color().name() for found in layout.formats()}

    assert colours(0) == {theme.accent}
    assert colours(1) == colours(2) == {theme.update}
    assert colours(3) == {theme.accent, theme.backward}


def test_what_is_edited_stays_until_it_is_run(page: NetworkPage) -> None:
    wanted: list[str | None] = []
    page.run_wanted.connect(wanted.append)
    page.show_program(Program((), BUILT_IN, "LeNet()"), None)
    assert page.editor.text() == BUILT_IN
    assert not page.editor.document().isUndoAvailable()
    page.run()
    page.editor.replace_text(OWN)
    page.show_program(Program((), BUILT_IN, "again"), None)  # as after an iteration
    page.run()
    assert wanted == [None, OWN]
    assert page.editor.text() == OWN
    page.show_program(Program((), OWN, "Own()"), OWN)
    page.revert()
    page.show_program(Program((), BUILT_IN, "LeNet()"), None)
    assert wanted[2:] == [None]
    assert page.editor.text() == BUILT_IN
    page.editor.undo()
    assert page.editor.text() == OWN


def test_a_text_that_never_ran_is_not_dropped_unasked(qtbot: QtBot, page: NetworkPage) -> None:
    wanted: list[str | None] = []
    page.run_wanted.connect(wanted.append)
    page.show_program(Program((), BUILT_IN, "LeNet()"), None)
    page.edit()
    page.editor.replace_text(OWN)
    page.revert()
    page.findChild(QMessageBox, "revertQuestion").reject()
    assert (wanted, page.editor.text()) == ([], OWN)
    page.revert()
    page.findChildren(QMessageBox, "revertQuestion")[-1].accept()
    assert wanted == [None]


def test_keys_run_and_leave(qtbot: QtBot, page: NetworkPage) -> None:
    page.show_program(Program((), BUILT_IN, "LeNet()"), None)
    page.edit()
    page.editor.replace_text(OWN)
    with qtbot.waitSignal(page.run_wanted) as ran:
        qtbot.keyClick(page.editor, Qt.Key.Key_Enter, Qt.KeyboardModifier.ControlModifier)
    assert ran.args == [OWN]
    page.activateWindow()
    qtbot.keyClick(page.editor, Qt.Key.Key_Escape)
    qtbot.waitUntil(page.findChild(QToolButton, "runNetwork").hasFocus)


def test_a_mistake_is_said_and_marked(page: NetworkPage) -> None:
    page.show_program(Program((), BUILT_IN, "LeNet()"), None)
    page.show_mistake("Line 3 raises TypeError on the first batch: no", 3)
    said = page.findChild(QLabel, "networkMistake")
    assert page.is_editing
    assert said.isVisible()
    assert said.text().startswith("Line 3 raises TypeError")
    assert page.editor.mistake() == 2
    assert not page.findChild(QToolButton, "stopNetwork").isVisible()
    page.show_no_mistake()
    assert not said.isVisible()
    assert page.editor.mistake() is None


def test_a_mistake_goes_with_the_text_that_had_it(page: NetworkPage) -> None:
    page.show_program(Program((), BUILT_IN, "LeNet()"), None)
    page.editor.replace_text(BUILT_IN + "\ny = = 1")
    page.show_mistake("Line 9 is not Python: invalid syntax.", 9)
    said = page.findChild(QLabel, "networkMistake")
    page.editor.insertPlainText(" ")
    assert said.isVisible()
    while page.editor.text() != BUILT_IN:
        page.editor.undo()
    assert not said.isVisible()
    assert page.editor.mistake() is None


def test_a_program_without_a_class_is_not_edited(page: NetworkPage) -> None:
    page.show_program(Program((), BUILT_IN, "LeNet()"), None)
    page.editor.replace_text(OWN)
    page.show_program(Program(()), None)
    page.edit()
    assert not page.is_editing
    page.show_program(Program((), BUILT_IN, "LeNet()"), None)
    assert page.editor.text() == OWN
