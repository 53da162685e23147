from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QAction, QInputDevice, QMouseEvent, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.drawing.canvas import Canvas
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel, place_pad
from backprop_viz.desktop.panels.drawing.probabilities import percent
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.requests.drawing_training import Prediction

MakeViewState = Callable[..., ViewState]
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
STYLUS = QPointingDevice(
    "pen",
    1,
    QInputDevice.DeviceType.Stylus,
    QPointingDevice.PointerType.Pen,
    QInputDevice.Capability.Pressure,
    1,
    1,
)
DIAGONAL = [(0.2, 0.2), (0.4, 0.45), (0.6, 0.55), (0.8, 0.8)]


@pytest.fixture
def panel(qtbot: QtBot) -> DrawPanel:
    panel = DrawPanel()
    qtbot.addWidget(panel)
    panel.resize(330, 322)
    panel.show()
    return panel


def mouse(canvas: Canvas, kind: QEvent.Type, at: tuple[float, float]) -> None:
    place = QPointF(at[0] * canvas.width(), at[1] * canvas.height())
    button = NONE if kind == QEvent.Type.MouseMove else LEFT
    held = NONE if kind == QEvent.Type.MouseButtonRelease else LEFT
    where = canvas.mapToGlobal(place)
    event = QMouseEvent(kind, place, where, button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, event)


def draw(canvas: Canvas, points: Sequence[tuple[float, float]]) -> None:
    mouse(canvas, QEvent.Type.MouseButtonPress, points[0])
    for point in points[1:]:
        mouse(canvas, QEvent.Type.MouseMove, point)
    mouse(canvas, QEvent.Type.MouseButtonRelease, points[-1])


def pen(canvas: Canvas, kind: QEvent.Type, at: tuple[float, float], pressure: float) -> None:
    place = QPointF(at[0] * canvas.width(), at[1] * canvas.height())
    lifted = kind == QEvent.Type.TabletRelease
    event = QTabletEvent(
        kind,
        STYLUS,
        place,
        canvas.mapToGlobal(place),
        pressure,
        0,
        0,
        0,
        0,
        0,
        Qt.KeyboardModifier.NoModifier,
        NONE if kind == QEvent.Type.TabletMove else LEFT,
        NONE if lifted else LEFT,
    )
    QApplication.sendEvent(canvas, event)


def test_a_stroke_arrives_as_light_ink_on_dark_where_it_was_drawn(panel: DrawPanel) -> None:
    images: list[np.ndarray] = []
    panel.digit_drawn.connect(images.append)
    draw(panel.canvas, DIAGONAL)
    image = images[-1]
    assert image.shape == (280, 280)
    assert image.dtype == np.float32
    for x, y in [DIAGONAL[0], DIAGONAL[-1]]:
        assert image[round(y * 280), round(x * 280)] == 1
    assert image[20, 260] == 0
    assert image.min() == 0
    assert image.max() == 1
    panel.clear()
    draw(panel.canvas, [(0.2, 0.5), (0.8, 0.5)])
    assert panel.canvas.image()[:, 140].sum() == pytest.approx(280 / 13, rel=0.05)


def test_a_stroke_is_smooth_through_a_corner_and_a_click_is_a_dot(panel: DrawPanel) -> None:
    draw(panel.canvas, [(0.2, 0.8), (0.5, 0.2), (0.8, 0.8)])
    corner = panel.canvas.image()
    assert corner[round(0.2 * 280) - 5, 140] == 0  # the curve cuts the corner
    panel.clear()
    draw(panel.canvas, [(0.5, 0.5)])
    dot = panel.canvas.image()
    assert np.pi * (280 / 26) ** 2 == pytest.approx(dot.sum(), rel=0.05)


def test_what_is_painted_while_drawing_is_what_is_painted_anew(panel: DrawPanel) -> None:
    draw(panel.canvas, DIAGONAL)
    draw(panel.canvas, [(0.8, 0.2), (0.5, 0.4), (0.2, 0.9)])
    drawn = panel.canvas.image()
    assert drawn.any()
    panel.resize(500, 520)
    assert panel.canvas.width() > 250
    np.testing.assert_array_equal(panel.canvas.image(), drawn)


