"""A lesson in the real window, by mouse and by keyboard alone."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.lessons import lessons, snippets, words
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.trace.phases import Phase
from tests.desktop.application_helpers import trigger
from tests.desktop.lessons.lesson_helpers import Student, left_as_found
from tests.nightly import by_night
from tests.waiting import until, until_idle

pytestmark = pytest.mark.usefixtures("late_plots")

FIRST = lessons()[0]


@pytest.fixture(scope="module")
def window_arguments() -> tuple[str, ...]:
    return ("--preset", "tutorial", "--seed", "5")


@pytest.fixture
def student(shared_window: MainWindow, qtbot: QtBot) -> Iterator[Student]:
    yield Student(shared_window, qtbot)
    left_as_found(shared_window)


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


@by_night
def test_the_first_lesson_by_mouse(student: Student) -> None:
    window, panel = student.window, student.panel
    loss, before, grad, after = plain_first_iteration()
    trigger(window, "actionIteration")
    own = window.session.shown.newest_recording
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
    assert window.session.shown.newest_recording == own
    assert window.session.iteration == 1
    assert window.session.view_state.settings.seed == 5


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


def test_files_are_the_users_own_runs(student: Student) -> None:
    save = student.window.findChild(QAction, "actionSaveSession")
    assert save.isEnabled()
    trigger(student.window, "actionFirstSteps")
    student.wait()
    assert not save.isEnabled()
    student.click("lessonLeave")
    assert save.isEnabled()


def test_every_control_has_a_name_and_a_tip(student: Student) -> None:
    trigger(student.window, "actionFirstSteps")
    student.wait()
    student.click("lessonNext")
    named: Callable[[QAbstractButton], bool] = lambda b: bool(b.accessibleName())  # noqa: E731
    buttons = [b for b in student.panel.findChildren(QAbstractButton) if b.isVisible()]
    assert len(buttons) >= 8
    assert [b.objectName() for b in buttons if not named(b)] == []
    assert [b.objectName() for b in buttons if b.focusPolicy() == Qt.FocusPolicy.NoFocus] == []


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
    own = student.window.session.shown.newest_recording
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


def test_a_lesson_that_begins_beside_the_large_pad_has_its_panels(student: Student) -> None:
    window = student.window
    before = window.layout_name
    trigger(window, "actionLayoutDraw")
    trigger(window, "actionFirstSteps")
    student.wait()
    assert window.layout_name == "learn"
    student.click("lessonNext")
    assert window.panel(NetworkView).isVisible()
    student.click("lessonLeave")
    until_idle(window.session)
    assert window.layout_name == "draw"
    trigger(window, f"actionLayout{before.title()}")


def test_a_lesson_shows_the_class_that_runs_and_keeps_what_was_edited(student: Student) -> None:
    window, page = student.window, student.window.panel(ProgramView).network
    trigger(window, "actionEditNetwork")
    own = page.editor.text()
    page.editor.replace_text(own + "\nmistaken(")
    page.run()
    until_idle(window.session)
    assert page.editor.mistake is not None
    trigger(window, "actionFirstSteps")
    student.wait()
    assert not page.is_editing
    student.click("lessonLeave")
    until_idle(window.session)
    trigger(window, "actionEditNetwork")
    assert page.editor.text().endswith("mistaken(")
    page.editor.replace_text(own)
    page.close_editor()


def test_the_key_that_lists_the_lessons_gives_the_panels_back(student: Student) -> None:
    window, panel = student.window, student.panel
    # Beside the panels, and in tabs with some of them.
    for size in ((1280, 800), (1000, 700)):
        window.resize(*size)
        trigger(window, "actionLayoutLearn")
        QApplication.processEvents()
        places = window.layout_state()
        assert not window.panel(ProgramView).visibleRegion().isEmpty()
        trigger(window, "actionLessons")
        QApplication.processEvents()
        assert panel.isVisible()
        assert not window.panel(ProgramView).isVisible()
        assert "Ctrl+L" in panel.heading.text()
        trigger(window, "actionLessons")
        QApplication.processEvents()
        assert not panel.isVisible()
        assert window.layout_state() == places


def test_of_a_lesson_under_way_the_key_shows_the_list_first(student: Student) -> None:
    window, panel = student.window, student.panel
    trigger(window, "actionFirstSteps")
    student.wait()
    assert panel.shows_page
    trigger(window, "actionLessons")
    assert not panel.shows_page
    assert student.player.lesson is not None
    trigger(window, "actionLessons")
    until_idle(window.session)
    assert student.player.lesson is None
    assert not window.session.run_is_aside
    assert window.panel(ProgramView).isVisible()
