"""The rows of a comparison are named by whole words, or by the sign of a difference."""

import pytest
from PySide6.QtGui import QFontMetrics
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.network.network_hints import row_names
from backprop_viz.desktop.panels.network.network_painter import row_label


@pytest.mark.parametrize("width", [200, 40, 8])
def test_no_name_of_a_row_is_cut(qtbot: QtBot, width: int) -> None:
    then, now, difference = row_names()
    said = []
    for name in (then, now, difference):
        label, font = row_label(name, width)
        assert QFontMetrics(font).horizontalAdvance(label) <= width
        said.append(label)
    assert said[0] in (then, "")
    assert said[1] in (now, "")
    assert (
        said
        == {
            200: [then, now, difference],
            40: [then, now, "Δ"],
            8: ["", "", "Δ"],
        }[width]
    )
