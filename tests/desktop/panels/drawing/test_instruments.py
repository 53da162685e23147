"""Eraser, widths, fingers and stylus on the canvas, and strokes that end in odd ways."""

from collections.abc import Sequence

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import (
    QPointingDevice,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.drawing.canvas import Canvas
from backprop_viz.recording.limits import PAD_SIDE
from tests.desktop.panels.drawing.canvas_helpers import (
    LEFT,
    MOVE,
    NONE,
    PRESS,
    RELEASE,
    RIGHT,
    Place,
    at,
    mouse,
    stroke,
    stylus,
)

ACROSS = [(0.2, 0.5), (0.5, 0.5), (0.8, 0.5)]


DOWN = [(0.5, 0.2), (0.5, 0.5), (0.5, 0.8)]


def write(
    canvas: Canvas,
    places: Sequence[Place],
    pressure: float = 0.5,
    pointer: QPointingDevice.PointerType = QPointingDevice.PointerType.Pen,
    button: Qt.MouseButton = LEFT,
) -> None:
    device = stylus(pointer)
    steps = [(QEvent.Type.TabletPress, places[0])]
    steps += [(QEvent.Type.TabletMove, place) for place in places[1:]]
    steps += [(QEvent.Type.TabletRelease, places[-1])]
    for kind, place in steps:
        where = at(canvas, place)
        lifted = kind == QEvent.Type.TabletRelease
        event = QTabletEvent(
            kind,
            device,
            where,
            canvas.mapToGlobal(where),
            0.0 if lifted else pressure,
            0,
            0,
            0,
            0,
            0,
            Qt.KeyboardModifier.NoModifier,
            NONE if kind == QEvent.Type.TabletMove else button,
            NONE if lifted else button,
        )
        QApplication.sendEvent(canvas, event)
        assert event.isAccepted()  # else Qt makes a mouse up for it


@pytest.fixture(scope="module")
def screen() -> QPointingDevice:
    return QTest.createTouchDevice()


def pixel(canvas: Canvas, place: Place) -> QPoint:
    return at(canvas, place).toPoint()


def test_a_finger_draws_what_a_mouse_draws_once(canvas: Canvas, screen: QPointingDevice) -> None:
    stroke(canvas, ACROSS)
    expected = canvas.image()
    canvas.clear()
    QTest.touchEvent(canvas, screen).press(0, pixel(canvas, ACROSS[0]), canvas).commit()
    QTest.touchEvent(canvas, screen).move(0, pixel(canvas, ACROSS[1]), canvas).commit()
    QTest.touchEvent(canvas, screen).move(0, pixel(canvas, ACROSS[2]), canvas).commit()
    QTest.touchEvent(canvas, screen).release(0, pixel(canvas, ACROSS[2]), canvas).commit()
    np.testing.assert_array_equal(canvas.image(), expected)
    assert len(canvas.strokes()) == 1


def test_only_the_first_finger_draws(canvas: Canvas, screen: QPointingDevice) -> None:
    QTest.touchEvent(canvas, screen).press(0, pixel(canvas, (0.2, 0.2)), canvas).commit()
    both = QTest.touchEvent(canvas, screen)
    both.stationary(0).press(1, pixel(canvas, (0.8, 0.8)), canvas).commit()
    both = QTest.touchEvent(canvas, screen)
    both.move(0, pixel(canvas, (0.4, 0.2)), canvas)
    both.move(1, pixel(canvas, (0.6, 0.8)), canvas).commit()
    mouse(canvas, PRESS, (0.2, 0.8))  # nor does the mouse meanwhile
    mouse(canvas, RELEASE, (0.2, 0.8))
    both = QTest.touchEvent(canvas, screen)
    both.release(0, pixel(canvas, (0.4, 0.2)), canvas).stationary(1).commit()
    QTest.touchEvent(canvas, screen).release(1, pixel(canvas, (0.6, 0.8)), canvas).commit()
    image = canvas.image()
    assert len(canvas.strokes()) == 1
    assert image[round(0.2 * PAD_SIDE), round(0.3 * PAD_SIDE)] == 1
    assert not image[PAD_SIDE // 2 :].any()


def test_a_touch_that_the_system_takes_over_leaves_nothing(
    canvas: Canvas, screen: QPointingDevice
) -> None:
    told: list[object] = []
    canvas.digit_drawn.connect(told.append)
    QTest.touchEvent(canvas, screen).press(0, pixel(canvas, (0.2, 0.2)), canvas).commit()
    QTest.touchEvent(canvas, screen).move(0, pixel(canvas, (0.6, 0.2)), canvas).commit()
    assert canvas.image().any()
    QApplication.sendEvent(canvas, QTouchEvent(QEvent.Type.TouchCancel, screen))
    assert canvas.empty
    assert told[-1] is None
    assert not canvas.can_undo
    QTest.touchEvent(canvas, screen).release(0, pixel(canvas, (0.6, 0.2)), canvas).commit()
    assert canvas.empty


@pytest.mark.parametrize("how", ["tool", "right button", "stylus turned", "stylus button"])
def test_every_eraser_rubs_out_and_can_be_undone(canvas: Canvas, how: str) -> None:
    stroke(canvas, ACROSS)
    drawn = canvas.image()
    if how == "tool":
        canvas.set_erasing(True)
        stroke(canvas, DOWN)
        canvas.set_erasing(False)
    elif how == "right button":
        stroke(canvas, DOWN, RIGHT)
    elif how == "stylus turned":
        write(canvas, DOWN, pointer=QPointingDevice.PointerType.Eraser)
    else:
        write(canvas, DOWN, button=RIGHT)
    rubbed = canvas.image()
    middle = PAD_SIDE // 2
    assert drawn[middle, middle] == 1
    assert rubbed[middle, middle] == 0
    for x in (0.25, 0.75):  # the rest stays
        column = round(x * PAD_SIDE)
        np.testing.assert_array_equal(rubbed[:, column], drawn[:, column])
    canvas.undo()
    np.testing.assert_array_equal(canvas.image(), drawn)
    canvas.redo()
    np.testing.assert_array_equal(canvas.image(), rubbed)
    stroke(canvas, DOWN)  # the next one draws
    assert canvas.image()[middle, middle] == 1


def test_undo_and_redo_go_through_all_tools_in_their_order(canvas: Canvas) -> None:
    seen = [canvas.image()]
    for do in (
        lambda: stroke(canvas, ACROSS),
        lambda: write(canvas, DOWN, pressure=0.9),
        lambda: stroke(canvas, [(0.3, 0.3), (0.7, 0.7)], RIGHT),
        lambda: canvas.set_size_of_pen(2) or stroke(canvas, [(0.1, 0.1)]),
        canvas.clear,
        lambda: stroke(canvas, DOWN),
    ):
        do()
        seen.append(canvas.image())
    assert len({image.tobytes() for image in seen[1:]}) == len(seen) - 1
    for image in reversed(seen[:-1]):
        canvas.undo()
        np.testing.assert_array_equal(canvas.image(), image)
    assert not canvas.can_undo
    for image in seen[1:]:
        canvas.redo()
        np.testing.assert_array_equal(canvas.image(), image)
    assert not canvas.can_redo


def test_what_is_rubbed_out_wholly_is_no_drawing(canvas: Canvas) -> None:
    stroke(canvas, [(0.5, 0.5), (0.52, 0.5)])
    told: list[object] = []
    canvas.digit_drawn.connect(told.append)
    canvas.set_size_of_pen(2)
    stroke(canvas, [(0.4, 0.5), (0.6, 0.5)], RIGHT)
    assert canvas.empty
    assert told[-1] is None
    canvas.undo()
    assert not canvas.empty
    assert told[-1] is not None


def test_rubbing_where_nothing_is_leaves_nothing_to_undo(canvas: Canvas) -> None:
    stroke(canvas, ACROSS, RIGHT)
    assert canvas.empty
    assert not canvas.can_undo


def test_two_quick_clicks_are_two_dots(canvas: Canvas) -> None:
    stroke(canvas, [(0.3, 0.5)])
    mouse(canvas, QEvent.Type.MouseButtonDblClick, (0.7, 0.5))
    mouse(canvas, RELEASE, (0.7, 0.5))
    assert len(canvas.strokes()) == 2
    assert canvas.image()[PAD_SIDE // 2, round(0.7 * PAD_SIDE)] == 1


def test_a_stroke_may_leave_the_canvas_and_come_back(canvas: Canvas) -> None:
    stroke(canvas, [(0.5, 0.5), (1.4, 0.5), (1.4, -0.3), (0.5, -0.3), (0.5, 0.2)])
    image = canvas.image()
    assert image[PAD_SIDE // 2, round(0.9 * PAD_SIDE)] == 1
    assert image[round(0.15 * PAD_SIDE), PAD_SIDE // 2] == 1
    assert len(canvas.strokes()) == 1


def test_resizing_in_the_middle_of_a_stroke_keeps_it(canvas: Canvas) -> None:
    stroke(canvas, ACROSS)
    expected = canvas.image()
    canvas.clear()
    mouse(canvas, PRESS, ACROSS[0])
    mouse(canvas, MOVE, ACROSS[1])
    before = canvas.image()
    canvas.resize(420, 420)
    np.testing.assert_array_equal(canvas.image(), before)
    mouse(canvas, MOVE, ACROSS[2])
    mouse(canvas, RELEASE, ACROSS[2])
    np.testing.assert_array_equal(canvas.image(), expected)
    assert canvas.grab().toImage().pixelColor(210, 210).red() == 255


def test_a_release_that_went_elsewhere_ends_the_stroke(canvas: Canvas) -> None:
    mouse(canvas, PRESS, (0.2, 0.2))
    mouse(canvas, MOVE, (0.4, 0.2))
    mouse(canvas, MOVE, (0.9, 0.9), NONE)
    assert len(canvas.strokes()) == 1
    assert not canvas.image()[PAD_SIDE // 2 :].any()


def test_a_hidden_canvas_ends_its_stroke_and_clear_drops_an_unfinished_one(canvas: Canvas) -> None:
    mouse(canvas, PRESS, (0.2, 0.2))
    canvas.hide()
    assert len(canvas.strokes()) == 1
    canvas.show()
    mouse(canvas, PRESS, (0.2, 0.8))
    canvas.clear()
    mouse(canvas, MOVE, (0.8, 0.8))
    mouse(canvas, RELEASE, (0.8, 0.8))
    assert canvas.empty


def test_in_mid_stroke_the_net_is_told_what_is_seen(canvas: Canvas, qtbot: QtBot) -> None:
    told: list[np.ndarray] = []
    canvas.digit_drawn.connect(told.append)
    mouse(canvas, PRESS, (0.2, 0.5))
    mouse(canvas, MOVE, (0.8, 0.5))
    qtbot.waitUntil(lambda: len(told) >= 2)
    assert told[-1][PAD_SIDE // 2, round(0.8 * PAD_SIDE)] == 1
    mouse(canvas, RELEASE, (0.8, 0.5))
