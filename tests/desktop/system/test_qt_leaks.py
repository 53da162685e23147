"""The check that no test leaves timers or windows behind finds what is left, and no more."""

import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget
from pytestqt.qtbot import QtBot

from tests.qt_leaks import QtLeaks

ROOT = Path(__file__).resolve().parents[3]
CARELESS = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMainWindow
kept = []

def test_stopped(qtbot):
    timer = QTimer(interval=1000)
    timer.start()
    timer.stop()

def test_running(qtbot):
    kept.append(QTimer(interval=1000))
    kept[-1].start()

def test_added(qtbot):
    qtbot.addWidget(QMainWindow())

def test_open(qtbot):
    kept.append(QMainWindow())

def test_after(qtbot):
    pass
"""


def test_a_running_timer_is_found_until_it_stops(qtbot: QtBot) -> None:
    qt_leaks, timer = QtLeaks(), QTimer(interval=60_000, objectName="forgotten")
    timer.start()
    qt_leaks.started(timer)
    assert qt_leaks.found() == ["running QTimer 'forgotten' of None"]
    timer.stop()
    assert qt_leaks.found() == []


def test_a_timer_goes_with_its_window(qtbot: QtBot) -> None:
    qt_leaks, window = QtLeaks(), QMainWindow()
    timer = QTimer(window, interval=60_000)
    timer.start()
    qt_leaks.started(timer)
    assert len(qt_leaks.found()) == 2
    window.deleteLater()
    assert qt_leaks.found() == []


def test_a_hidden_window_is_found_and_what_was_there_before_is_not(qtbot: QtBot) -> None:
    before = QWidget()
    qt_leaks, window = QtLeaks(), QWidget(objectName="hidden")
    assert qt_leaks.found() == ["window QWidget 'hidden' of None"]
    before.setObjectName("before")
    del window
    assert qt_leaks.found() == []


def test_what_only_a_cycle_holds_and_menus_are_no_leaks(qtbot: QtBot) -> None:
    qt_leaks, window, menu = QtLeaks(), QWidget(), QMenu()
    window.itself = window
    del window
    assert qt_leaks.found() == []
    menu.setTitle("of pyqtgraph")


def test_the_tests_that_leave_something_fail_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "test_careless.py").write_text(CARELESS)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.qt_leaks", "-q", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "5 passed, 2 errors" in done.stdout, done.stdout + done.stderr
    for test, left in (("running", "running QTimer"), ("open", "window QMainWindow")):
        assert f"ERROR at teardown of test_{test}" in done.stdout
        assert f"left behind: [\"{left} '' of None\"]" in done.stdout
