"""The row of a panel's title."""

import shiboken6
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.style.panel import Panel


def test_its_items_belong_to_no_other_layout(qtbot: QtBot) -> None:
    """To PySide those that come with a layout into another one do, and end with that one's."""
    panel = Panel("Inspector")
    qtbot.addWidget(panel)
    items = [panel.header.itemAt(i) for i in range(panel.header.count())]
    assert len(items) == 2
    assert not [item for item in items if "parent..." in shiboken6.dump(item)]
