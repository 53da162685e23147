"""What the tests of this folder share."""

import pytest
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.inspector.inspector import InspectorView


@pytest.fixture
def view(qtbot: QtBot) -> InspectorView:
    view = InspectorView()
    qtbot.addWidget(view)
    view.resize(290, 430)
    view.show()
    return view