def test_the_drawing_is_told_at_most_30_times_a_second_and_at_the_end(
    panel: DrawPanel, qtbot: QtBot
) -> None:
    images: list[np.ndarray] = []
    panel.digit_drawn.connect(images.append)
    mouse(panel.canvas, QEvent.Type.MouseButtonPress, (0.1, 0.5))
    for i in range(1, 40):
        mouse(panel.canvas, QEvent.Type.MouseMove, (0.1 + 0.02 * i, 0.5))
    assert len(images) < 10
    qtbot.waitUntil(lambda: len(images) >= 2)  # what came meanwhile is not lost
    mouse(panel.canvas, QEvent.Type.MouseMove, (0.9, 0.9))
    mouse(panel.canvas, QEvent.Type.MouseButtonRelease, (0.9, 0.9))
    assert images[-1][252, 252] == 1
    images[-1][:] = 0  # each is a copy
    assert panel.canvas.image().any()


def test_clear_tells_none_and_takes_the_answer_away(
    panel: DrawPanel, make_view_state: MakeViewState
) -> None:
    images: list[object] = []
    draw(panel.canvas, DIAGONAL)
    panel.show_view_state(make_view_state(phases=0))
    assert panel.prediction is not None
    panel.digit_drawn.connect(images.append)
    panel.clear()
    assert images == [None]
    assert panel.prediction is None
    assert panel.probabilities is None
    assert panel.canvas.empty
    assert not panel.canvas.image().any()


def test_undo_and_redo_go_stroke_by_stroke_and_over_a_clearing(panel: DrawPanel) -> None:
    changes: list[None] = []
    panel.changed.connect(lambda: changes.append(None))
    draw(panel.canvas, DIAGONAL)
    first = panel.canvas.image()
    draw(panel.canvas, [(0.8, 0.2), (0.2, 0.8)])
    both = panel.canvas.image()
    panel.clear()
    panel.undo()
    np.testing.assert_array_equal(panel.canvas.image(), both)
    panel.undo()
    np.testing.assert_array_equal(panel.canvas.image(), first)
    panel.redo()
    np.testing.assert_array_equal(panel.canvas.image(), both)
    panel.undo()
    panel.undo()
    assert panel.canvas.empty
    assert not panel.can_undo
    assert len(changes) == 8
    draw(panel.canvas, DIAGONAL)
    assert not panel.can_redo


def test_the_last_undo_tells_none(panel: DrawPanel) -> None:
    draw(panel.canvas, DIAGONAL)
    images: list[object] = []
    panel.digit_drawn.connect(images.append)
    panel.undo()
    assert images == [None]


def test_keys_of_the_canvas(panel: DrawPanel, qtbot: QtBot) -> None:
    canvas = panel.canvas
    assert canvas.focusPolicy() & Qt.FocusPolicy.TabFocus
    draw(canvas, DIAGONAL)
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert canvas.empty
    redo = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(canvas, Qt.Key.Key_Z, redo)
    assert not canvas.empty
    qtbot.keyClick(canvas, Qt.Key.Key_Delete)
    assert canvas.empty


def test_a_stylus_that_presses_harder_writes_wider(panel: DrawPanel) -> None:
    ink = []
    for pressure in (0.1, 1.0):
        pen(panel.canvas, QEvent.Type.TabletPress, (0.2, 0.5), pressure)
        pen(panel.canvas, QEvent.Type.TabletMove, (0.8, 0.5), pressure)
        pen(panel.canvas, QEvent.Type.TabletRelease, (0.8, 0.5), 0.0)
        ink.append((panel.canvas.image()[:, 140] > 0.5).sum())
        panel.clear()
    assert 280 / 26 < ink[0] < ink[1] < 280 / 9


