import pytest
from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.desktop.widgets.message_bar import MessageBar


@pytest.fixture
def bar(qtbot: QtBot) -> MessageBar:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    bar = MessageBar()
    column.addWidget(bar)
    column.addStretch(1)
    window.resize(500, 300)
    window.show()
    bar.keep = window  # type: ignore[attr-defined]
    return bar


def timer(bar: MessageBar) -> QTimer:
    return bar.findChild(QTimer)


def test_it_is_hidden_until_there_is_something_to_say(bar: MessageBar) -> None:
    assert not bar.isVisible()
    assert bar.text() == ""
    bar.tell("Saved.", "info")
    assert bar.isVisible()
    assert (bar.text(), bar.kind()) == ("Saved.", "info")
    assert bar.accessibleName() == "Message: Saved."


def press_dismiss(bar: MessageBar) -> None:
    bar.findChild(QToolButton, "dismissMessage").click()


def test_an_info_covers_an_error_for_a_while(bar: MessageBar, qtbot: QtBot) -> None:
    done: list[str] = []
    bar.tell("one", "info")
    bar.tell("two", "info")
    assert bar.text() == "two"
    bar.tell("It failed.", "error", "", "Traceback")
    bar.offer("Again", "Try it again", lambda: done.append("again"))
    bar.tell("three", "info")
    bar.tell("four", "info")
    action = bar.findChild(QToolButton, "messageAction")
    assert (bar.text(), bar.kind()) == ("four", "info")
    assert bar.findChild(QLabel, "coveredMessages").text() == "1 more"
    assert action.isHidden()
    timer(bar).start(10)
    qtbot.waitUntil(lambda: bar.kind() == "error")
    assert bar.text() == "It failed."
    assert not timer(bar).isActive()
    assert bar.findChild(QToolButton, "messageDetails").isVisible()
    assert bar.findChild(QLabel, "coveredMessages").isHidden()
    action.click()
    assert done == ["again"]
    press_dismiss(bar)
    assert not bar.isVisible()


def test_errors_stand_until_each_is_dismissed(bar: MessageBar) -> None:
    for text in ("It failed.", "That failed.", "It failed."):
        bar.tell(text, "error")
    assert (bar.text(), bar.covered()) == ("It failed.", 1)
    press_dismiss(bar)
    assert (bar.text(), bar.covered()) == ("That failed.", 0)
    for number in range(30):
        bar.tell(f"Failure {number}.", "error")
    assert bar.covered() == 10
    bar.dismiss()
    assert (bar.text(), bar.covered(), bar.isVisible()) == ("", 0, False)


def test_what_is_told_of_the_same_subject_replaces_it(bar: MessageBar) -> None:
    bar.tell("The page was not saved.", "error", "page")
    bar.tell("The loss is NaN.", "error", "loss")
    bar.tell("There is no folder for the page.", "error", "page")
    assert (bar.text(), bar.covered()) == ("There is no folder for the page.", 1)
    assert bar.text_about("loss") == "The loss is NaN."
    bar.tell("Saved.", "info")
    bar.withdraw("page")
    assert (bar.text(), bar.covered()) == ("Saved.", 1)
    press_dismiss(bar)
    assert bar.text() == "The loss is NaN."
    bar.withdraw("loss")
    assert (bar.text(), bar.text_about("loss"), bar.isVisible()) == ("", "", False)


def test_an_info_goes_by_itself_and_an_error_stays(bar: MessageBar, qtbot: QtBot) -> None:
    bar.tell("for a while", "info")
    assert 4000 <= timer(bar).interval() <= 8000
    timer(bar).start(10)
    qtbot.waitUntil(lambda: not bar.isVisible())
    assert bar.text() == ""
    bar.tell("read me", "error")
    assert not timer(bar).isActive()


def test_an_error_stays_though_an_info_was_about_to_go(bar: MessageBar) -> None:
    bar.tell("for a while", "info")
    bar.tell("read me", "error")
    assert not timer(bar).isActive()


def test_where_a_run_is_held_stands_until_it_is_withdrawn(bar: MessageBar) -> None:
    bar.tell("Stopped after fc1.", "info", "place", stays=True)
    assert not timer(bar).isActive()
    bar.tell("Copied.", "info")
    assert (bar.text(), bar.covered()) == ("Copied.", 1)
    timer(bar).timeout.emit()
    assert (bar.text(), bar.kind()) == ("Stopped after fc1.", "info")
    assert not timer(bar).isActive()
    bar.tell("Stopped after fc2.", "info", "place", stays=True)  # it has gone on
    assert bar.covered() == 0
    bar.withdraw("place")
    assert not bar.isVisible()


def test_a_message_under_the_mouse_stays(bar: MessageBar) -> None:
    bar.tell("for a while", "info")
    here = QPointF(5, 5)
    QApplication.sendEvent(bar, QEnterEvent(here, here, here))
    assert not timer(bar).isActive()


@pytest.mark.parametrize("kind", ["info", "error"])
def test_escape_and_the_button_dismiss(bar: MessageBar, qtbot: QtBot, kind: str) -> None:
    button = bar.findChild(QToolButton, "dismissMessage")
    bar.tell("text", kind)  # type: ignore[arg-type]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not bar.isVisible()
    bar.tell("text", kind)  # type: ignore[arg-type]
    bar.window().activateWindow()
    qtbot.waitUntil(bar.window().isActiveWindow)
    qtbot.keyClick(bar.window(), Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert bar.text() == ""


def test_a_long_message_stays_on_one_line_and_the_whole_opens_over_the_rest(
    bar: MessageBar, qtbot: QtBot
) -> None:
    more = bar.findChild(QToolButton, "showWholeMessage")
    bar.tell("short", "error")
    low = bar.height()
    assert not more.isVisible()
    text = "학습률이 너무 높습니다. 낮춘 다음 다시 시작하세요. " * 8
    bar.tell(text, "error")
    assert bar.height() == low
    assert more.isVisible()
    label = bar.findChild(QLabel, "messageText")
    assert (label.toolTip(), bar.accessibleName()) == (text, f"Error: {text}")
    more.setFocus()
    qtbot.keyClick(more, Qt.Key.Key_Space)
    whole = bar.window().findChild(QLabel, "wholeMessageText")
    assert whole.isVisible()
    assert whole.text() == text
    assert whole.heightForWidth(whole.width()) <= whole.height()
    assert whole.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByKeyboard
    assert bar.height() == low
    bar.dismiss()
    assert not whole.isVisible()


def test_markup_is_not_interpreted(bar: MessageBar) -> None:
    bar.tell("<b>x</b> & <img src=y>", "error")
    for name in ("messageText", "wholeMessageText"):
        assert bar.findChild(QLabel, name).textFormat() is Qt.TextFormat.PlainText


def test_kinds_and_themes_look_different(bar: MessageBar) -> None:
    pictures = []
    for theme in (DARK, LIGHT):
        bar.set_theme(theme)
        for kind in ("info", "error"):
            bar.dismiss()
            bar.tell("The same words.", kind)
            pictures.append(bar.grab().toImage())
    assert all(a != b for i, a in enumerate(pictures) for b in pictures[i + 1 :])


def test_a_korean_message_has_the_one_particle_that_is_right(bar: MessageBar) -> None:
    bar.tell("16×36은(는) lenet.py:28에서 view이(가) 만들었습니다.", "error")
    assert bar.text() == "16×36은 lenet.py:28에서 view가 만들었습니다."
