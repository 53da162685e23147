"""Lists that open by themselves, as a file dialog's completions do, are readable in each theme."""

import pytest
from PySide6.QtCore import QStringListModel
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QListView
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.style.theme import DARK, LIGHT, Theme, style_sheet


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_a_list_of_its_own_has_the_themes_ground(theme: Theme, qtbot: QtBot) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.setStyleSheet(style_sheet(theme))
    view = QListView()
    qtbot.addWidget(view)
    view.setModel(QStringListModel(["one", "two"]))
    view.resize(200, 100)
    view.show()
    image = view.grab().toImage()
    assert image.pixelColor(100, 90) == QColor(theme.inset)
    application.setStyleSheet("")
