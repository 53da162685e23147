"""What the tests of this folder share."""

import pytest
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.drawing.canvas import Canvas


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(200, 200)
    canvas.show()
    return canvas
