"""A lesson in the real window, by mouse and by keyboard alone."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.lessons import lessons, snippets, words
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.lesson.lesson_offer import LessonOffer
from backprop_viz.desktop.panels.lesson.lesson_panel import BACK_KEY, NEXT_KEY, LessonPanel
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.recording.phases import Phase
from tests.conftest import OpenWindow
from tests.desktop.application_helpers import trigger
from tests.desktop.lessons.lesson_helpers import Student
from tests.waiting import until, until_idle

FIRST = lessons()[0]


@pytest.fixture
def student(open_window: OpenWindow, qtbot: QtBot) -> Student:
    return Student(open_window("--preset", "tutorial", "--seed", "5"), qtbot)


def plain_first_iteration() -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """The lesson's run by torch alone: the loss, and conv1.bias, its gradient, and after."""
    trainer = bv.Trainer(data="random", loss="mse", optimizer="sgd", lr=0.01, batch_size=1)
    net, source = trainer.model, trainer.source.train
    before = net.conv1.bias.detach().clone().numpy()
    loss = torch.nn.functional.mse_loss(net(source.images), source.targets)
    loss.backward()
    torch.optim.SGD(net.parameters(), lr=0.01).step()
    grad, after = net.conv1.bias.grad.numpy(), net.conv1.bias.detach().numpy()
    return loss.item(), before, grad, after


def test_the_first_lesson_by_mouse(student: Student) -> None:
    window, panel = student.window, student.panel
    loss, before, grad, after = plain_first_iteration()
    trigger(window, "actionIteration")
    own = window.session.newest_recording
    trigger(window, "actionFirstSteps")
    student.wait()
    assert panel.isVisible()
    assert "1" in panel.heading.parentWidget().accessibleName()
    assert not panel.question.isVisible()
    student.click("lessonNext")
    assert student.player.stage == "asking"
    assert not panel.next.isEnabled()
    assert not panel.question.see.isEnabled()
    # Wrong: one number.
    student.click("lessonOption0")
    student.click("lessonSee")
    assert words("en")["wrong"] in student.said(panel.verdict)
    assert "10: one for each kind" in student.said(panel.verdict)
    assert window.session.view_state.cursor.event.phase is Phase.FORWARD
    student.click("lessonNext")
    # Right: only .grad.
    student.click("lessonOption1")
    student.click("lessonSee")
    assert student.said(panel.verdict) == words("en")["right"]
    assert f"{loss:.4f}" in student.said(panel.told)
    assert f"{grad[0]:.6f}".replace("-", "−") in student.said(panel.told)
    assert window.session.view_state.cursor.event.phase is Phase.BACKWARD
    assert window.panel(InspectorView).chosen == ("parameter", "conv1.bias")
    student.click("lessonNext")
    student.click("lessonOption2" if grad[0] < 0 else "lessonOption0")
    student.click("lessonSee")
    assert student.said(panel.verdict).startswith(words("en")["right"])
    for number in (before[0], after[0]):
        assert f"{number:.6f}" in student.said(panel.told)
    origin = window.panel(OriginView)
    until(window.session, lambda: origin.explanation is not None)
    assert origin.explanation.value == float(after[0])
    assert panel.try_it.isVisible()
    assert panel.next.text() == words("en")["finish"]
    student.click("lessonNext")
    assert panel.list.isVisible()
    assert "✓" in panel.list.item(1).text()
    student.click("lessonLeave")
    until_idle(window.session)
    assert not panel.isVisible()
    assert not window.session.run_is_aside
    assert window.session.newest_recording == own
    assert window.session.iteration == 1
    assert window.session.view_state.settings.seed == 5


def test_the_first_lesson_by_keyboard_alone(student: Student) -> None:
    window, panel = student.window, student.panel
    window.activateWindow()
    student.press("Ctrl+L")
    assert panel.list.hasFocus()
    student.press("Return")
    assert student.player.lesson is FIRST
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


def test_what_the_student_tries_does_not_spoil_the_next_page(student: Student) -> None:
    trigger(student.window, "actionFirstSteps")
    student.wait()
    student.click("lessonNext")
    student.click("lessonOption1")
    student.click("lessonSee")
    for _ in range(3):  # three iterations that are not the lesson's
        trigger(student.window, "actionIteration")
    assert student.window.session.iteration == 3
    student.click("lessonNext")
    assert student.window.session.iteration == 0
    student.click("lessonOption1")
    student.click("lessonSee")
    assert f"{plain_first_iteration()[0]:.4f}" in student.said(student.panel.told)
    assert student.player.progress.problems == []


