"""Texts that are wider than the room for them."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.style.painting import elided
from backprop_viz.desktop.style.theme import body_font

LEFT = Qt.TextElideMode.ElideLeft


@pytest.mark.parametrize(
    ("name", "fits", "shown"),
    [
        ("bert.encoder.layer.2", "…encoder.layer.2", "…encoder.layer.2"),
        ("bert.encoder.layer.2", "…ncoder.layer.2", "…layer.2"),
        ("bert.encoder.layer.2", "bert.encoder.layer.2", "bert.encoder.layer.2"),
        ("bert.embeddings", "…ddings", "…ddings"),
        ("cross_entropy", "…entropy", "…entropy"),
    ],
)
def test_on_the_left_a_dotted_name_loses_whole_parts(
    qtbot: QtBot, name: str, fits: str, shown: str
) -> None:
    font = body_font(12)
    assert elided(font, name, QFontMetrics(font).horizontalAdvance(fits) + 2, LEFT) == shown
