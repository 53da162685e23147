import pytest
from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.views.message_bar import MessageBar
from backprop_viz.views.style.theme import DARK, LIGHT


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


def test_the_newest_replaces_the_older_but_no_info_replaces_an_error(bar: MessageBar) -> None:
    bar.tell("one", "info")
    bar.tell("two", "info")
    assert bar.text() == "two"
    bar.tell("It failed.", "error")
    bar.tell("three", "info")
    assert (bar.text(), bar.kind()) == ("It failed.", "error")
    bar.tell("It failed again.", "error")
    assert bar.text() == "It failed again."
    bar.dismiss()
    bar.tell("four", "info")
    assert (bar.text(), bar.kind()) == ("four", "info")


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


def test_a_long_message_wraps_and_its_text_can_be_selected(bar: MessageBar, qtbot: QtBot) -> None:
    bar.tell("short", "error")
    low = bar.height()
    bar.tell("학습률이 너무 높습니다. 낮춘 다음 다시 시작하세요. " * 8, "error")
    qtbot.waitUntil(lambda: bar.height() > 1.5 * low)
    label = bar.findChild(QLabel, "messageText")
    assert label.heightForWidth(label.width()) <= label.height()
    assert label.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse


def test_markup_is_not_interpreted(bar: MessageBar) -> None:
    bar.tell("<b>x</b> & <img src=y>", "error")
    assert bar.findChild(QLabel, "messageText").textFormat() is Qt.TextFormat.PlainText


def test_kinds_and_themes_look_different(bar: MessageBar) -> None:
    pictures = []
    for theme in (DARK, LIGHT):
        bar.set_theme(theme)
        for kind in ("info", "error"):
            bar.dismiss()
            bar.tell("The same words.", kind)
            pictures.append(bar.grab().toImage())
    assert all(a != b for i, a in enumerate(pictures) for b in pictures[i + 1 :])
