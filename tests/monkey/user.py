"""What a monkey user does: a table of actions, each with how often it is done."""

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl, qWarning
from PySide6.QtGui import QAction, QDropEvent, QGuiApplication, QImage, QKeySequence, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QSplitterHandle,
    QWidget,
)

from backprop_viz.desktop.actions.menus import MENU_COMMANDS
from backprop_viz.desktop.window.main_window import MainWindow
from tests.monkey.answers import answer, answer_popup, confine_file_dialogs, name_of
from tests.monkey.asking import asked_about
from tests.monkey.files import make_files
from tests.monkey.networks import TEXTS

BUTTONS = (Qt.MouseButton.LeftButton,) * 4 + (Qt.MouseButton.RightButton,)
KEYS = (
    "Tab", "Backtab", "Left", "Right", "Up", "Down", "Home", "End", "PageUp", "PageDown", "Return",
    "Space", "Escape", "Delete", "Backspace", "Plus", "Minus", "A", "B", "E", "F", "N", "0", "3",
    "BracketLeft", "BracketRight", "F2", "F4", "F9", "Menu",
)  # fmt: skip
TYPED = ("1", "7", "12", "33", "64", "0", "0.5", "0.01", "1e-3", "1e9", "-3", "abc", "", "fc1", "~")
SIZES = ((1280, 800), (1600, 1000), (1100, 700), (1400, 760), (640, 480))
# What ends the run is not part of it.
LEFT_OUT = {"actionQuit"}
A_WHILE_S = 0.15
# The seed that goes wrong on purpose, to see that it is seen.
BROKEN = -1


