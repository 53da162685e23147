import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.inspector.array_table import ArrayTable, TableColumn
from backprop_viz.desktop.style.theme import LIGHT

DISPLAY, TIP = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole


@pytest.fixture
def table(qtbot: QtBot) -> ArrayTable:
    table = ArrayTable()
    qtbot.addWidget(table)
    table.resize(320, 200)
    table.show()
    return table


def columns(values: np.ndarray) -> list[TableColumn]:
    return [TableColumn("w", "the weight", values), TableColumn("new w", "after", None, "update")]


def cell(table: ArrayTable, row: int, section: int, role: Qt.ItemDataRole = DISPLAY) -> object:
    return table.model().index(row, section).data(role)


def test_rows_are_the_elements_in_order(table: ArrayTable) -> None:
    values = np.array([0.1, -2.0, np.nan, 0.0, np.inf, 1e-9], np.float32)
    table.show_columns((2, 3), columns(values))
    assert [cell(table, row, 0) for row in range(6)] == ["0,0", "0,1", "0,2", "1,0", "1,1", "1,2"]
    shown = [cell(table, row, 1) for row in range(6)]
    assert shown == ["+0.1000", "-2.000", "nan", "0", "+inf", "+1.000e-9"]
    assert cell(table, 5, 1, TIP) == str(values[5])
    assert {cell(table, row, 2) for row in range(6)} == {"–"}
    titles = [table.model().headerData(i, Qt.Orientation.Horizontal) for i in range(3)]
    assert titles == ["#", "w", "new w"]
    assert table.model().headerData(1, Qt.Orientation.Horizontal, TIP) == "the weight"


def test_large_arrays_cost_only_what_is_seen(table: ArrayTable, qtbot: QtBot) -> None:
    values = np.arange(69_120, dtype=np.float32)
    asked = []
    text = table.rows.text
    table.rows.text = lambda *a, **k: asked.append(a) or text(*a, **k)  # type: ignore[method-assign]
    table.show_columns((120, 576), columns(values))
    table.grab()
    table.scrollToBottom()
    table.grab()
    assert table.model().rowCount() == 69_120
    assert len(asked) < 1000
    assert cell(table, 69_119, 0) == "119,575"


def test_selected_rows_are_copied_with_every_digit(table: ArrayTable) -> None:
    values = np.array([0.1, 1 / 3, 2.0], np.float32)
    table.show_columns((3,), columns(values))
    chosen = table.selectionModel()
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for row in (2, 1):
        chosen.select(table.model().index(row, 0), flags)
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "1\t0.33333334\t–\n2\t2.0\t–"


def test_rows_are_reached_by_keys_and_tab_leaves(table: ArrayTable) -> None:
    table.show_columns((3,), columns(np.zeros(3, np.float32)))
    table.setCurrentIndex(table.model().index(0, 1))
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert table.currentIndex().row() == 1
    assert not table.tabKeyNavigation()


def test_no_number_is_cut_off(table: ArrayTable, qtbot: QtBot) -> None:
    values = np.array([-1.2345e-30, 0.5], np.float32)
    for width in (180, 260, 320, 900):
        table.resize(width, 200)
        table.show_columns((2,), columns(values))
        metrics = table.fontMetrics()
        for section in range(3):
            texts = [str(cell(table, row, section)) for row in range(2)]
            assert table.columnWidth(section) >= max(metrics.horizontalAdvance(t) for t in texts)


def test_empty_and_single(table: ArrayTable) -> None:
    table.show_columns((0, 4), columns(np.empty(0)))
    assert table.model().rowCount() == 0
    table.grab()
    table.show_columns((), columns(np.array([7], np.int64)))
    assert (cell(table, 0, 0), cell(table, 0, 1)) == ("0", "+7")
    table.set_theme(LIGHT)
    color = cell(table, 0, 1, Qt.ItemDataRole.ForegroundRole)
    assert color.name() == LIGHT.text  # type: ignore[attr-defined]
