"""Which panels show a frame at once, and which wait until the user has been served."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.main_window import MainWindow
from backprop_viz.desktop.view_state import Frame
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


def test_while_training_runs_the_panels_take_turns_and_when_it_stops_all_show_it_at_once(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel, frame = Shown(), window.session.frame
    window.panels = (*window.panels, panel)
    training, stopped = replace(frame, training=True), replace(frame, training=False)
    window.show_frame(training)
    assert panel.frames == []
    qtbot.waitUntil(lambda: panel.frames == [training])
    window.show_frame(stopped)
    assert panel.frames == [training, stopped]
    assert any(label.text().startswith("paused") for label in window.findChildren(QLabel))


def test_an_iteration_to_look_at_is_in_all_panels_at_once(window: MainWindow, qtbot: QtBot) -> None:
    panel, frame = Shown(), window.session.frame
    window.panels = (*window.panels, panel)
    window.show_frame(replace(frame, training=True))
    moved = replace(frame, moment=frame.moment.recording.at(0))
    window.show_frame(moved)
    assert panel.frames[-1] is moved
