"""What strokes look like: their width, their corners, what is painted again."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import (
    QAction,
    QPointingDevice,
    QTabletEvent,
)
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.drawing.canvas import Canvas
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.panels.drawing.strokes import ERASER, WIDTHS, pieces
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.recording.limits import PAD_SIDE
from tests.desktop.panels.drawing.canvas_helpers import (
    LEFT,
    MOVE,
    PRESS,
    RELEASE,
    RIGHT,
    at,
    mouse,
    stroke,
    stylus,
)


def test_three_widths_and_an_eraser_wider_than_each(canvas: Canvas) -> None:
    for size, width in enumerate(WIDTHS):
        canvas.set_size_of_pen(size)
        stroke(canvas, [(0.1, 0.5), (0.9, 0.5)])
        assert canvas.image()[:, PAD_SIDE // 2].sum() == pytest.approx(width, rel=0.05)
        stroke(canvas, [(0.1, 0.5), (0.9, 0.5)], RIGHT)
        assert canvas.empty
        canvas.clear()
    canvas.set_size_of_pen(99)
    assert canvas.size_of_pen == len(WIDTHS) - 1
    canvas.set_size_of_pen(-1)
    assert canvas.size_of_pen == 0


def test_pressure_changes_the_width_by_degrees(canvas: Canvas) -> None:
    device = stylus(QPointingDevice.PointerType.Pen)
    for i in range(11):
        where = at(canvas, (0.1 + 0.08 * i, 0.5))
        kind = QEvent.Type.TabletMove if i else QEvent.Type.TabletPress
        pressure = 0.05 if i < 5 else 1.0
        event = QTabletEvent(
            kind, device, where, canvas.mapToGlobal(where), pressure, 0, 0, 0, 0, 0,
            Qt.KeyboardModifier.NoModifier, LEFT, LEFT,
        )  # fmt: skip
        QApplication.sendEvent(canvas, event)
    widths = canvas.image().sum(axis=0)[40:230]
    assert widths.max() > 1.5 * widths.min()
    assert np.abs(np.diff(widths)).max() < 0.2 * (widths.max() - widths.min()) + 1


def test_a_fast_stroke_has_no_corners(canvas: Canvas) -> None:
    """Few points far apart: each curve goes on where, and in the direction, the last one ended."""
    angles = np.linspace(0, 2 * np.pi, 9)
    stroke(canvas, [(0.5 + 0.35 * np.cos(a), 0.5 + 0.35 * np.sin(a)) for a in angles])
    curves = list(pieces(canvas.strokes()[0]))[1:]  # the first is the dot
    assert len(curves) == 9
    for one, next_ in pairwise(curves):
        assert one.end == next_.start
        out = np.subtract(one.end, one.control)
        into = np.subtract(next_.control, next_.start)
        turn = np.cross(np.append(out, 0), np.append(into, 0))[2]
        assert abs(turn) < 1e-6 * np.linalg.norm(out) * np.linalg.norm(into)
        assert out @ into > 0


def test_a_tiny_dot_is_ink(canvas: Canvas) -> None:
    canvas.set_size_of_pen(0)
    stroke(canvas, [(0.5, 0.5)])
    assert canvas.image().sum() == pytest.approx(np.pi * (WIDTHS[0] / 2) ** 2, rel=0.1)


def test_only_what_a_point_touches_is_painted_again(canvas: Canvas) -> None:
    stroke(canvas, [(0.2, 0.2)])
    canvas.grab()
    QApplication.processEvents()
    painted: list[float] = []
    paint = canvas.paintEvent

    def watch(event) -> None:  # type: ignore[no-untyped-def]
        box = event.region().boundingRect()
        painted.append(box.width() * box.height())
        paint(event)

    canvas.paintEvent = watch  # type: ignore[method-assign]
    mouse(canvas, PRESS, (0.5, 0.5))
    for i in range(5):
        mouse(canvas, MOVE, (0.5 + 0.01 * i, 0.5))
    QApplication.processEvents()
    assert len(painted) == 1  # once for all of them
    assert painted[0] < 0.1 * 200 * 200
    mouse(canvas, RELEASE, (0.54, 0.5))


def test_the_tools_of_the_panel(qtbot: QtBot) -> None:
    panel = DrawPanel()
    qtbot.addWidget(panel)
    keys = {"Eraser": "E", "Thinner": "[", "Thicker": "]", "ClearDrawing": "Del"}
    actions = {f"action{text}": QAction(text, panel) for text in keys}
    for action, key in zip(actions.values(), keys.values(), strict=True):
        action.setShortcut(key)
    eraser = actions["actionEraser"]
    eraser.setCheckable(True)
    panel.set_actions(actions)
    panel.show()
    for theme in (DARK, LIGHT):
        panel.set_theme(theme)
    pen, rubber = (panel.findChild(QToolButton, f"{name}Button") for name in ("pen", "eraser"))
    sizes: list[int] = []
    panel.size_changed.connect(sizes.append)
    names = []
    for _ in WIDTHS:
        pen.setFocus()
        qtbot.keyClick(pen, Qt.Key.Key_Space)
        names.append(pen.accessibleName())
        assert "[" in pen.toolTip()
        assert "]" in pen.toolTip()
    assert sizes == [2, 0, 1]
    assert names == ["Thick pen", "Thin pen", "Medium pen"]
    assert rubber.focusPolicy() & Qt.FocusPolicy.TabFocus
    with qtbot.waitSignal(eraser.toggled):
        qtbot.mouseClick(rubber, LEFT)
    assert rubber.isChecked()


def test_the_pointer_shows_the_eraser_s_width(canvas: Canvas) -> None:
    assert canvas.cursor().shape() is Qt.CursorShape.CrossCursor
    canvas.set_erasing(True)
    medium = canvas.cursor().pixmap().width()
    assert medium == pytest.approx(ERASER * WIDTHS[1] / PAD_SIDE * 200 + 2, abs=1)
    canvas.set_size_of_pen(2)
    assert canvas.cursor().pixmap().width() > medium
    canvas.set_erasing(False)
    assert canvas.cursor().shape() is Qt.CursorShape.CrossCursor
