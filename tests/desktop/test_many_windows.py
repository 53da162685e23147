"""Windows side by side, opened and closed by the dozen, stalled, scaled and repainted.

WINDOWS=100 opens and closes a hundred, the long profile.
"""

import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from backprop_viz.app import create_window
from backprop_viz.desktop.clients.worker_process import start_ahead
from backprop_viz.desktop.window.main_window import MainWindow
from tests.forked_workers import sharing_server
from tests.monkey.plain_loop import plain_loop, same, tensor
from tests.nightly import by_night

OpenWindow = Callable[..., MainWindow]
WINDOWS = int(os.environ.get("WINDOWS", "2"))
# What a window may leave behind of memory: allocators keep and reuse, so it is not nothing.
GROWTH_MB = 0.2


def press(window: MainWindow, name: str) -> None:
    window.findChild(QAction, name).trigger()
    assert window.session.wait_idle(60)


def equals_the_plain_loop(window: MainWindow) -> None:
    view_state = window.session.view_state
    losses, weights = plain_loop(view_state.settings, view_state.iteration)
    assert view_state.curves.loss.tolist() == losses
    recording = view_state.cursor.recording
    assert recording.iteration == view_state.iteration
    end = recording.at(len(recording.events))
    assert [n for n, w in weights.items() if not same(tensor(end.value(n)), w)] == []


@by_night
def test_two_windows_train_side_by_side(open_window: OpenWindow, qtbot: QtBot) -> None:
    start_ahead()  # the other's worker, beside the first one's
    one = open_window("--preset", "tutorial", "--seed", "3")
    other = open_window("--preset", "tutorial", "--seed", "4")
    for window in (one, other):
        window.findChild(QAction, "actionTrain").trigger()
    qtbot.waitUntil(
        lambda: one.session.iteration > 10 and other.session.iteration > 10, timeout=60_000
    )
    one.findChild(QAction, "actionTrain").trigger()
    assert one.session.wait_idle(30)
    assert other.session.view_state.training
    one.close()
    far = other.session.iteration + 20
    qtbot.waitUntil(lambda: other.session.iteration > far, timeout=60_000)
    press(other, "actionTrain")
    for window in (one, other):  # after both: training goes on while the plain loop runs
        equals_the_plain_loop(window)
    press(other, "actionIteration")
    assert other.messages.text() == ""


