"""Lessons in windows of another size or language, or that are closed: each has its own.

Beside one that is shared, opening a window takes twice as long.
"""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.lessons import lessons, words
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.lesson.lesson_offer import LessonOffer
from backprop_viz.desktop.panels.lesson.lesson_panel import BACK_KEY, NEXT_KEY, LessonPanel
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.program.network_page import NetworkPage
from backprop_viz.desktop.panels.program.program_view import ProgramView
from tests.conftest import OpenWindow
from tests.desktop.application_helpers import trigger
from tests.desktop.lessons.lesson_helpers import Student, begun, wait
from tests.nightly import by_day_every, by_night
from tests.waiting import until, until_idle


@by_night
def test_the_page_is_there_in_the_other_language_with_the_same_numbers(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    student = Student(open_window("--preset", "tutorial", "--seed", "5"), qtbot)

    def told(who: Student) -> str:
        trigger(who.window, "actionFirstSteps")
        who.wait()
        if who.player.number == 0:
            who.click("lessonNext")
        who.click("lessonOption1")
        who.click("lessonSee")
        return who.said(who.panel.told)

    english = told(student)
    student.window.close()
    window = open_window("--preset", "tutorial", "--language", "ko")
    korean = told(Student(window, qtbot))
    assert "신경망" in korean
    assert window.panel(LessonPanel).next.text() == words("ko")["next"]
    # The language is the window's: a page of another one beside it would be understood by nobody.
    assert window.findChild(QAbstractButton, "lessonLanguage") is None
    digits = [part for part in english.split() if part.startswith("0.")]
    assert digits
    assert all(number.rstrip(",.") in korean for number in digits)


def test_the_offer_comes_once(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window("--preset", "tutorial")
    offer = window.panel(LessonOffer)
    assert offer.isVisible()
    begin = window.findChild(QAbstractButton, "beginFirstLesson")
    qtbot.mouseClick(begin, Qt.MouseButton.LeftButton)
    student = Student(window, qtbot)
    student.wait()
    assert not offer.isVisible()
    assert student.player.lesson is lessons()[0]
    window.close()
    again = open_window("--preset", "tutorial")
    assert not again.panel(LessonOffer).isVisible()


def test_the_offer_goes_with_the_first_iteration(open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial")
    offer = window.panel(LessonOffer)
    trigger(window, "actionStep")
    assert offer.isVisible()
    trigger(window, "actionIteration")
    assert window.session.iteration == 1
    assert not offer.isVisible()


@by_night
def test_closing_in_a_lesson_keeps_the_users_own_run(
    open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window("--preset", "tutorial", "--seed", "5")
    for _ in range(2):
        trigger(window, "actionIteration")
    loss = window.session.shown.newest_recording.loss
    trigger(window, "actionFirstSteps")
    Student(window, qtbot).wait()
    window.close()
    again = open_window("--preset", "tutorial")
    offer = again.findChild(QWidget, "autosaveQuestion")
    assert offer is not None
    offer.defaultButton().click()
    until(again.session, lambda: again.session.iteration == 2)
    until(again.session, lambda: again.session.shown.newest_recording.loss == loss)
    assert again.session.view_state.settings.seed == 5


def test_lessons_are_in_the_windows_language(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window("--preset", "tutorial", "--language", "ko")
    student = Student(window, qtbot)
    trigger(window, "actionFirstSteps")
    student.wait()
    assert "신경망" in student.said(student.panel.text)
    assert student.panel.next.text() == words("ko")["next"]


@by_night
def test_a_page_brings_its_panel_in_front_of_the_tabs(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window("--preset", "tutorial", size=(1280, 720))
    student = Student(window, qtbot)

    def in_front(panel: type[QWidget]) -> bool:
        return window.layout_state()[window.panel(panel).objectName()][4] == 1

    window.findChild(Composer).lessons.begin("tutorial_04_forward")
    student.wait()
    student.player.predict(0)
    student.wait()
    qtbot.waitUntil(lambda: in_front(AutogradView) and not in_front(NetworkView))
    window.findChild(Composer).lessons.begin("tutorial_03_the_input")
    student.wait()
    qtbot.waitUntil(lambda: in_front(NetworkView) and not in_front(AutogradView))


@pytest.mark.parametrize("size", by_day_every(3, [(1280, 720), (1280, 800), (1600, 1000)]))
def test_the_class_is_read_beside_the_lesson(
    open_window: OpenWindow, size: tuple[int, int]
) -> None:
    window = open_window("--preset", "tutorial", "--seed", "5", size=size)
    begun(window, "tutorial_01_the_network")
    panel, program = window.panel(LessonPanel), window.panel(ProgramView)
    for shown in (panel.next, program):
        assert not shown.visibleRegion().isEmpty()
    editor = program.findChild(NetworkPage).source
    line = "        self.fc1 = nn.Linear(16 * 6 * 6, 120)"
    assert line in editor.toPlainText()
    assert editor.viewport().width() > editor.fontMetrics().horizontalAdvance(line)
    place = window.docks.dock_of(program).widget().horizontalScrollBar()
    assert place.maximum() == 0
    window.findChild(Composer).lessons.leave()
    until(window.session, lambda: not window.session.run_is_aside)
    assert program.minimumWidth() == 0


def test_the_list_of_lessons_is_in_front_where_panels_are_in_tabs(
    open_window: OpenWindow,
) -> None:
    window = open_window("--preset", "tutorial", "--seed", "5", size=(900, 700))
    window.findChild(Composer).lessons.show_all()
    QApplication.processEvents()
    panel = window.panel(LessonPanel)
    assert not panel.list.visibleRegion().isEmpty()
    panel.list.chosen.emit("tutorial_01_the_network")
    wait(window.findChild(Composer).lessons.player, window.session)
    QApplication.processEvents()
    assert not panel.next.visibleRegion().isEmpty()


def test_the_first_lesson_by_keyboard_alone(open_window: OpenWindow, qtbot: QtBot) -> None:
    student = Student(open_window("--preset", "tutorial", "--seed", "5"), qtbot)
    window, panel = student.window, student.panel
    window.activateWindow()
    student.press("Ctrl+L")
    assert panel.list.hasFocus()
    student.press("Return")
    assert student.player.lesson is lessons()[0]
    assert panel.next.hasFocus()
    student.press("Space")  # the next page
    assert student.player.number == 1
    assert panel.question.options[0].button.hasFocus()
    student.press("Down", "Return")  # the second option, which is right
    assert student.player.stage == "asking"  # it is chosen, and no more
    assert panel.question.options[1].button.isChecked()
    student.press("Return")
    assert words("en")["right"] in student.said(panel.verdict)
    student.press(NEXT_KEY)
    student.press("Space", "Return")  # the first option, which is wrong
    assert words("en")["wrong"] in student.said(panel.verdict)
    student.press(BACK_KEY)
    assert student.player.number == 1
    assert words("en")["right"] in student.said(panel.verdict)  # as it was answered
    student.press(NEXT_KEY)
    student.press(NEXT_KEY)
    assert student.player.number == 3
    student.press("Down", "Down", "Return", "Return")
    assert words("en")["right"] in student.said(panel.verdict)
    panel.leave.setFocus()
    student.press("Space")
    until_idle(window.session)
    assert not panel.isVisible()
    assert not window.session.run_is_aside
