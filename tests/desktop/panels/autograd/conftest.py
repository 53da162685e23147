"""What the tests of this folder share."""

import pytest
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView


@pytest.fixture
def view(qtbot: QtBot) -> AutogradView:
    view = AutogradView()
    qtbot.addWidget(view)
    view.resize(876, 267)
    view.show()
    return view
