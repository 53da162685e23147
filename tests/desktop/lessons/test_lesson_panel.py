"""The lesson panel in the real window: its room, its answers, and what a page leaves behind."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.controllers.lessons.lesson_player import LessonPlayer
from backprop_viz.desktop.lessons import words
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.lesson.flowing_text import FlowingText
from backprop_viz.desktop.panels.lesson.lesson_list import LessonList
from backprop_viz.desktop.panels.lesson.lesson_page import LessonPage, LessonRow
from backprop_viz.desktop.panels.lesson.lesson_panel import LessonPanel
from backprop_viz.desktop.panels.lesson.question_box import QuestionBox
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.window.main_window import MainWindow
from tests.desktop.lessons.lesson_helpers import begun, left_as_found, play_step, wait
from tests.nightly import by_day_every
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("late_plots")


@pytest.fixture(scope="module")
def window_arguments() -> tuple[str, ...]:
    return ("--preset", "tutorial", "--seed", "5")


@pytest.fixture
def window(shared_window: MainWindow) -> Iterator[MainWindow]:
    shared_window.activateWindow()
    yield shared_window
    left_as_found(shared_window)


@pytest.fixture
def box(qtbot: QtBot) -> Iterator[QuestionBox]:
    outer = QWidget()
    qtbot.addWidget(outer)
    outer.resize(300, 400)
    box = QuestionBox()
    box.setParent(outer)
    box.resize(300, 200)
    question = ("number", "How many?", ())
    outer.show()
    box.show_question(LessonPage("tutorial", (1, 10), "A", 0, 1, "asking", "", question), "en")
    yield box
    outer.close()  # held until here


def turned(window: MainWindow, player: LessonPlayer) -> None:
    """The next page, where all before it is answered."""
    play_step(player, window.session)
    window.panel(LessonPanel).next.click()
    wait(player, window.session)
    QApplication.processEvents()


def place_in(widget: QWidget, outer: QWidget) -> QRect:
    return QRect(widget.mapTo(outer, QPoint(0, 0)), widget.size())


def test_the_panel_is_wide_enough_and_nothing_is_cut(window: MainWindow) -> None:
    begun(window, "tutorial_01_the_network")
    panel = window.panel(LessonPanel)
    dock = window.docks.dock_of(panel)
    assert dock.width() >= 300
    assert dock.widget().horizontalScrollBar().maximum() == 0
    title = panel.header.itemAt(0).widget()
    for part in (panel.next, panel.back, panel.leave, title):
        assert panel.rect().contains(place_in(part, panel))
        assert part.width() >= part.sizeHint().width()


def test_a_click_in_a_panel_is_no_drag_of_a_line(window: MainWindow, qtbot: QtBot) -> None:
    assert window.docks.share_out()
    # Nobody takes this click: it comes to the area around the docks.
    qtbot.mouseClick(window.docks, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert window.docks.share_out()


def test_long_code_wraps(qapp: QApplication) -> None:
    text = FlowingText()
    text.setHtml("<p>conv1.bias." + "grad" * 40 + "</p>")
    assert text.minimumSizeHint().width() < 100
    assert text.heightForWidth(200) >= 4 * text.fontMetrics().height()
    text.resize(200, text.heightForWidth(200))
    assert text.document().size().width() <= 200


def test_a_question_is_read_whole_when_the_page_has_grown(window: MainWindow) -> None:
    """The scroll bar that comes with the answer takes width: the question has a line more."""
    player = begun(window, "tutorial_08_conv1_bias_grad")
    panel = window.panel(LessonPanel)
    while True:
        if player.stage == "asking":
            player.predict(0)
            wait(player, window.session)
        for _ in range(3):
            QApplication.processEvents()
        for text in panel.findChildren(FlowingText):
            if text.isVisible():
                assert text.document().size().height() <= text.height() + 1, text.toPlainText()
        if not panel.next.isEnabled() or player.number == len(player.lesson.steps) - 1:
            break
        turned(window, player)


def test_the_answers_explanation_is_in_view(window: MainWindow) -> None:
    player = begun(window, "tutorial_01_the_network")
    panel = window.panel(LessonPanel)
    turned(window, player)
    panel.question.options[1].button.click()
    panel.question.see.click()
    wait(player, window.session)
    QApplication.processEvents()
    assert panel.area.verticalScrollBar().maximum() > 0
    view = panel.area.viewport()
    assert view.rect().contains(place_in(panel.verdict, view))
    top = place_in(panel.told, view).top()
    assert 0 < top < view.height() - 3 * panel.told.fontMetrics().height()
    assert panel.next.hasFocus()


def test_what_is_below_the_edge_is_offered_until_it_was_seen(window: MainWindow) -> None:
    player = begun(window, "tutorial_04_forward")
    panel = window.panel(LessonPanel)
    turned(window, player)
    panel.question.options[2].button.click()
    panel.question.see.click()
    wait(player, window.session)
    QApplication.processEvents()
    view = panel.area.viewport()
    while not panel.more.isHidden():
        assert not view.rect().contains(place_in(panel.try_it, view))
        assert panel.more.property("role") == "primary"
        assert not panel.next.property("role")
        before = panel.area.verticalScrollBar().value()
        panel.more.click()
        assert panel.area.verticalScrollBar().value() > before
    assert panel.try_it.isVisible()
    assert place_in(panel.try_it, view).bottom() <= view.height()
    assert panel.next.property("role") == "primary"


def asked(kind: str, options: tuple[str, ...], predicted: float, answer: float) -> LessonPage:
    right = predicted == answer
    return LessonPage(
        *("tutorial", (1, 10), "A", 0, 1, "told", ""),
        question=(kind, "Which?", options),
        predicted=predicted,
        right=right,
        answer=answer,
        value="" if right else "that",
    )


def marks(box: QuestionBox) -> list[str]:
    return [option.findChild(QLabel).text()[-2:].strip("\u00a0") for option in box.options]


def test_the_right_option_is_marked_beside_the_wrong_one(box: QuestionBox) -> None:
    box.show_question(asked("choice", ("one", "two", "six"), 0, 2), "en")
    assert marks(box) == ["✗", "wo", "✓"]
    box.show_question(asked("sign", (), 1, -0.25), "en")
    assert [mark in "✓✗" and mark for mark in marks(box)] == ["✓", False, "✗"]


def test_tab_goes_from_the_options_to_the_button(box: QuestionBox, qtbot: QtBot) -> None:
    question = ("choice", "Which?", ("one", "two"))
    box.show_question(LessonPage("tutorial", (1, 10), "B", 0, 1, "asking", "", question), "en")
    box.take_focus()
    qtbot.keyClick(box.options[0].button, Qt.Key.Key_Space)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert box.see.hasFocus()


def test_the_list_says_what_was_reached(qtbot: QtBot) -> None:
    list = LessonList()
    qtbot.addWidget(list)
    rows = [
        LessonRow("a", "tutorial", 1, "First", 0, 2, True),
        LessonRow("b", "tutorial", 2, "Second", 0, 3, True),
        LessonRow("c", "lab", 1, "Third", 0, 1, True),
        LessonRow("d", "lab", 2, "Fourth", 1, 4, False),
    ]
    list.show_rows(rows, "en")
    texts = [list.item(i).text() for i in range(list.count())]
    assert texts[0].endswith("2 of 2 done")
    assert texts[3].endswith("1 of 2 done")
    assert list.currentItem().text() == "2  Fourth  ·  page 2 of 4"


def test_home_and_end_go_to_the_first_and_the_last_lesson(qtbot: QtBot) -> None:
    list = LessonList()
    qtbot.addWidget(list)
    rows = [LessonRow(str(i), "tutorial", i, f"No. {i}", 0, 2, False) for i in (1, 2, 3)]
    list.show_rows(rows, "en")
    qtbot.keyClick(list, Qt.Key.Key_End)
    assert list.currentItem().text() == "3  No. 3"
    qtbot.keyClick(list, Qt.Key.Key_Home)
    assert list.currentItem().text() == "1  No. 1"


@pytest.mark.parametrize(
    ("typed", "given", "other"),
    [
        ("81,194", 81194, 81.194),
        ("−81,194", -81194, -81.194),
        ("81194", 81194, None),
        ("0.25", 0.25, None),
    ],
)
def test_a_number_is_taken_as_the_window_writes_it(
    box: QuestionBox, typed: str, given: float, other: float | None
) -> None:
    predictions: list[tuple[float, object]] = []
    box.predicted.connect(lambda *values: predictions.append(values))
    box.number.setFocus()
    box.number.lineEdit().setText(typed)
    box.see.setFocus()  # as the mouse does: the field is finished first
    assert box.number.refused == ""
    box.see.click()
    assert predictions == [(given, other)]


def test_what_is_wrong_with_a_number_has_its_name_and_does_not_cover_the_button(
    box: QuestionBox,
) -> None:
    box.number.lineEdit().setText("many")
    box.number.finish()
    assert box.number.refused.startswith(words("en")["number"])
    bubble = box.number.bubble
    assert not place_in(box.see, box.window()).intersects(bubble.geometry())


def test_either_reading_may_be_right(window: MainWindow) -> None:
    player = begun(window, "tutorial_02_parameters")
    while player.step.question is None or player.step.question.kind != "number":
        turned(window, player)
    player.predict(81.194, 81194)
    wait(player, window.session)
    assert player.progress.value == 81194
    assert player.progress.right
    assert player.progress.predicted == 81194


def test_a_page_leaves_no_message_no_number_and_no_selection(window: MainWindow) -> None:
    unselected = window.panel(InspectorView).chosen
    player = begun(window, "tutorial_09_accumulation")
    turned(window, player)
    play_step(player, window.session)  # backward twice: its number is explained
    until(window.session, lambda: window.lower_row.explaining)
    window.panel(LessonPanel).next.click()
    wait(player, window.session)
    assert not window.lower_row.explaining
    play_step(player, window.session)  # torch refuses
    assert window.messages.text()
    window.panel(LessonPanel).next.click()
    wait(player, window.session)
    assert window.messages.text() == ""
    play_step(player, window.session)
    inspector = window.panel(InspectorView)
    assert inspector.chosen == ("parameter", "conv1.bias")
    window.picked.emit("parameter", "conv2.bias")
    assert inspector.chosen == ("parameter", "conv2.bias") != unselected
    begun(window, "tutorial_03_the_input")
    assert inspector.chosen == unselected


def test_no_button_for_a_language_that_the_window_does_not_speak(window: MainWindow) -> None:
    begun(window, "tutorial_01_the_network")
    assert window.findChild(QAbstractButton, "lessonLanguage") is None


def test_leaving_gives_back_what_was_selected_and_the_programs_page(window: MainWindow) -> None:
    inspector, program = window.panel(InspectorView), window.panel(ProgramView)
    window.picked.emit("parameter", "fc2.bias")
    player = begun(window, "tutorial_01_the_network")
    assert program.page == 1
    turned(window, player)
    turned(window, player)
    window.findChild(Composer).lessons.leave()
    until(window.session, lambda: not window.session.run_is_aside)
    assert inspector.chosen == ("parameter", "fc2.bias")
    assert program.page == 0
    assert window.panel(LessonPanel).isHidden()


def test_leaving_gives_back_what_the_network_shows(window: MainWindow) -> None:
    network = window.panel(NetworkView)
    button = window.findChild(QToolButton, "weightsSegment")
    button.click()
    player = begun(window, "tutorial_01_the_network")
    turned(window, player)
    network.set_mode("gradients")
    window.findChild(Composer).lessons.leave()
    until(window.session, lambda: not window.session.run_is_aside)
    assert network.mode == "weights"
    assert button.isChecked()
    network.set_mode("activations")


@pytest.mark.parametrize(
    ("lesson", "page"),
    by_day_every(2, [("tutorial_06_the_loss", 1), ("tutorial_01_the_network", 3)]),
)
def test_an_explanation_beside_a_lesson_is_whole(
    window: MainWindow, lesson: str, page: int
) -> None:
    player = begun(window, lesson)
    while player.number < page:
        turned(window, player)
    play_step(player, window.session)
    origin = window.panel(OriginView)
    until(window.session, lambda: origin.complete and not origin.columns.check.running)
    QApplication.processEvents()
    place = window.docks.dock_of(origin).widget()
    assert place.verticalScrollBar().maximum() == 0
    assert place.horizontalScrollBar().maximum() == 0
    for part in (origin.columns.check.button, origin.close_button):
        assert origin.rect().contains(place_in(part, origin))
        assert part.width() >= part.minimumSizeHint().width()
