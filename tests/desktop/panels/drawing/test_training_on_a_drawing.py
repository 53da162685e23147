"""The training row, the strip about the batch, and the saliency pictures."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QToolButton
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.panels.drawing.batch_mark import BatchMark, batch_sentences
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.panels.drawing.probabilities import ProbabilityBars
from backprop_viz.desktop.panels.drawing.saliency_dialog import SaliencyDialog
from backprop_viz.desktop.panels.drawing.saliency_pictures import edges, tiling
from backprop_viz.desktop.panels.program.program_view import lines_of
from backprop_viz.desktop.style.images import signed_pixels
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.requests.drawing_training import DrawingTrainingState, Moved, Prediction
from tests.recording.records import changed_recording

MakeViewState = Callable[..., ViewState]
UNIFORM = (0.1,) * 10


def moved_view_state(
    make_view_state: MakeViewState, before: float, after: float, **more: object
) -> ViewState:
    rest = tuple((1 - after) / 9 if i != 7 else after for i in range(10))
    was = tuple((1 - before) / 9 if i != 7 else before for i in range(10))
    drawing_training = DrawingTrainingState(label=7, moved=Moved(1234, 7, was), **more)  # type: ignore[arg-type]
    prediction = Prediction(rest, np.zeros((32, 32), np.float32))
    return replace(make_view_state(), prediction=prediction, drawing_training=drawing_training)


def test_digits_on_the_pad_choose_the_label_and_again_none(qtbot: QtBot) -> None:
    panel = DrawPanel()
    qtbot.addWidget(panel)
    panel.show()
    chosen: list[object] = []
    panel.training_row.label_chosen.connect(chosen.append)
    qtbot.keyClick(panel.canvas, Qt.Key.Key_7)
    qtbot.keyClick(panel.canvas, Qt.Key.Key_0)
    qtbot.keyClick(panel.canvas, Qt.Key.Key_0)
    assert chosen == [7, 0, None]
    box = panel.findChild(QComboBox, "drawingLabel")
    box.setCurrentIndex(box.findData(4))
    assert chosen[-1] == 4
    qtbot.keyClick(panel.canvas, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    assert len(chosen) == 4


def test_a_view_state_s_label_is_shown_and_told_to_nobody(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    panel = DrawPanel()
    qtbot.addWidget(panel)
    told: list[object] = []
    panel.training_row.label_chosen.connect(told.append)
    box = panel.findChild(QComboBox, "drawingLabel")
    view_state = make_view_state()
    for label in (3, None, 9):
        panel.show_view_state(
            replace(view_state, drawing_training=DrawingTrainingState(label=label))
        )
        assert box.currentData() == label
    assert not told


def test_the_strip_says_what_the_batch_is(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    mark = BatchMark()
    qtbot.addWidget(mark)
    view_state = make_view_state(iterations=2, phases=2)
    mark.show_view_state(view_state)
    assert mark.isHidden()
    back = mark.findChild(QToolButton, "backToData")
    mark.show_view_state(
        replace(view_state, drawing_training=DrawingTrainingState(label=7, is_batch=True))
    )
    assert not mark.isHidden()
    assert mark.text() == "The batch is your drawing, label 7."
    assert not back.isHidden()
    mark.show_view_state(
        replace(
            view_state, drawing_training=DrawingTrainingState(label=7, is_batch=True, waits=True)
        )
    )
    assert mark.text() == (
        "Iteration 3 keeps the batch that it began with: from iteration 4 on the batch is your "
        "drawing, label 7."
    )
    with qtbot.waitSignal(mark.data_wanted):
        qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    mark.show_view_state(moved_view_state(make_view_state, 0.1234, 0.551))
    assert "1,234" in mark.text()
    assert "12.3 % → 55.1 %" in mark.text()
    assert back.isHidden()


def test_the_strip_says_which_iteration_is_the_first_on_the_drawing(
    make_view_state: MakeViewState,
) -> None:
    shown = make_view_state(iterations=2)  # the end of the third
    drawn = DrawingTrainingState(label=7, is_batch=True)
    said = batch_sentences(replace(shown, drawing_training=drawn))
    assert said == "From iteration 4 on the batch is your drawing, label 7."
    recording = changed_recording(shown.cursor.recording, given_batch=True)
    of_drawing = replace(shown, cursor=recording.at(len(recording.events)), drawing_training=drawn)
    assert batch_sentences(of_drawing) == "The batch is your drawing, label 7."
    # Within an iteration on it, the data are chosen again.
    under_way = replace(of_drawing, iteration=2, drawing_training=DrawingTrainingState(label=7))
    assert batch_sentences(under_way) == (
        "Iteration 3 keeps your drawing as its batch; the next one takes its batch from the data."
    )
    assert not batch_sentences(replace(under_way, iteration=3))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (0.0, 1.0, "0.0 % → 100.0 %"),
        (0.0001, 0.99999, "< 0.1 % → > 99.9 %"),
        (0.5, float("nan"), "50.0 % → nan"),
    ],
)
def test_the_movement_never_lies(
    make_view_state: MakeViewState, before: float, after: float, expected: str
) -> None:
    assert expected in batch_sentences(moved_view_state(make_view_state, before, after))


def test_bars_mark_where_they_were(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    bars = ProbabilityBars()
    qtbot.addWidget(bars)
    bars.resize(160, 200)
    view_state = moved_view_state(make_view_state, 0.2, 0.8)
    assert view_state.prediction is not None
    bars.show_probabilities(view_state.prediction.probabilities, 7)
    plain = bars.grab().toImage()
    bars.show_drawing_training(view_state.drawing_training)
    marked = bars.grab().toImage()
    rows = range(141, 160)  # the row of the 7
    colors = {marked.pixelColor(x, y).name() for x in range(160) for y in rows}
    assert DARK.update in colors
    assert plain != marked
    assert "7: 0.200000 → 0.800000" in bars.toolTip()
    bars.show_drawing_training(DrawingTrainingState())
    assert bars.grab().toImage() == plain


def test_the_program_names_the_drawing_in_place_of_the_loader(
    make_view_state: MakeViewState,
) -> None:
    view_state = make_view_state()
    assert lines_of(view_state)[0].text == "for x, y in loader:"
    recorded = view_state.cursor.recording
    labels = recorded.tensors.add(np.array([7]))
    recording = changed_recording(recorded, given_batch=True, labels_id=labels)
    on_drawing = replace(view_state, cursor=recording.at(3))
    assert lines_of(on_drawing)[0].text == "for x, y in [(image, 7)]:"
    assert lines_of(on_drawing)[1:] == lines_of(view_state)[1:]


def test_the_saliency_window_asks_only_while_it_is_seen(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    dialog = SaliencyDialog()
    qtbot.addWidget(dialog)
    wanted: list[bool] = []
    dialog.wanted.connect(wanted.append)
    dialog.show()
    assert wanted == [True]
    image = np.zeros((100, 100), np.float32)
    image[10:90, 45:60] = 1
    found = bv.Trainer("random", "mse").saliency(image, 3)
    dialog.show_view_state(
        replace(make_view_state(), drawing_training=DrawingTrainingState(saliency=found))
    )
    limit = float(np.abs(found.gradient).max())
    assert dialog.picture.limit == pytest.approx(limit)
    for theme in (DARK, LIGHT):
        dialog.set_theme(theme)
        picture = dialog.picture.grab().toImage()
        unit = min(picture.width(), picture.height()) // 32
        left, top = (picture.width() - 32 * unit) // 2, (picture.height() - 32 * unit) // 2
        expected = signed_pixels(found.gradient, limit, theme)
        inside = [(r, c) for r in (3, 12, 20) for c in (4, 10, 24)]  # middles: off the ink's edge
        for r, c in inside:
            at = left + c * unit + unit // 2, top + r * unit + unit // 2
            assert picture.pixelColor(*at).rgba() == int(expected[r, c])
    dialog.close()
    assert wanted == [True, False]
    assert dialog.picture.limit == 0


def test_edges_run_around_the_ink() -> None:
    ink = np.zeros((32, 32), bool)
    ink[4, 5] = True
    lines = {(e.x1(), e.y1(), e.x2(), e.y2()) for e in edges(ink)}
    assert lines == {(5, 4, 5, 5), (6, 4, 6, 5), (5, 4, 6, 4), (5, 5, 6, 5)}
    full = edges(np.ones((32, 32), bool))
    assert len(full) == 4 * 32  # ink at the border has an edge too


@pytest.mark.parametrize("count", [1, 6, 16])
def test_tiles_fit_their_room(count: int) -> None:
    for width, height in ((200.0, 150.0), (300.0, 60.0), (20.0, 300.0)):
        columns, side = tiling(count, width, height)
        rows = -(-count // columns)
        assert columns * side + (columns - 1) * 3 <= width or side == 1
        assert rows * side + (rows - 1) * 3 <= height or side == 1
