"""The names of a data set's classes are shown wherever its labels are."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox, QLabel
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.drawing.batch_mark import batch_sentences
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.panels.drawing.probabilities import ProbabilityBars
from backprop_viz.desktop.panels.samples.samples_window import SamplesWindow
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.recording.requests.drawing_training import DrawingTrainingState, Moved, Prediction
from backprop_viz.recording.requests.samples import Scores, Sheet

MakeViewState = Callable[..., ViewState]
CLOTHES = tuple(f"{name} of clothing" for name in "ABCDEFGHIJ")


@pytest.fixture(autouse=True)
def clothes(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = replace(DATA_SETS["mnist"], name="clothes", classes=CLOTHES)
    monkeypatch.setitem(DATA_SETS, "clothes", entry)


def of_clothes(make_view_state: MakeViewState) -> ViewState:
    view_state = make_view_state()
    probabilities = (0.05,) * 9 + (0.55,)
    return replace(
        view_state,
        settings=replace(view_state.settings, data="clothes"),
        prediction=Prediction(probabilities, np.zeros((32, 32), np.float32)),
        drawing_training=DrawingTrainingState(
            label=2, is_batch=True, moved=Moved(3, 2, (0.1,) * 10)
        ),
    )


def test_beside_the_pad(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    panel = DrawPanel()
    qtbot.addWidget(panel)
    panel.resize(300, 300)
    panel.show_view_state(of_clothes(make_view_state))
    bars = panel.findChild(ProbabilityBars)
    assert bars.accessibleName() == "Predicted: J of clothing, with probability 0.5500"
    assert bars.toolTip().split("\n")[9] == "J of clothing: 0.100000 → 0.550000"
    label = panel.findChild(QComboBox, "drawingLabel")
    assert [label.itemText(i) for i in (1, 10)] == ["0 A of clothing", "9 J of clothing"]
    assert label.currentText() == "2 C of clothing"
    assert panel.accessibleName() == "Draw"
    panel.grab()  # names that are wider than the room are elided
    panel.show_view_state(make_view_state())
    assert [label.itemText(i) for i in (1, 10)] == ["0", "9"]
    assert panel.accessibleName() == "Draw a digit"


def test_in_what_is_said_of_a_step(make_view_state: MakeViewState) -> None:
    said = batch_sentences(of_clothes(make_view_state))
    assert "the batch is your drawing, label C of clothing." in said
    assert "the probability of C of clothing went 10.0 % → 5.0 %." in said


def test_in_the_samples_window(qtbot: QtBot) -> None:
    window = SamplesWindow()
    qtbot.addWidget(window)
    window.show_classes(CLOTHES)
    window.show()
    labels = np.array([3, 3, 4], np.int16)
    scores = Scores(np.array([3, 5, 4], np.int16), np.array([0.1, 2.0, 0.3], np.float32))
    window.show_sheet(Sheet("validation", 1, labels, scores, 7))
    for box in (window.query_bar.label, window.query_bar.predicted):
        assert [box.itemText(i) for i in (0, 1, 10)] == ["any", CLOTHES[0], CLOTHES[9]]
    assert window.matrix.sentence((3, 5)) == (
        "Label D of clothing, predicted F of clothing: 1 of 2 samples (50.00 %)."
    )
    window.grid.setCurrentIndex(window.model.index(1, 0))
    said = window.findChild(QLabel, "sampleVerdict").text()
    assert said == "Label D of clothing, predicted F of clothing: incorrect ✗"
    window.grab()
    window.query_bar.label.setCurrentIndex(5)
    window.show_classes(DATA_SETS["strokes"].classes)
    assert window.query_bar.label.currentText() == "4"
