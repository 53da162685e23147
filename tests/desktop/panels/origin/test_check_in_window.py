"""The check in the real window: a weight with a kink inside the interval, and without one."""

from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.number import Number
from tests.conftest import OpenWindow


def test_a_weight_with_and_without_a_kink_inside_the_interval(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    window = open_window("--data", "strokes")
    seen: list[ViewState] = []
    window.session.view_state_ready.connect(seen.append)
    window.session.iterate()
    assert window.session.wait_idle(60)
    recording = seen[-1].cursor.recording
    bias = recording.by_parameter["conv1.bias"].value_id
    window.number_picked.emit(Number(bias, (0,)))
    section = window.panel(OriginView).check
    said = []
    for step in (1e-7, 1e-2):
        section.step.setValue(step)
        section.run()
        qtbot.waitUntil(lambda: not section.running, timeout=60_000)
        said.append(section.sentence.text())
        assert section.verdict.text().startswith("✓")
    assert "No unit switches" in said[0]
    assert "more units" in said[1]
