"""Ctrl+C in tables of numbers: every digit, in the forms that are wanted."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QCursor, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QTableView
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.program.program_view import ProgramView
from tests.conftest import OpenWindow
from tests.desktop.test_where_from import Explained, click_bar
from tests.nightly import by_night


@pytest.fixture
def explained(open_window: OpenWindow, qtbot: QtBot) -> Explained:
    explained = Explained(open_window("--preset", "tutorial", size=(1600, 1000)), qtbot)
    explained.step(4)
    QCursor.setPos(QPoint(0, 0))
    return explained


@pytest.fixture
def net() -> bv.Trainer:
    trainer = bv.Trainer(data="random", loss="mse", optimizer="sgd", lr=0.01, batch_size=1)
    for _ in range(4):
        trainer.step()
    return trainer


def copied(table: QTableView, qtbot: QtBot) -> str:
    QGuiApplication.clipboard().clear()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    return QGuiApplication.clipboard().text()


def in_form(table: QTableView, row: int, column: int, form: str) -> str:
    """What an entry of a cell's menu puts on the clipboard."""
    table.setCurrentIndex(table.model().index(row, column))
    place = table.visualRect(table.currentIndex()).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, QPoint(1, 1))
    QApplication.sendEvent(table.viewport(), event)
    menu = table.findChild(QMenu, "copyMenu")
    assert menu is not None
    next(a for a in menu.actions() if a.objectName() == f"copy_{form}").trigger()
    menu.close()
    menu.setObjectName("")
    return QGuiApplication.clipboard().text()


@by_night
@pytest.mark.qt_log_ignore("does not support")
def test_a_term_is_copied_with_every_digit(explained: Explained, qtbot: QtBot) -> None:
    click_bar(explained, 0)
    explanation = explained.wait()
    table, term = explained.panel.columns.table, explanation.terms[0]
    for column, heading in enumerate(table.rows.content.headings):
        if heading.place:
            continue
        table.setCurrentIndex(table.rows.index(0, column))
        wanted = next((f.value for f in term.factors if f.role == heading.role), term.value)
        text = copied(table, qtbot)
        # Every digit of its own type: of a recorded number float32's, of a product float64's.
        assert wanted in (float(text), float(np.float32(text)))
    last = table.rows.columnCount() - 1
    typed = in_form(table, 0, last, "numpy")
    assert float(eval(typed, {"np": np})) == term.value
    row = in_form(table, 0, last, "row").split("\t")
    assert len(row) == table.rows.columnCount()
    assert term.value in (float(row[-1]), float(np.float32(row[-1])))


def test_the_number_under_the_mouse_goes_before_the_current_cell(
    explained: Explained, qtbot: QtBot
) -> None:
    click_bar(explained, 0)
    explanation = explained.wait()
    table = explained.panel.columns.table
    last = table.rows.columnCount() - 1
    table.setCurrentIndex(table.rows.index(0, last))
    table.scrollTo(table.rows.index(1, last))
    box = table.visualRect(table.rows.index(1, last))
    QCursor.setPos(table.viewport().mapToGlobal(box.center()))
    assert float(np.float32(copied(table, qtbot))) == explanation.terms[1].value
    # Over a bar of the inspector it is that bar's gradient.
    chart = explained.window.panel(InspectorView).gradient.chart
    area, count = chart.area(), len(chart.chart.tips)
    place = QPoint(int(area.left() + (2 + 0.5) * area.width() / count), int(area.center().y()))
    shown = chart.number_at(place)
    assert shown is not None
    QCursor.setPos(chart.mapToGlobal(place))
    assert copied(table, qtbot) == str(shown.value)


@pytest.mark.qt_log_ignore("does not support")
def test_a_norm_is_copied_with_every_digit(
    explained: Explained, net: bv.Trainer, qtbot: QtBot
) -> None:
    program = explained.window.panel(ProgramView)
    program.show_page(2)
    table = program.parameters.table
    for row, (name, parameter) in enumerate(net.model.named_parameters()):
        assert table.model().index(row, 0).data() == name
        for column, tensor in ((3, parameter.detach()), (4, parameter.grad)):
            assert tensor is not None
            table.setCurrentIndex(table.model().index(row, column))
            squares = tensor.double().square().sum()
            assert math.isclose(
                float(copied(table, qtbot)), math.sqrt(float(squares)), rel_tol=1e-14
            )
    texts = in_form(table, 0, 3, "row").split("\t")
    assert texts[:3] == ["conv1.weight", "6×1×3×3", "54"]
    assert len(texts) == 5
