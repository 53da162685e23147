"""Which panels show a view state at once, and which take turns during training."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.window.main_window import MainWindow


class Shown:
    """A panel that keeps the view states it is given."""

    def __init__(self) -> None:
        self.view_states: list[ViewState] = []

    def show_view_state(self, view_state: ViewState) -> None:
        self.view_states.append(view_state)


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    """A window in which an iteration was run."""
    window = shared_window
    window.session.iterate()
    assert window.session.wait_idle(30)
    return window


def test_while_training_runs_the_panels_take_turns_and_when_it_stops_all_show_it_at_once(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel, view_state = Shown(), window.session.view_state
    window.panels = (*window.panels, panel)
    training, stopped = replace(view_state, training=True), replace(view_state, training=False)
    window.show_view_state(training)
    assert panel.view_states == []
    qtbot.waitUntil(lambda: panel.view_states == [training])
    window.show_view_state(stopped)
    assert panel.view_states == [training, stopped]
    assert any(label.text().startswith("paused") for label in window.findChildren(QLabel))


def test_an_iteration_to_look_at_is_in_all_panels_at_once(window: MainWindow, qtbot: QtBot) -> None:
    panel, view_state = Shown(), window.session.view_state
    window.panels = (*window.panels, panel)
    window.show_view_state(replace(view_state, training=True))
    moved = replace(view_state, cursor=view_state.cursor.recording.at(0))
    window.show_view_state(moved)
    assert panel.view_states[-1] is moved
