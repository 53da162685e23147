"""What the window offers for the tutorial's network works on one that the user wrote."""

from pathlib import Path

import pytest
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog

from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import (
    AlterGradient,
    ChooseLabel,
    Evaluate,
    LoadWeights,
    RecordSaliency,
    RunNetwork,
    SaveWeights,
)
from tests.alone import losses_of_text
from tests.conftest import OpenWindow
from tests.monkey.networks import TEXTS
from tests.nightly import by_night
from tests.worker.session_helpers import STROKES, losses_after, trigger, view_state_of

NAMES = ("dense", "normed", "one layer", "sequence")
ACTIONS = (
    "actionStep",
    "actionEvent",
    "actionEventBack",
    "actionIteration",
    "actionSaliency",
    "actionTrainOnThis",
    "actionUndoTraining",
    "actionBackwardRetained",
    "actionBackwardTwice",
    "actionAccumulate",
    "actionIteration",
    "actionOutputGradient",
    "actionIteration",
    "actionOutputGradient",
    "actionComparePrevious",
    "actionConfusion",
    "actionSamples",
    "actionReset",
)


def explained(window: MainWindow) -> None:
    """The first number of each parameter's gradient, and of the output, is the sum told of it."""
    recording = view_state_of(window).cursor.recording
    asked = [e for e in recording.events if e.parameter and e.phase is Phase.BACKWARD]
    asked += [e for e in recording.events if e.phase is Phase.FORWARD][-1:]
    for event in asked:
        array = event.outputs[0]
        place = recording.events.index(event)
        told: list[object] = []
        window.session.explained.connect(told.append)
        window.number_picked.emit(Number(event.output_ids[0], (0,) * array.ndim, place, 0), None)
        assert window.session.wait_until(lambda told=told: bool(told), 60)
        window.session.explained.disconnect(told.append)
        explanation = told[0].explanation
        assert explanation.value == array[(0,) * array.ndim]
        if explanation.reason is None:  # else it is said why there is no sum
            assert abs(explanation.residual) <= 1e-5 * max(1.0, abs(explanation.value))


@by_night
@pytest.mark.parametrize("name", NAMES)
def test_tools(open_window: OpenWindow, tmp_path: Path, name: str) -> None:
    text = TEXTS[NAMES.index(name)]
    window = open_window("--preset", "digits")
    session, messages = window.session, window.messages
    session.send(RunNetwork(text))
    losses_after(window, 2)
    explained(window)
    window.panel(DrawPanel).show_strokes(STROKES)
    session.send(ChooseLabel(3))
    session.send(RecordSaliency(14, 15))
    session.send(Evaluate("validation", 40))
    session.send(SaveWeights(str(tmp_path / "own.safetensors")))
    session.send(LoadWeights(str(tmp_path / "own.safetensors")))
    assert session.wait_idle(60)
    assert messages.text() == "" or messages.kind() == "info", messages.text()
    view_state = view_state_of(window)
    assert sum(view_state.prediction.probabilities) == pytest.approx(1.0, abs=1e-5)
    losses_after(window, 1)
    node = view_state.cursor.recording.graph.nodes[0]
    session.send(AlterGradient(GradientIntervention(node.key, "scale", 2.0)))
    for action in ACTIONS:
        trigger(window, action)
        refused = action == "actionBackwardTwice"  # torch's own error is what it is for
        said = messages.text()
        assert messages.kind() == "info" or not said or refused, (action, said)
        messages.dismiss()
        for dialog in QApplication.topLevelWidgets():
            if isinstance(dialog, QDialog):
                dialog.reject()
    losses = losses_after(window, 2)
    window.findChild(QAction, "actionCopyScript").trigger()
    assert session.wait_idle(60)
    script = QGuiApplication.clipboard().text()
    assert text.strip() in script
    assert losses_of_text(script, tmp_path) == [loss.hex() for loss in losses]
