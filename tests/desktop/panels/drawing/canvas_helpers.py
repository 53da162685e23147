"""Mice, fingers and pens for the tests of the pad."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import (
    QInputDevice,
    QMouseEvent,
    QPointingDevice,
)
from PySide6.QtWidgets import QApplication

from backprop_viz.desktop.panels.drawing.canvas import Canvas

Place = tuple[float, float]  # parts of the canvas's width

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


NONE = Qt.MouseButton.NoButton


PRESS, MOVE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove


RELEASE = QEvent.Type.MouseButtonRelease


def at(canvas: Canvas, place: Place) -> QPointF:
    return QPointF(place[0] * canvas.width(), place[1] * canvas.width())


def mouse(canvas: Canvas, kind: QEvent.Type, place: Place, button: Qt.MouseButton = LEFT) -> None:
    where = at(canvas, place)
    cause = NONE if kind == MOVE else button
    held = NONE if kind == RELEASE else button
    event = QMouseEvent(
        kind, where, canvas.mapToGlobal(where), cause, held, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(canvas, event)


def stroke(canvas: Canvas, places: Sequence[Place], button: Qt.MouseButton = LEFT) -> None:
    mouse(canvas, PRESS, places[0], button)
    for place in places[1:]:
        mouse(canvas, MOVE, place, button)
    mouse(canvas, RELEASE, places[-1], button)


def stylus(pointer: QPointingDevice.PointerType) -> QPointingDevice:
    return QPointingDevice(
        "stylus",
        7,
        QInputDevice.DeviceType.Stylus,
        pointer,
        QInputDevice.Capability.Pressure,
        1,
        2,
    )
