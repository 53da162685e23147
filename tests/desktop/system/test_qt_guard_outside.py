"""The guard where nothing else is there to help: timers, painters, whole processes."""

import subprocess
import sys
import textwrap
from typing import Any

import pytest
from PySide6.QtCore import (
    QEvent,
    QRect,
    Qt,
    QTimer,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QApplication,
    QGraphicsItem,
    QLabel,
    QWidget,
)
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.system import qt_guard
from backprop_viz.desktop.widgets.message_bar import MessageBar
from tests.conftest import OpenWindow
from tests.desktop.system.qt_guard_helpers import (
    ERRORS,
    classes_of,
    divide,
    let_run,
    painted_alone,
    text_instead,
)
from tests.nightly import by_day_every


@pytest.mark.qt_no_exception_capture
@pytest.mark.parametrize("error", by_day_every(3, list(ERRORS)))
def test_a_timer_that_fails_is_told_once(
    open_window: OpenWindow, qtbot: QtBot, error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    window = open_window("--preset", "tutorial")
    beats = 0

    def beat() -> None:
        nonlocal beats
        beats += 1
        ERRORS[error]()

    timer = QTimer(window, interval=1)
    timer.timeout.connect(beat)
    timer.start()
    qtbot.waitUntil(lambda: error in window.messages.text())
    window.messages.dismiss()
    first = beats
    qtbot.waitUntil(lambda: beats > first + 5)
    timer.stop()
    assert not window.messages.text()
    assert capsys.readouterr().err.count("Traceback") == 1
    window.session.shown.step()
    let_run(window)
    assert window.session.view_state.due == "forward"


def test_a_method_that_calls_the_one_above_is_told_of_once(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[type] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, *_: told.append(kind))
    after: list[str] = []

    class Above(QLabel):
        def event(self, event: QEvent) -> bool:
            if event.type() == QEvent.Type.ToolTip:
                divide()
            return super().event(event)

    class Below(Above):
        def event(self, event: QEvent) -> bool:
            answer = super().event(event)
            if event.type() == QEvent.Type.ToolTip:
                after.append("not to be reached")
            return answer

    for cls in (Above, Below):
        cls.__module__ = "backprop_viz.made_in_a_test"
        qt_guard.guard(cls)
    label = Below()
    qtbot.addWidget(label)
    assert not QApplication.sendEvent(label, QEvent(QEvent.Type.ToolTip))
    assert told == [ZeroDivisionError]
    assert not after


def test_a_painter_that_was_left_active_is_not_in_the_way(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[type] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, *_: told.append(kind))

    class Half(QWidget):
        fails = True

        def paintEvent(self, event: Any) -> None:
            painter = QPainter(self)
            painter.setOpacity(0.1)
            painter.setClipRect(QRect(0, 0, 1, 1))
            if self.fails:
                divide()
            painter.fillRect(self.rect(), Qt.GlobalColor.red)

    Half.__module__ = "backprop_viz.made_in_a_test"
    qt_guard.guard(Half)
    half = Half()
    qtbot.addWidget(half)
    half.resize(200, 60)
    for _ in range(3):
        assert painted_alone(half) == text_instead(half)
    assert told == [ZeroDivisionError]
    half.fails = False
    assert painted_alone(half) != text_instead(half)
    half.fails = True  # it had recovered: this is another one
    painted_alone(half)
    assert told == [ZeroDivisionError] * 2


CRASH = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFrame
import backprop_viz.desktop.panels
application = QApplication([])

class Frame(QFrame):
    __module__ = "backprop_viz.frame"
    def event(self, event): return super().event(event)
    def paintEvent(self, event): {raises}

told = []
sys.excepthook = lambda kind, *_: told.append(kind.__name__)
frame = Frame()
frame.resize(200, 200)
frame.show()
timer = QTimer(interval=10)
beats = []
def beat():
    beats.append(1)
    frame.update()
    if len(beats) == 20: application.quit()
timer.timeout.connect(beat)
timer.start()
application.exec()
print("lives on", *told)
"""


@pytest.mark.parametrize("raises", ["1 / 0", "{[]}", "raise KeyboardInterrupt"])
def test_the_process_does_not_end(raises: str) -> None:
    """As with an error raised in C, in a class with an ``event`` of its own, on Python 3.11."""
    code = textwrap.dedent(CRASH).replace("{raises}", raises)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[:2] == ["lives", "on"]
    assert len(done.stdout.split()) == 3


def test_the_message_bar_itself_may_fail() -> None:
    assert qt_guard.is_guarded(MessageBar.paintEvent)
    for kind in (QGraphicsItem, QAbstractItemDelegate):
        assert all(
            qt_guard.is_guarded(cls.paint)
            for cls in classes_of("backprop_viz")
            if issubclass(cls, kind)
        )
