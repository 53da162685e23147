"""Drives lessons through the real worker, with a window and without."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.lessons.lesson import LANGUAGES, Lesson
from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.controllers.lessons.lesson_player import LessonPlayer
from backprop_viz.desktop.panels.lesson.lesson_panel import LessonPanel
from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.window.main_window import MainWindow
from tests.waiting import until, until_idle


def wait(player: LessonPlayer, session: Session) -> None:
    """Until the player asks, or has told its step."""
    until(session, lambda: player.stage != "running")


def play_step(player: LessonPlayer, session: Session) -> None:
    """Answer the question of the step that is shown, if it has one."""
    wait(player, session)
    if player.stage == "asking":
        player.predict(0)
        wait(player, session)
    assert player.stage == "told"


def play_lesson(player: LessonPlayer, session: Session, lesson: Lesson) -> None:
    """Play all of a lesson: its checks hold, and its texts have no holes in any language."""
    player.begin(lesson)
    for number, step in enumerate(lesson.steps):
        play_step(player, session)
        assert player.progress.problems == []
        for language in LANGUAGES:
            print(player.text(language))
            print(player.told(language))
            assert player.text(language)
            assert bool(player.told(language)) == bool(step.told)
        if number + 1 < len(lesson.steps):
            player.go_to(number + 1)
    assert player.number == len(lesson.steps) - 1
    assert any(step.checks for step in lesson.steps)


def begun(window: MainWindow, lesson: str) -> LessonPlayer:
    """The player of a lesson that begins in a window, once it asks or has told its step."""
    composer = window.findChild(Composer)
    composer.lessons.begin(lesson)
    wait(composer.lessons.player, window.session)
    QApplication.processEvents()
    return composer.lessons.player


def left_as_found(window: MainWindow) -> None:
    """No lesson is open in a window that other tests have, and none was begun."""
    composer = window.findChild(Composer)
    composer.lessons.leave()
    for kind in ("page", "finished"):
        composer.context.store.remove(f"lessons/{kind}")
    until_idle(window.session)
    QApplication.processEvents()


class Student:
    """Somebody at the window."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        self.panel = window.panel(LessonPanel)
        self.player = window.findChild(Composer).lessons.player

    def wait(self) -> None:
        player = self.player
        until(self.window.session, lambda: player.lesson is None or player.stage != "running")

    def click(self, name: str) -> None:
        button = self.window.findChild(QAbstractButton, name)
        assert button.isVisible(), name
        assert button.isEnabled(), name
        place = button.rect().center()
        if name.startswith("lessonOption"):
            place.setX(6)
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=place)
        self.wait()

    def press(self, *keys: str) -> None:
        """Press keys as they are, wherever the keyboard is."""
        for key in keys:
            combination = QKeySequence(key)[0]
            focused = QApplication.focusWidget() or self.window
            self.qtbot.keyClick(focused, combination.key(), combination.keyboardModifiers())
            self.wait()

    def said(self, label: QWidget) -> str:
        """What a screen reader says of a part of the page."""
        interface = QAccessible.queryAccessibleInterface(label)
        return interface.text(QAccessible.Text.Name) if label.isVisible() else ""