def test_a_lesson_is_left_and_resumed(student: Student) -> None:
    trigger(student.window, "actionFirstSteps")
    student.wait()
    student.click("lessonNext")
    student.click("lessonLeave")
    until_idle(student.window.session)
    trigger(student.window, "actionFirstSteps")
    student.wait()
    assert student.player.number == 1
    assert student.player.stage == "asking"


def test_the_page_is_there_in_the_other_language_with_the_same_numbers(
    student: Student, open_window: OpenWindow, qtbot: QtBot
) -> None:
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
    assert student.player.lesson is FIRST
    window.close()
    again = open_window("--preset", "tutorial")
    assert not again.panel(LessonOffer).isVisible()


def test_files_are_the_users_own_runs(student: Student) -> None:
    save = student.window.findChild(QAction, "actionSaveSession")
    assert save.isEnabled()
    trigger(student.window, "actionFirstSteps")
    student.wait()
    assert not save.isEnabled()
    student.click("lessonLeave")
    assert save.isEnabled()


def test_closing_in_a_lesson_keeps_the_users_own_run(
    open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window("--preset", "tutorial", "--seed", "5")
    for _ in range(2):
        trigger(window, "actionIteration")
    loss = window.session.newest_recording.loss
    trigger(window, "actionFirstSteps")
    Student(window, qtbot).wait()
    window.close()
    again = open_window("--preset", "tutorial")
    offer = again.findChild(QWidget, "autosaveQuestion")
    assert offer is not None
    offer.defaultButton().click()
    until(again.session, lambda: again.session.iteration == 2)
    until(again.session, lambda: again.session.newest_recording.loss == loss)
    assert again.session.view_state.settings.seed == 5


def test_every_control_has_a_name_and_a_tip(student: Student) -> None:
    trigger(student.window, "actionFirstSteps")
    student.wait()
    student.click("lessonNext")
    named: Callable[[QAbstractButton], bool] = lambda b: bool(b.accessibleName())  # noqa: E731
    buttons = [b for b in student.panel.findChildren(QAbstractButton) if b.isVisible()]
    assert len(buttons) >= 8
    assert [b.objectName() for b in buttons if not named(b)] == []
    assert [b.objectName() for b in buttons if b.focusPolicy() == Qt.FocusPolicy.NoFocus] == []


def test_lessons_are_in_the_windows_language(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window("--preset", "tutorial", "--language", "ko")
    student = Student(window, qtbot)
    trigger(window, "actionFirstSteps")
    student.wait()
    assert "신경망" in student.said(student.panel.text)
    assert student.panel.next.text() == words("ko")["next"]


def test_no_page_makes_the_window_larger(student: Student) -> None:
    window = student.window
    before = [p.isVisible() for p in (window.panel(ProgramView), window.panel(InspectorView))]
    trigger(window, "actionFirstSteps")
    student.wait()
    assert window.panel(ProgramView).isVisible()
    assert not window.panel(InspectorView).isVisible()
    QApplication.processEvents()
    assert (window.width(), window.height()) == (1280, 800)
    student.click("lessonNext")
    student.click("lessonOption1")
    student.click("lessonSee")
    assert not window.panel(ProgramView).isVisible()
    QApplication.processEvents()
    assert (window.width(), window.height()) == (1280, 800)
    student.click("lessonLeave")
    after = [p.isVisible() for p in (window.panel(ProgramView), window.panel(InspectorView))]
    assert after == before == [True, True]


def test_a_page_says_whose_run_the_panels_show(student: Student) -> None:
    """A page's own program is not the lesson's run, which is beside it until that has run."""
    student.window.findChild(Composer).lessons.begin("lab_10_dead_relu")
    student.wait()
    label, said = student.panel.panels, words("en")
    assert student.player.stage == "asking"
    assert label.text() == said["snippet_not_run"]
    own = student.window.session.newest_recording
    student.player.predict(0)
    student.wait()
    assert label.isVisible()
    assert label.text() == said["snippet_shown"]
    shown = student.window.session.view_state.cursor.recording
    assert shown is not own
    # The dead layer of the page's program, not the lesson's run.
    bias = next(p for p in shown.parameters if p.name == "fc1.bias")
    assert (bias.value == -10).all()
    student.click("lessonNext")
    student.window.findChild(Composer).lessons.begin(FIRST.id)
    student.wait()
    assert not label.isVisible()


def test_every_snippet_records_what_is_shown() -> None:
    """What the panels are said to show is there."""
    for name, source in snippets().items():
        assert "with record(" in source, name


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