class MonkeyUser:
    """Does one action after the other; each depends on the seed, its number and what is there."""

    def __init__(
        self,
        window: MainWindow,
        seed: int,
        folder: Path,
        resting: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """``resting``: as long as another window is made, stalls are not counted."""
        self._window, self._folder = window, folder
        self._resting = resting
        self.found_wrong: list[str] = []  # by what it does itself
        self._seed = seed
        self._paths = make_files(folder)
        self._draw = random.Random(seed)
        self._leave_out()
        self._actions: tuple[tuple[int, Callable[[], str]], ...] = (
            (30, self._press),
            (14, self._click),
            (6, self._drag),
            (10, self._key),
            (4, self._type),
            (6, self._stroke),
            (6, self._choose),
            (4, self._spin),
            (5, self._wheel),
            (6, self._train_for_a_while),
            (5, self._navigate),
            (3, self._wait),
            (2, self._resize),
            (2, self._drop),
            (1, self._copy),
            (2, self._write_network),
            (2, self._close_another),
            (2, self._splitter),
            (1, self._hide_and_show),
            (4, self._ask_about),
            (1, self._speak),
        )

    @property
    def window(self) -> MainWindow:
        """The main window: the one that has come in place of it, in another language, if any."""
        while self._window.successor is not None:
            self._window = self._window.successor
            self._leave_out()
        return self._window

    def do(self, number: int) -> str:
        """Do action ``number``; what it was."""
        confine_file_dialogs(self._folder)
        self._draw = random.Random(f"{self._seed}/{number}")
        if self._seed == BROKEN and number == 2:
            qWarning("on purpose")
        popup = QApplication.activePopupWidget()
        if popup is not None:
            return answer_popup(popup, self._draw)
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog) and self._draw.random() < 0.5:
            return answer(dialog, self._draw, self._paths)
        weights = [weight for weight, _ in self._actions]
        (action,) = self._draw.choices([action for _, action in self._actions], weights)
        return action()

    def _leave_out(self) -> None:
        for name in LEFT_OUT:
            self._action(name).setEnabled(False)

    # -- what is there -----------------------------------------------------------------------

    def _action(self, name: str) -> QAction:
        found: QAction = self.window.findChild(QAction, name)
        return found

    def _place(self) -> QWidget:
        """A window to act in: the dialog that must be answered first, or mostly the main one."""
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            return dialog
        others = [w for w in QApplication.topLevelWidgets() if w.isVisible() and w.isWindow()]
        others = [w for w in others if w is not self.window and w.windowType() in WINDOWS]
        return self._draw.choice(others) if others and self._draw.random() < 0.4 else self.window

    def _point(self) -> tuple[QWidget, QPoint]:
        """A widget that can be seen, and a point in it."""
        place = self._place()
        at = QPoint(self._draw.randrange(place.width()), self._draw.randrange(place.height()))
        widget = place.childAt(at) or place
        return widget, widget.mapFrom(place, at)

    def _seen(self, kind: type[QWidget]) -> QWidget | None:
        place = self._place()
        found = [w for w in place.findChildren(kind) if w.isVisible() and w.isEnabled()]
        return self._draw.choice(found) if found else None

    # -- actions -------------------------------------------------------------------------------

    def _press(self) -> str:
        """Carry out a command of the table, by its action or by its key."""
        command = self._draw.choice([c for c in MENU_COMMANDS if c.id not in LEFT_OUT])
        dialog = QApplication.activeModalWidget()
        action = self._action(command.id)
        if dialog is not None:
            return f"{command.id} not pressed: {name_of(dialog)} is open"
        if command.key and self._draw.random() < 0.4:
            keys = QKeySequence(command.key)[0]
            QTest.keyClick(self._focus(), keys.key(), keys.keyboardModifiers())
            return f"key of {command.id}"
        action.trigger()
        return f"{command.id}{'' if action.isEnabled() else ' (disabled)'}"

    def _click(self) -> str:
        widget, at = self._point()
        button = self._draw.choice(BUTTONS)
        double = self._draw.random() < 0.15
        modifier = self._draw.choice(MODIFIERS)
        (QTest.mouseDClick if double else QTest.mouseClick)(widget, button, modifier, at)
        return f"{'double ' if double else ''}click, {button.name}, {name_of(widget)} {at}"

    def _drag(self) -> str:
        widget, start = self._point()
        end = QPoint(
            self._draw.randrange(max(1, widget.width())),
            self._draw.randrange(max(1, widget.height())),
        )
        self._drag_over(widget, start, end, self._draw.choice(BUTTONS))
        return f"drag in {name_of(widget)} {start} {end}"

    def _drag_over(
        self, widget: QWidget, start: QPoint, end: QPoint, button: Qt.MouseButton
    ) -> None:
        QTest.mousePress(widget, button, NO_KEY, start)
        for i in range(1, 5):
            QTest.mouseMove(widget, start + (end - start) * (i / 4))
        QTest.mouseRelease(widget, button, NO_KEY, end)

    def _key(self) -> str:
        key = self._draw.choice(KEYS)
        modifier = self._draw.choice(MODIFIERS)
        widget = self._focus()
        QTest.keyClick(widget, getattr(Qt.Key, f"Key_{key}"), modifier)
        return f"key {modifier.name} {key} in {name_of(widget)}"

    def _type(self) -> str:
        box = self._seen(QLineEdit)
        if box is None:
            return "nothing to type in"
        text = self._draw.choice(TYPED)
        box.setFocus()
        QTest.keySequence(box, QKeySequence(QKeySequence.StandardKey.SelectAll))
        QTest.keyClicks(box, text)
        if self._draw.random() < 0.7:
            QTest.keyClick(box, Qt.Key.Key_Return)
        return f"{text!r} typed in {name_of(box.parentWidget() or box)}"

    def _stroke(self) -> str:
        """Draw on the pad, across it."""
        pad = self.window.findChild(QWidget, "drawPad")
        if QApplication.activeModalWidget() is not None or not pad.isVisible():
            return "the pad is out of reach"
        for _ in range(self._draw.randint(1, 2)):
            across = [
                QPoint(self._draw.randrange(pad.width()), self._draw.randrange(pad.height()))
                for _ in range(2)
            ]
            self._drag_over(pad, across[0], across[1], self._draw.choice(BUTTONS))
        return "strokes on the pad"

    def _choose(self) -> str:
        combo = self._seen(QComboBox)
        if not isinstance(combo, QComboBox) or not combo.count():
            return "nothing to choose from"
        index = self._draw.randrange(combo.count())
        combo.setCurrentIndex(index)
        return f"{combo.currentText()} chosen in {name_of(combo)}"

    def _spin(self) -> str:
        box = self._seen(QAbstractSpinBox)
        if not isinstance(box, QAbstractSpinBox):
            return "nothing to step"
        steps = self._draw.choice((-3, -1, 1, 3))
        box.stepBy(steps)
        return f"{steps} steps in {name_of(box)}"

    def _wheel(self) -> str:
        widget, at = self._point()
        turn = self._draw.choice((-120, 120, -480, 360))
        where = QPointF(at)
        event = QWheelEvent(
            where,
            QPointF(widget.mapToGlobal(at)),
            QPoint(),
            QPoint(0, turn),
            Qt.MouseButton.NoButton,
            self._draw.choice(MODIFIERS),
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, event)
        return f"wheel {turn} over {name_of(widget)}"

    def _train_for_a_while(self) -> str:
        if QApplication.activeModalWidget() is not None:
            return "no training: a dialog is open"
        train = self._action("actionTrain")
        if not train.isChecked():
            train.trigger()
        self.let_run(A_WHILE_S)
        if train.isChecked() and self._draw.random() < 0.6:
            train.trigger()
            return "trained for a while, paused"
        return "trained for a while, goes on"

    def _navigate(self) -> str:
        """Go by an event or a phase, forwards or back: what the program is there for."""
        name = self._draw.choice(("Step", "StepBack", "Event", "EventBack", "Iteration"))
        if QApplication.activeModalWidget() is None:
            self._action(f"action{name}").trigger()
        return f"navigation: {name}"

    def _wait(self) -> str:
        """See everything through."""
        return "waited" if self.window.session.wait_idle(120) else DEADLOCK

    def _resize(self) -> str:
        size = self._draw.choice(SIZES)
        self._place().resize(*size)
        return f"resized to {size}"

    def _drop(self) -> str:
        """Let a file go over the window."""
        if QApplication.activeModalWidget() is not None:
            return "no drop: a dialog is open"
        path = self._draw.choice(self._paths)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        event = QDropEvent(
            QPointF(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, NO_KEY
        )
        QApplication.sendEvent(self.window, event)
        return f"dropped {path.name}"

    def _copy(self) -> str:
        """Have something else in the clipboard."""
        clipboard = QGuiApplication.clipboard()
        if self._draw.random() < 0.5:
            image = QImage(40, 30, QImage.Format.Format_RGB32)
            image.fill(self._draw.choice((Qt.GlobalColor.white, Qt.GlobalColor.darkBlue)))
            clipboard.setImage(image)
            return "an image copied"
        clipboard.setText(self._draw.choice(TYPED))
        return "a text copied"

    def _write_network(self) -> str:
        """Write another network, right or wrong, and have it run."""
        if QApplication.activeModalWidget() is not None:
            return "no network written: a dialog is open"
        number = self._draw.randrange(len(TEXTS))
        self._action("actionEditNetwork").trigger()
        editor = self.window.findChild(QPlainTextEdit, "networkEditor")
        QTest.keySequence(editor, QKeySequence(QKeySequence.StandardKey.SelectAll))
        editor.insertPlainText(TEXTS[number])
        self._action("actionRunNetwork").trigger()
        return f"network {number} written and run"

    def _close_another(self) -> str:
        place = self._place()
        if place is self.window:
            return "no other window to close"
        place.close()
        return f"closed {name_of(place)}"

    def _splitter(self) -> str:
        handle = self._seen(QSplitterHandle)
        if handle is None:
            return "no splitter"
        by = QPoint(self._draw.randint(-300, 300), self._draw.randint(-300, 300))
        middle = handle.rect().center()
        self._drag_over(handle, middle, middle + by, Qt.MouseButton.LeftButton)
        return f"splitter moved by {by}"

    def _hide_and_show(self) -> str:
        how = self._draw.choice(("minimized", "maximized", "hidden"))
        if how == "minimized":
            self.window.showMinimized()
        elif how == "maximized":
            self.window.showMaximized()
        else:
            self.window.hide()
        QApplication.processEvents()
        self.window.showNormal()
        return how

    def _ask_about(self) -> str:
        """Ask where a number comes from, and see that its terms make it."""
        if QApplication.activeModalWidget() is not None:
            return "nothing asked: a dialog is open"
        said, wrong = asked_about(self.window, self._draw)
        self.found_wrong += wrong
        return said

    def _speak(self) -> str:
        """Choose another language: another window comes in place of this one."""
        if QApplication.activeModalWidget() is not None:
            return "no other language: a dialog is open"
        before, code = self.window, self._draw.choice(("en", "ko"))
        session, began = before.session, time.monotonic()
        with self._resting():
            self._action(f"actionLanguage_{code}").trigger()
            session.wait_until(lambda: before.successor is not None, A_WHILE_S)
        if before.successor is None:
            return f"language {code} again"
        return f"language {code}, in another window after {time.monotonic() - began:.2f} s"

    # -- time --------------------------------------------------------------------------------

    def let_run(self, seconds: float) -> None:
        """Let the event loop run."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            QApplication.processEvents()
            time.sleep(0.002)

    def _focus(self) -> QWidget:
        place = self._place()
        focused = QApplication.focusWidget()
        return focused if focused is not None and focused.window() is place else place


DEADLOCK = "The session did not become idle in two minutes."
NO_KEY = Qt.KeyboardModifier.NoModifier
MODIFIERS = (
    *[NO_KEY] * 6,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
WINDOWS = (Qt.WindowType.Window, Qt.WindowType.Dialog, Qt.WindowType.Tool)
