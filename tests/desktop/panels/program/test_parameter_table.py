import math
from collections.abc import Callable

import pytest
import torch
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.analysis.selection import select
from backprop_viz.desktop.panels.program.parameter_table import ParameterTable
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.style.numbers import short
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.settings.run_settings import Settings

MakeViewState = Callable[..., ViewState]


@pytest.fixture
def table(qtbot: QtBot) -> ParameterTable:
    table = ParameterTable()
    qtbot.addWidget(table)
    table.resize(500, 300)
    table.show()
    return table


def cells(table: ParameterTable) -> list[list[str]]:
    model = table.model
    rows, columns = range(model.rowCount()), range(model.columnCount())
    return [[model.data(model.index(row, column)) for column in columns] for row in rows]


def plain_rows(net: torch.nn.Module) -> list[list[str]]:
    """What the tutorial's student would print of each parameter."""
    return [
        [
            name,
            "×".join(str(size) for size in p.size()),
            f"{p.numel():,}",
            short(math.sqrt(float((p.detach().double() ** 2).sum()))),
            "None" if p.grad is None else short(math.sqrt(float((p.grad.double() ** 2).sum()))),
            str(p.requires_grad),
        ]
        for name, p in net.named_parameters()
    ]


def test_each_parameter_is_a_row_before_and_after_backward(
    table: ParameterTable, make_view_state: MakeViewState
) -> None:
    settings = Settings(data="random", loss="mse", lr=0.01, batch_size=1)
    trainer = bv.Trainer.from_settings(settings)
    table.show_cursor(make_view_state(settings, phases=3).cursor)
    for _ in range(3):
        trainer.step()
    assert cells(table) == plain_rows(trainer.model)
    assert {row[4] for row in cells(table)} == {"None"}
    for _ in range(2):
        trainer.step()
    table.show_cursor(make_view_state(settings).cursor)
    assert cells(table) == plain_rows(trainer.model)
    assert "None" not in {row[4] for row in cells(table)}
    assert table.total.text() == "10 parameters, 81,194 numbers"
    assert "torch.Size([6, 1, 3, 3])" in table.model.data(
        table.model.index(0, 0), Qt.ItemDataRole.ToolTipRole
    )


def test_a_row_selects_its_parameter_and_a_selection_marks_its_row(
    table: ParameterTable, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view_state = make_view_state()
    table.show_cursor(view_state.cursor)
    at = table.table.visualRect(table.model.index(3, 0)).center()
    with qtbot.waitSignal(table.picked) as told:
        qtbot.mouseClick(table.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert told.args == ["parameter", "conv2.bias"]
    table.table.setFocus()
    with qtbot.waitSignal(table.picked) as told:
        qtbot.keyClick(table.table, Qt.Key.Key_Down)
    assert told.args == ["parameter", "fc1.weight"]
    with qtbot.assertNotEmitted(table.picked):
        table.select(select(view_state.cursor.recording, "parameter", "fc3.bias"))
    assert [i.row() for i in table.table.selectionModel().selectedRows()] == [9]
    table.select(None)
    assert not table.table.selectionModel().selectedRows()


@pytest.mark.parametrize(("width", "left_out"), [(266, {2, 5}), (330, {5}), (500, set())])
def test_all_columns_fit(
    table: ParameterTable, make_view_state: MakeViewState, width: int, left_out: set[int]
) -> None:
    table.resize(width, 120)
    table.show_cursor(make_view_state().cursor)
    assert table.table.horizontalScrollBar().maximum() == 0
    assert {i for i in range(6) if table.table.isColumnHidden(i)} == left_out
    assert table.table.font().pixelSize() >= 11


def test_the_class_and_what_it_prints_are_beside_the_loop(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    view = ProgramView()
    qtbot.addWidget(view)
    view.show()
    view.show_view_state(make_view_state())
    view.show_page(1)
    shown = view.network.source.toPlainText()
    assert view.network.isVisible()
    assert shown.startswith("class LeNet(nn.Module):")
    assert "self.conv1 = nn.Conv2d(1, 6, 3)" in shown
    assert "    def forward(self, x: Tensor) -> Tensor:" in shown
    assert shown.endswith(">>> print(net)\n" + str(bv.LeNet()))
    view.show_page(2)
    assert view.parameters.isVisible()
    assert view.parameters.model.rowCount() == 10
