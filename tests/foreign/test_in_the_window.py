"""Every panel shows a step of any model: nothing raises, wherever the cursor is."""

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.selection import select
from backprop_viz.desktop.window.main_window import MainWindow
from tests.foreign.conftest import recording_of, state_at
from tests.foreign.steps import STEPS
from tests.nightly import NIGHTLY, by_day_every


@pytest.mark.parametrize("name", by_day_every(5, list(STEPS)))
def test_a_step_is_shown_in_every_panel(qtbot: QtBot, one_window: MainWindow, name: str) -> None:
    recording = recording_of(name)
    ends = {0, *(span.stop for span in recording.spans)}
    for position in sorted(ends | {position - 1 for position in ends if position}):
        one_window.show_view_state(state_at(recording, position))
        QCoreApplication.processEvents()
        assert not one_window.grab().isNull()  # pytest-qt fails the test if a paintEvent raised


@pytest.mark.parametrize("name", by_day_every(5, list(STEPS)[1:] + list(STEPS)[:1]))
def test_anything_of_it_can_be_selected(qtbot: QtBot, one_window: MainWindow, name: str) -> None:
    recording = recording_of(name)
    one_window.show_view_state(state_at(recording))
    things = [("parameter", parameter.name) for parameter in recording.parameters]
    things += [("layer", layer.name) for layer in recording.layers.layers]
    things += [("node", node.key) for node in recording.graph.nodes[: 40 if NIGHTLY else 10]]
    for kind, key in things:
        one_window.select(select(recording, kind, key))
        QCoreApplication.processEvents()


def test_a_smaller_model_can_follow_a_larger_one(qtbot: QtBot, one_window: MainWindow) -> None:
    for name in ("gpt", "regression", "gan", "resnet", "two_inputs", "gpt"):
        recording = recording_of(name)
        for position in (int(0.6 * len(recording.events)), len(recording.events)):
            one_window.show_view_state(state_at(recording, position))
            QCoreApplication.processEvents()
