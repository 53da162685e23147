"""A panel that has to be higher where it is wider: the scroll bar of its dock settles all the same.

Qt resizes it again within each resize, until the stack is at its end and the process with it.
"""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QMainWindow, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.inspector.inspector_parts import page_of
from backprop_viz.desktop.window.panel_dock import PanelDock

WIDE = 400  # from this width on it needs more height than there is


class HigherWhereWider(QWidget):
    """Counts how often it is resized."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("higher")
        self.resized = 0

    def minimumSizeHint(self) -> QSize:
        return QSize(50, 900 if self.width() >= WIDE else 100)

    def resizeEvent(self, _: object) -> None:
        self.resized += 1


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    return window


def docked(window: QMainWindow) -> tuple[HigherWhereWider, QScrollArea]:
    panel = HigherWhereWider()
    dock = PanelDock(panel, "Higher", window)
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    scroll = dock.widget()
    assert isinstance(scroll, QScrollArea)
    return panel, scroll


def test_its_bar_stays_where_it_would_come_and_go(window: QMainWindow) -> None:
    panel, scroll = docked(window)
    window.show()
    bar = scroll.verticalScrollBar()
    for width in range(WIDE - 30, WIDE + 60):
        window.resize(width, 500)
        scroll.resize(width, 500)
        QApplication.processEvents()
        panel.resized = 0
        QApplication.processEvents()
        assert panel.resized == 0  # it has settled
        # As high as it has to be at the width that it has, and no less wide than there is room.
        assert panel.height() >= panel.minimumSizeHint().height()
        assert panel.width() == scroll.viewport().width()
    # Far from there it is as any other.
    scroll.resize(WIDE - 100, 500)
    QApplication.processEvents()
    assert not bar.isVisible()
    assert scroll.verticalScrollBarPolicy() is Qt.ScrollBarPolicy.ScrollBarAsNeeded
    scroll.resize(WIDE + 200, 500)
    QApplication.processEvents()
    assert bar.isVisible()


def test_it_came_to_such_a_width(window: QMainWindow) -> None:
    panel, scroll = docked(window)
    window.show()
    stayed = set()
    for width in range(WIDE - 10, WIDE + 40):
        scroll.resize(width, 500)
        QApplication.processEvents()
        stayed.add(scroll.verticalScrollBarPolicy())
    assert Qt.ScrollBarPolicy.ScrollBarAlwaysOn in stayed
    assert panel.width() == scroll.viewport().width()


class SectionHigherWhereWider(HigherWhereWider):
    """One that says so once it has another width, as a text of several lines does."""

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        self.setMinimumHeight(self.minimumSizeHint().height())


def test_the_bar_of_a_page_of_sections_stays_too(qtbot: QtBot) -> None:
    section = SectionHigherWhereWider()
    page = page_of((section, 1))
    qtbot.addWidget(page)
    page.show()
    for width in range(WIDE - 30, WIDE + 60):
        page.resize(width, 500)
        for _ in range(3):  # what it says of its height is heard in the event loop
            section.resized = 0
            QApplication.processEvents()
        assert section.resized == 0  # it has settled
        assert section.height() >= section.minimumSizeHint().height()
