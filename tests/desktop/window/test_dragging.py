"""Docks are dragged by their panels' headers, docked and floating."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.desktop.window.panel_dock import PanelDock
from tests.desktop.application_helpers import trigger
from tests.nightly import by_day_every

OpenWindow = Callable[..., MainWindow]
LEFT = Qt.MouseButton.LeftButton


def settled(window: MainWindow) -> dict[str, list[int]]:
    """The places once Qt has laid out all that it has to."""
    found: dict[str, list[int]] = {}
    while found != (now := window.layout_state()):
        found = now
        for _ in range(3):
            QApplication.sendPostedEvents()
            QApplication.processEvents()
    return found


def drag(dock: PanelDock, way: QPoint) -> None:
    """Drag a dock by its panel's header, as fast as it follows."""
    start = dock.panel.mapToGlobal(QPoint(40, 16))
    QTest.mousePress(dock.panel, LEFT, pos=QPoint(40, 16))
    for step in range(1, 6):
        # The first moves go to the panel; then the dock has taken the mouse.
        taker = QWidget.mouseGrabber() or dock.panel
        send(taker, QEvent.Type.MouseMove, start + way * step / 5)
    send(dock, QEvent.Type.MouseButtonRelease, start + way)
    QApplication.processEvents()
    assert QWidget.mouseGrabber() is None


def send(widget: QWidget, kind: QEvent.Type, place: QPoint) -> None:
    down = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else LEFT
    button = LEFT if kind is QEvent.Type.MouseButtonRelease else Qt.MouseButton.NoButton
    local, none = QPointF(widget.mapFromGlobal(place)), Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QMouseEvent(kind, local, QPointF(place), button, down, none))


@pytest.mark.qt_log_ignore("grabbing the mouse", extend=True)
@pytest.mark.parametrize("way", by_day_every(3, [QPoint(-45, 70), QPoint(-60, 0), QPoint(0, 90)]))
def test_a_floating_dock_follows_the_mouse(open_window: OpenWindow, way: QPoint) -> None:
    window = open_window("--preset", "tutorial", size=(1280, 800))
    dock = window.docks.docks["inspector"]
    dock.setFloating(True)
    dock.setGeometry(300, 200, 320, 300)
    QApplication.processEvents()
    before, size = dock.pos(), dock.size()
    drag(dock, way)
    assert dock.isFloating()
    assert dock.size() == size  # it is moved, not made larger or smaller
    # But for the place in the header where it was taken.
    assert dock.pos().x() == before.x() + way.x()
    assert 0 <= dock.pos().y() - before.y() - way.y() <= dock.panel.header.geometry().bottom() + 9


def test_what_has_been_dragged_is_as_before_when_one_was_maximised(open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial", size=(1280, 800))
    docks = window.docks.docks
    window.docks.tabifyDockWidget(docks["networkView"], docks["findingsView"])
    docks["lossPlot"].setFloating(True)
    docks["lossPlot"].setFloating(False)
    before = settled(window)
    window.docks.toggle_maximized(docks["inspector"])
    QApplication.processEvents()
    trigger(window, "actionStep")
    window.docks.restore_maximized()
    after = settled(window)
    assert after.keys() == before.keys()
    for name, numbers in before.items():
        assert after[name] == pytest.approx(numbers, abs=6), name