def test_the_answer_is_the_net_s_own(panel: DrawPanel, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(phases=1)
    assert view_state.prediction is not None
    panel.show_view_state(view_state)
    expected = list(view_state.prediction.probabilities)
    for owner in (panel, panel.canvas):
        assert owner.probabilities == expected
        assert owner.prediction == int(np.argmax(expected))
    panel.show_view_state(replace(view_state, prediction=None))
    for owner in (panel, panel.canvas):
        assert owner.probabilities is None
        assert owner.prediction is None


def test_an_answer_that_is_no_number_is_shown_but_is_no_prediction(
    panel: DrawPanel, make_view_state: MakeViewState
) -> None:
    nan = Prediction((float("nan"),) * 10, np.full((32, 32), np.nan, np.float32))
    panel.show_view_state(replace(make_view_state(phases=0), prediction=nan))
    assert panel.prediction is None
    assert panel.probabilities is not None
    assert np.isnan(panel.probabilities).all()
    panel.grab()


def test_what_the_net_sees_is_drawn_pixel_by_pixel(
    panel: DrawPanel, make_view_state: MakeViewState
) -> None:
    seen = np.zeros((32, 32), np.float32)
    seen[3, 5] = 1
    seen[20, 30] = 0.5
    panel.show_view_state(
        replace(make_view_state(phases=0), prediction=Prediction((0.1,) * 10, seen))
    )
    widget = panel.findChild(object, "seenByTheNet")
    picture = widget.grab().toImage()
    size = (picture.height() - 18) // 32
    assert size >= 1

    def gray(row: int, column: int) -> int:
        x, y = int((column + 0.5) * size), 18 + int((row + 0.5) * size)
        return picture.pixelColor(x, y).red()

    assert gray(3, 5) == 255
    assert gray(20, 30) in (127, 128)
    assert gray(3, 6) == gray(4, 5) == 0


def test_the_clear_button_triggers_the_action_it_was_given(panel: DrawPanel, qtbot: QtBot) -> None:
    names = ("actionEraser", "actionThinner", "actionThicker", "actionClearDrawing")
    actions = {name: QAction(name, panel) for name in names}
    action = actions["actionClearDrawing"]
    action.setText("Clear")
    action.setShortcut(Qt.Key.Key_Delete)
    panel.set_actions(actions)
    button = panel.findChild(QToolButton, "clearDrawing")
    assert button.text() == "Clear"
    with qtbot.waitSignal(action.triggered):
        qtbot.mouseClick(button, LEFT)


@pytest.mark.parametrize("probability", [0.9999, 0.995, 1.0, 0.912, 0.004, 0.0, float("nan")])
def test_percents_do_not_lie(probability: float) -> None:
    shown = percent(probability)
    assert (shown == "100%") == (probability == 1.0)
    if shown == "":
        assert probability < 0.005


@pytest.mark.parametrize("size", [(200, 150), (306, 270), (530, 480), (1200, 300), (150, 900)])
def test_the_canvas_is_square_and_nothing_overlaps(size: tuple[int, int]) -> None:
    canvas, bars, seen = place_pad(*size)
    assert canvas.width() == canvas.height() > 30
    assert not canvas.intersects(bars)
    assert not canvas.intersects(seen)
    assert not bars.intersects(seen)
    assert (seen.height() - 18) % 32 == 0  # whole pixels


def test_themes_and_hint(panel: DrawPanel) -> None:
    pictures = []
    for theme in (DARK, LIGHT):
        panel.set_theme(theme)
        pictures.append(panel.canvas.grab().toImage())
    middle = [picture.pixelColor(20, 20).name() for picture in pictures]
    assert middle == ["#000000", "#000000"]
    draw(panel.canvas, [(0.1, 0.1), (0.2, 0.1)])
    row = range(40, panel.canvas.width() - 10)
    y = panel.canvas.height() // 2 - 5

    def lit(picture) -> bool:  # type: ignore[no-untyped-def]
        return any(picture.pixelColor(x, y + d).red() > 60 for x in row for d in range(10))

    assert lit(pictures[1])  # the hint
    assert not lit(panel.canvas.grab().toImage())  # gone


def test_a_drawing_that_is_no_digit_is_told_in_words_and_moves_nothing(
    panel: DrawPanel, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(phases=0)
    label = panel.findChild(QLabel, "noDigit")
    assert label is not None
    canvas, bars = panel.canvas, panel.findChild(QWidget, "probabilityBars")
    before = (panel.size(), canvas.geometry(), bars.geometry(), label.geometry())
    for looks, words in ((False, "Does not look like a digit"), (True, ""), (None, "")):
        prediction = replace(view_state.prediction, looks_like_a_digit=looks)
        panel.show_view_state(replace(view_state, prediction=prediction))
        assert label.text() == words
        assert label.isVisible() == bool(words)
        assert panel.probabilities == list(view_state.prediction.probabilities)
        QApplication.processEvents()
        assert (panel.size(), canvas.geometry(), bars.geometry(), label.geometry()) == before
    assert "another network" in label.toolTip()
    panel.show_view_state(view_state)
    assert label.isHidden()


@pytest.mark.parametrize("size", [(330, 322), (240, 240), (300, 420), (520, 400)])
def test_the_words_about_no_digit_have_room(
    panel: DrawPanel, make_view_state: MakeViewState, size: tuple[int, int]
) -> None:
    panel.resize(*size)
    view_state = make_view_state(phases=0)
    prediction = replace(view_state.prediction, looks_like_a_digit=False)
    panel.show_view_state(replace(view_state, prediction=prediction))
    QApplication.processEvents()
    label = panel.findChild(QLabel, "noDigit")
    assert label.heightForWidth(label.width()) <= label.height()
    bars = panel.findChild(QWidget, "probabilityBars")
    assert not label.geometry().intersects(bars.geometry())
