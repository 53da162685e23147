"""Whatever the window tells: nothing in it moves, and it keeps its size."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.drawing.batch_mark import BatchMark
from backprop_viz.desktop.panels.phases.next_step_hint import NextStepHint
from backprop_viz.desktop.window.main_window import MainWindow

LONGEST = (
    "/home/somebody/a folder with a long name/and one within it/run-of-last-night.bpviz does not "
    "hold a run that this version can continue: choose another file. "
) * 5


def laid_out(window: MainWindow) -> dict[tuple[str, int], QRect]:
    """Where each visible widget lies in the window at last, but for those of the strip itself."""
    found: dict[tuple[str, int], QRect] = {}
    while True:
        QApplication.sendPostedEvents()
        QApplication.processEvents()
        before, found = found, places(window)
        if found == before:
            return found


def places(window: MainWindow) -> dict[tuple[str, int], QRect]:
    strip = window.findChild(QWidget, "noticeStrip")
    found = {("window", 0): window.geometry(), ("strip", 0): strip.geometry()}
    for widget in window.centralWidget().findChildren(QWidget):
        if widget.isVisible() and not strip.isAncestorOf(widget) and widget is not strip:
            place = widget.mapTo(window, QPoint())
            found[(widget.objectName() or type(widget).__name__, id(widget))] = QRect(
                place, widget.size()
            )
    return found


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    return shared_window


@pytest.mark.parametrize("kind", ["info", "error"])
def test_the_longest_message_moves_nothing(window: MainWindow, kind: str) -> None:
    before = laid_out(window)
    assert before[("window", 0)].size().toTuple() == (1280, 800)
    assert len(before) > 60
    window.messages.tell(LONGEST, kind)  # type: ignore[arg-type]
    assert laid_out(window) == before
    assert window.messages.isVisible()
    window.messages.findChild(QToolButton, "showWholeMessage").click()
    assert laid_out(window) == before
    window.messages.dismiss()
    assert laid_out(window) == before


def test_progress_and_the_first_step_move_nothing(window: MainWindow) -> None:
    before = laid_out(window)
    for strip in (window.download_strip, window.reading_strip):
        strip.show_progress("Downloading t10k-images-idx3-ubyte.gz (1 of 4): 1.0 of 1.6 MB", 0.6)
    window.messages.tell(LONGEST, "error")
    assert laid_out(window) == before
    for strip in (window.download_strip, window.reading_strip):
        assert strip.isVisible()
        strip.hide()
    window.messages.dismiss()
    window.findChild(QAction, "actionStep").trigger()
    assert window.session.wait_idle(30)
    after = laid_out(window)
    panels = [key for key in before if key[0] in ("networkView", "autogradView", "timeline")]
    assert len(panels) == 3
    assert [after[key] for key in panels] == [before[key] for key in panels]


def test_what_lies_under_a_message_is_not_reached(window: MainWindow, qtbot: QtBot) -> None:
    window.messages.tell("It failed.", "error")
    assert not window.panel(BatchMark).isEnabled()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.messages.isVisible()
    assert window.panel(BatchMark).isEnabled()


def test_the_strip_says_what_comes_next(window: MainWindow) -> None:
    assert window.panel(NextStepHint).text().startswith("Press F10")
    window.findChild(QAction, "actionStep").trigger()
    assert window.session.wait_idle(30)
    assert window.panel(NextStepHint).text().startswith("Next (F10): forward computes")
    window.findChild(QAction, "actionIteration").trigger()
    assert window.session.wait_idle(30)
    assert window.panel(NextStepHint).text().startswith("Next (F10): zero_grad clears")
    window.findChild(QAction, "actionEventBack").trigger()
    assert window.panel(NextStepHint).text() == "F8 shows the next event of update, F10 its end."
