"""Drives lessons through the real worker, with a window and without."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.controllers.lesson_player import LessonPlayer
from backprop_viz.desktop.panels.lesson.lesson_panel import LessonPanel
from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.window.main_window import MainWindow
from tests.waiting import until


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
