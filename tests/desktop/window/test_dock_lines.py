"""Docks are placed anew by a key while the mouse is on a line between them, or drags it.

Without ``let_go_of_lines`` Qt ends the process.
"""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHoverEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.window.dock_area import DockArea
from backprop_viz.desktop.window.dock_layout import DockSplit, DockTabs

NAMES = ("a", "b", "c", "d")
LINES = DockSplit(
    True,
    (
        DockTabs(("a",)),
        DockSplit(False, (DockTabs(("b",)), DockSplit(True, (DockTabs(("c",)), DockTabs(("d",)))))),
    ),
)
MOVE, PRESS = QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress
LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
NO_KEY = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def around(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(900, 700)
    return widget


@pytest.fixture
def area(around: QWidget) -> DockArea:
    """Docks with lines; what is around them is kept by its own fixture."""
    area = DockArea({name: named(name) for name in NAMES}, around)
    area.resize(around.size())
    area.arrange(LINES, NAMES)
    around.show()
    QApplication.processEvents()
    return area


def named(name: str) -> QWidget:
    panel = QTextEdit()
    panel.setObjectName(name)
    return panel


def hover_between(area: DockArea) -> QPointF:
    """Have the mouse on the line between c and d; where that is."""
    box = area.docks["c"].geometry()
    place = QPoint(box.right() + 2, box.center().y())
    assert area.isSeparator(place)
    at = QPointF(place)
    QApplication.sendEvent(
        area, QHoverEvent(QEvent.Type.HoverMove, at, QPointF(area.mapToGlobal(place)), at)
    )
    assert area.cursor().shape() == Qt.CursorShape.SplitHCursor
    return at


def mouse(area: DockArea, kind: QEvent.Type, at: QPointF) -> None:
    button = LEFT if kind is PRESS else NO_BUTTON
    place = QPointF(area.mapToGlobal(at.toPoint()))
    QApplication.sendEvent(area, QMouseEvent(kind, at, place, button, LEFT, NO_KEY))


def test_a_key_after_the_line_under_the_mouse_is_gone(area: DockArea) -> None:
    hover_between(area)
    area.arrange(DockTabs(NAMES), NAMES)
    assert area.cursor().shape() == Qt.CursorShape.ArrowCursor  # else the key ends the process
    key = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_A, NO_KEY, "a")
    QApplication.sendEvent(area, key)


def test_a_drag_of_a_line_that_is_gone_moves_nothing(area: DockArea) -> None:
    at = hover_between(area)
    mouse(area, PRESS, at)
    mouse(area, MOVE, at + QPointF(9, 0))
    area.arrange(DockTabs(NAMES), NAMES)
    QApplication.processEvents()
    before = area.places()
    mouse(area, MOVE, at + QPointF(40, 0))
    QApplication.processEvents()
    assert area.places() == before
    assert area.is_as_arranged
