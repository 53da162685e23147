"""What is made late has its place in the tab order, as if it had been there from the start."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.widgets.late_widget import LateWidget


def _fields() -> QWidget:
    both = QWidget()
    row = QHBoxLayout(both)
    for name in ("second", "third"):
        field = QLineEdit()
        field.setObjectName(name)
        row.addWidget(field)
    return both


def test_tab_comes_to_it_where_it_stands(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    first, last = QLineEdit(), QLineEdit()
    late = LateWidget(_fields)
    for widget in (first, late, last):
        column.addWidget(widget)
    assert late.made is None
    window.show()
    window.activateWindow()
    made = late.made
    assert made is not None
    qtbot.waitUntil(made.isVisible)
    second, third = (made.findChild(QLineEdit, name) for name in ("second", "third"))
    first.setFocus()
    for expected in (second, third, last, first):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        assert window.focusWidget() is expected
