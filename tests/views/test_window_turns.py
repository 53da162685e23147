"""Which panels show a frame at once, and which wait until the user has been served."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from backprop_viz.core.records import Frame
from backprop_viz.views.window import MainWindow
from tests.conftest import OpenWindow


class Shown:
    """A panel of the window that keeps the frames it is given."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []

    def show_frame(self, frame: Frame) -> None:
        self.frames.append(frame)


@pytest.fixture
def window(open_window: OpenWindow) -> MainWindow:
    """A window in which an iteration was run."""
    window = open_window("--preset", "tutorial")
    window.session.iterate()
    assert window.session.wait_idle(30)
    return window


def test_when_training_stops_the_toolbar_says_so_before_the_panels_show_it(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel, frame = Shown(), window.session.frame
    window.panels = (*window.panels, panel)
    window.show_frame(replace(frame, training=True))
    qtbot.waitUntil(lambda: len(panel.frames) == 1)
    assert not any(label.text().startswith("paused") for label in window.findChildren(QLabel))
    stopped = replace(frame, training=False)
    window.show_frame(stopped)
    assert len(panel.frames) == 1
    assert any(label.text().startswith("paused") for label in window.findChildren(QLabel))
    qtbot.waitUntil(lambda: panel.frames[1:] == [stopped])


def test_an_iteration_to_look_at_is_in_all_panels_at_once(window: MainWindow, qtbot: QtBot) -> None:
    panel, frame = Shown(), window.session.frame
    window.panels = (*window.panels, panel)
    window.show_frame(replace(frame, training=True))
    moved = replace(frame, moment=frame.moment.recording.at(0))
    window.show_frame(moved)
    assert panel.frames[-1] is moved
