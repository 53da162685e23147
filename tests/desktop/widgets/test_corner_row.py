"""Widgets over the corner of a menu bar."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenuBar, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from backprop_viz.desktop.widgets.corner_row import CornerRow


def test_the_menu_bar_keeps_room_for_what_grows(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(600, 200)
    row = CornerRow(window.menuBar())
    button = QPushButton("Learn")
    row.row.addWidget(button)
    window.menuBar().addMenu("File")
    window.show()
    qtbot.waitUntil(lambda: row.isVisible() and row.width() == row.sizeHint().width())
    button.setText("Learn, at twice the size")
    qtbot.waitUntil(lambda: row.width() == row.sizeHint().width() > button.sizeHint().width())
    corner = window.menuBar().cornerWidget()
    assert corner is not None
    assert row.x() == corner.mapTo(window, corner.rect().topLeft()).x()


def test_the_row_gives_way_to_the_menus(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(600, 200)
    bar, row = window.menuBar(), CornerRow(window.menuBar())
    row.row.addWidget(QPushButton("Learn"))
    menus = [bar.addMenu(name) for name in ("File", "Drawing", "History", "Help")]
    window.show()
    qtbot.waitUntil(lambda: row.isVisible() and row.width() == row.sizeHint().width())
    both = bar.sizeHint().width()
    assert both > row.sizeHint().width()
    for width, there in ((both - 1, False), (both, True), (both - 1, False), (600, True)):
        window.resize(width, 200)
        assert row.isVisible() is there
        for menu in menus:
            place = bar.actionGeometry(menu.menuAction())
            assert bar.rect().contains(place)
            assert not there or place.right() <= row.x()


def test_a_row_whose_menu_bar_is_deleted_asks_it_nothing(qtbot: QtBot) -> None:
    # As in a window that is deleted while it grows: the menu bar goes first.
    window = QWidget()
    qtbot.addWidget(window)
    bar = QMenuBar(window)
    row = CornerRow(bar)
    button = QPushButton("Learn")
    row.row.addWidget(button)
    window.show()
    bar.show()
    delete(bar)
    with qtbot.captureExceptions() as raised:
        button.setText("Learn, at twice the size")
        QApplication.sendPostedEvents(row, QEvent.Type.LayoutRequest)
    assert raised == []