@by_night
def test_nothing_is_lost_while_the_event_loop_stands_still(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window("--preset", "tutorial")
    window.findChild(QAction, "actionTrain").trigger()
    qtbot.waitUntil(lambda: window.session.iteration > 10, timeout=60_000)
    before = window.session.iteration
    time.sleep(0.7)  # the machine was suspended, or another program had the core
    assert window.session.iteration == before
    qtbot.waitUntil(lambda: window.session.iteration > before + 50, timeout=60_000)
    press(window, "actionTrain")
    view_state = window.session.view_state
    assert len(view_state.curves.loss) == view_state.iteration
    equals_the_plain_loop(window)


@by_night
def test_the_colours_change_while_training(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window("--preset", "tutorial")
    window.findChild(QAction, "actionTrain").trigger()
    shades = []
    for i in range(6):
        window.findChild(QAction, ("actionThemeDark", "actionThemeLight")[i % 2]).trigger()
        aim = window.session.iteration + 2
        qtbot.waitUntil(lambda aim=aim: window.session.iteration > aim, timeout=60_000)
        shades.append(window.grab().toImage().pixelColor(2, window.height() - 2).lightness())
    assert all(shade < 60 for shade in shades[::2])
    assert all(shade > 200 for shade in shades[1::2])
    press(window, "actionTrain")
    equals_the_plain_loop(window)


def counts() -> dict[str, float]:
    """What this process holds; children and files from /proc."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    own = Path("/proc/self")
    pages = int((own / "statm").read_text().split()[1])
    children = (own / "task" / str(os.getpid()) / "children").read_text().split()
    return {
        "threads": len(list((own / "task").iterdir())),
        "Python's threads": threading.active_count(),
        "children": len(children),
        "files": len(list((own / "fd").iterdir())),
        "widgets": len(QApplication.allWidgets()),
        "Python's objects": len(gc.get_objects()),
        "megabytes": pages * os.sysconf("SC_PAGE_SIZE") / 2**20,
    }


@by_night
@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_windows_are_opened_and_closed_and_nothing_grows(
    qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = QSettings.Format.IniFormat, QSettings.Scope.UserScope
    QSettings.setPath(*settings, str(tmp_path / "settings"))

    def one(number: int) -> None:
        window = create_window(["--preset", "tutorial", "--seed", str(number)])
        window.show()
        assert window.session.wait_idle(60)
        press(window, "actionIteration")
        if number % 3 == 0:
            window.findChild(QAction, "actionTrain").trigger()
        if number % 5 == 0:
            press(window, "actionSamples")
        window.close()
        window.deleteLater()

    for number in (0, 15):  # what is made once, and kept
        one(number)
    first = counts()
    for number in range(WINDOWS):
        one(number)
    held = ("threads", "Python's threads", "children", "files", "widgets")
    # What a window had running ends a moment after it.
    qtbot.waitUntil(lambda: all(counts()[name] <= first[name] for name in held), timeout=30_000)
    last = counts()
    with capsys.disabled():
        print(f"\n{WINDOWS} windows opened and closed: {first} -> {last}")
    assert last["megabytes"] - first["megabytes"] < 20 + GROWTH_MB * WINDOWS
    # A window is some thousand of them.
    assert last["Python's objects"] - first["Python's objects"] < 500 + 20 * WINDOWS
    QApplication.instance().setStyleSheet("")


SCALED = """
import sys
import numpy as np
from PySide6.QtCore import QPoint, Qt, QSettings
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from backprop_viz.app import create_window
from tests.forked_workers import fork_workers
QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, sys.argv[1])
fork_workers()
window = create_window(["--preset", "tutorial"])
window.resize(1280, 800)
window.show()
assert window.session.wait_idle(60)
for _ in range(3):
    window.findChild(QAction, "actionIteration").trigger()
assert window.session.wait_idle(60)
pad = window.findChild(QWidget, "drawPad")
left = Qt.MouseButton.LeftButton
QTest.mousePress(pad, left, Qt.KeyboardModifier.NoModifier, QPoint(90, 40))
for i in range(1, 11):
    QTest.mouseMove(pad, QPoint(90 - 2 * i, 40 + 12 * i))
QTest.mouseRelease(pad, left, Qt.KeyboardModifier.NoModifier, QPoint(70, 160))
assert window.session.wait_idle(60)
image = window.grab().toImage()
step = image.width() // 160
colours = {image.pixel(x, y) for x in range(0, image.width(), step)
           for y in range(0, image.height(), step)}
print(image.width(), image.height(), len(colours), pad.width(), pad.height())
print(*(float(p).hex() for p in pad.probabilities))
window.findChild(QAction, "actionTrain").trigger()
while window.session.iteration < 10:
    QTest.qWait(10)
    assert not window.grab().isNull()
window.close()
"""


@by_night
def test_every_scale_of_the_screen_paints_and_reads_the_same(tmp_path: Path) -> None:
    read, pads = set(), set()
    shared = {"env": os.environ, **sharing_server()}
    processes = {
        scale: subprocess.Popen(
            [sys.executable, "-c", SCALED, str(tmp_path / scale)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **{**shared, "env": {**shared["env"], "QT_SCALE_FACTOR": scale}},
        )
        for scale in ("1", "1.5", "2")
    }
    for scale, process in processes.items():
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        first, probabilities = out.splitlines()
        width, height, colours, *pad = map(int, first.split())
        assert (width, height) == (round(1280 * float(scale)), round(800 * float(scale)))
        assert colours > 50, "blank"
        read.add(probabilities)
        pads.add(tuple(pad))
    assert len(pads) == 1
    assert len(read) == 1
