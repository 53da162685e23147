"""What the tests of the inspector share."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from backprop_viz.desktop.panels.inspector.inspector import InspectorView


def choose(view: InspectorView, name: str) -> None:
    """Choose as the user does: in the box, by keys."""
    view.choice.setFocus()
    QTest.keyClick(view.choice, Qt.Key.Key_Home)
    while view.choice.currentText() != name:
        QTest.keyClick(view.choice, Qt.Key.Key_Down)


def shown_texts(view: InspectorView) -> list[str]:
    """The texts of all labels that can be seen."""
    return [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
