import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.widgets.keyboard_shortcuts import (
    CheatSheet,
    Section,
    in_columns,
    panel_keys,
)


def test_every_row_is_on_the_sheet(qtbot: QtBot) -> None:
    rows: list[Section] = [("Run", [("Step", "F10"), ("Train", "F5")]), ("Empty", [])]
    sheet = CheatSheet([*rows, *panel_keys()])
    qtbot.addWidget(sheet)
    shown = {label.text() for label in sheet.findChildren(QLabel)}
    for title, lines in (*rows[:1], *panel_keys()):
        assert title in shown
        for what, keys in lines:
            assert {what, *keys.split("  ")} <= shown
    assert "Empty" not in shown


def test_escape_closes_it(qtbot: QtBot) -> None:
    sheet = CheatSheet(panel_keys())
    qtbot.addWidget(sheet)
    sheet.show()
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


@pytest.mark.parametrize("lengths", [(), (3,), (9, 1, 1, 8), (2,) * 11, (30, 2, 2)])
def test_columns_keep_the_order_and_are_few(lengths: tuple[int, ...]) -> None:
    rows: list[Section] = [(str(i), [("a", "b")] * n) for i, n in enumerate(lengths)]
    columns = in_columns(rows, 3)
    assert [section for column in columns for section in column] == rows
    assert len(columns) <= 3
