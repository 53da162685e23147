"""Answers of a lesson's questions: by keyboard on a long page, as numbers, and once more."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QListWidget, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.lessons import words
from tests.conftest import OpenWindow
from tests.desktop.application_helpers import trigger
from tests.desktop.lessons.lesson_helpers import Student
from tests.nightly import by_night
from tests.waiting import until_idle


@pytest.fixture
def student(open_window: OpenWindow, qtbot: QtBot) -> Student:
    return Student(open_window("--preset", "tutorial", "--seed", "5"), qtbot)


def test_the_page_follows_the_keyboard_where_it_is_long(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    student = Student(open_window("--preset", "tutorial", size=(1280, 720)), qtbot)
    window, panel = student.window, student.panel
    window.findChild(Composer).lessons.begin("tutorial_08_conv1_bias_grad")
    student.wait()
    student.player.predict(0)
    student.wait()
    window.activateWindow()
    panel.next.setFocus()
    qtbot.waitUntil(panel.next.hasFocus)
    student.press("Return")
    assert student.player.number == 1
    view, question = panel.area.viewport(), panel.question

    def in_view(part: QWidget) -> bool:
        return view.rect().contains(QRect(part.mapTo(view, QPoint(0, 0)), part.size()))

    assert not in_view(question)
    while panel.more.hasFocus():  # first the page is read
        student.press("Return")
    assert question.options[0].button.hasFocus()
    for option in question.options:
        assert option.button.hasFocus()
        assert in_view(option)
        student.press("Down")
    panel.area.verticalScrollBar().setValue(0)
    student.press("Up", "Space")
    assert in_view(question.options[-2])
    assert question.see.isEnabled()
    assert in_view(question.see)


@by_night
def test_a_number_is_asked_for_and_not_offered(student: Student) -> None:
    """0 would be right here."""
    window, panel = student.window, student.panel
    window.activateWindow()
    student.qtbot.waitUntil(window.isActiveWindow)
    lesson = window.findChild(Composer).lessons
    lesson.begin("lab_09_constant_init")
    student.wait()
    number, see = panel.question.number, panel.question.see
    assert student.player.step.question.kind == "number"
    assert number.lineEdit().text() == ""
    assert number.lineEdit().placeholderText() == words("en")["no_number"]
    assert not see.isEnabled()
    # What is typed is seen.
    assert number.lineEdit().width() > number.fontMetrics().horizontalAdvance("-0.00007634")
    number.setFocus()
    student.press("Return", "Up")
    assert (student.player.stage, number.lineEdit().text(), number.refused) == ("asking", "", "")
    student.press("4")
    assert see.isEnabled()
    student.press("Return")
    assert student.player.stage == "told"
    assert number.lineEdit().text() == "4"
    assert number.isEnabled()  # its text is not dimmed
    assert number.isReadOnly()
    # Once more from the first page.
    student.player.begin(student.player.lesson)
    student.wait()
    assert (student.player.stage, number.lineEdit().text()) == ("asking", "")
    assert not see.isEnabled()


@by_night
def test_an_old_answer_is_not_chosen_when_a_lesson_is_repeated(student: Student) -> None:
    window, panel = student.window, student.panel
    lesson = window.findChild(Composer).lessons
    lesson.begin("lab_10_dead_relu")
    student.wait()
    student.click("lessonOption1")
    student.click("lessonSee")
    assert panel.question.options[1].button.isChecked()
    # Answered to its end: it is finished, however it is left.
    assert student.player.number == len(student.player.lesson.steps) - 1
    trigger(window, "actionLessons")
    rows = window.findChild(QListWidget, "lessonList")
    title = student.player.lesson.title["en"]
    (row,) = rows.findItems(title, Qt.MatchFlag.MatchContains)
    assert row.text().endswith("✓")
    student.click("lessonLeave")
    until_idle(window.session)
    lesson.begin("lab_10_dead_relu")
    student.wait()
    assert not any(option.button.isChecked() for option in panel.question.options)
    assert not panel.question.see.isEnabled()
