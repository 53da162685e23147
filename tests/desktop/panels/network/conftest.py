"""What the tests of this folder share."""

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.network.network_view import NetworkView


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    window.resize(1000, 700)
    qtbot.addWidget(window)
    return window


@pytest.fixture
def view(window: QWidget) -> NetworkView:
    view = NetworkView(window)
    view.setGeometry(0, 0, 876, 367)
    window.show()
    return view
