from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.inspector.bars import (
    BarChart,
    Bars,
    Chart,
    element_tips,
    ticks,
    value_range,
)
from backprop_viz.desktop.style.theme import LIGHT
from backprop_viz.recording.explanations.number import Number


def bars(*values: float, word: str = "after") -> Bars:
    return Bars(word, "backward", np.array(values, np.float32))


def test_the_range_holds_zero_and_all_finite_values() -> None:
    assert value_range((bars(1, 2), bars(-3, np.nan, np.inf))) == (-3, 2)
    assert value_range((bars(np.nan), Bars("none", "muted", None))) == (0, 0)
    assert value_range(()) == (0, 0)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 0, [0]),
        (-0.012, 0.011, [-0.01, 0, 0.01]),
        (0, 7, [0, 6]),
        (-0.001, 0.02, [0, 0.02]),
        (-2e-30, 0, [-2e-30, 0]),
    ],
)
def test_ticks_are_round_and_within(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


def test_a_group_is_told_in_full(qtbot: QtBot) -> None:
    chart = BarChart()
    qtbot.addWidget(chart)
    chart.resize(260, 120)
    both = (bars(0, -0.5, word="before"), bars(0.25, np.nan))
    names = ("0", "1")
    chart.show_chart(Chart(both, ((0.25, "0"), (0.75, "1")), element_tips(both, names)))
    area = chart.area()
    assert chart.tip(area.left() + 1) == (
        "0\nbefore: 0   float32 0.0\nafter: +0.2500   float32 0.25"
    )
    assert chart.tip(area.right() - 1) == (
        "1\nbefore: -0.5000   float32 -0.5\nafter: nan   float32 nan"
    )
    assert chart.tip(0) == ""
    chart.grab()


def test_strange_charts_are_painted(qtbot: QtBot) -> None:
    chart = BarChart()
    qtbot.addWidget(chart)
    chart.resize(150, 110)
    chart.set_theme(LIGHT)
    long = "a legend that is far too long for the chart it belongs to"
    for shown in (
        Chart(),
        Chart((bars(word=long),), ((0, "a"), (0.01, "b"))),
        Chart((bars(np.nan, np.inf, -np.inf, 0, 1e38),)),
        Chart((Bars("n", "muted", np.array([0, 3, 0])),)),
        Chart((Bars(long, "muted", None), Bars(long, "muted", None)), message="None"),
    ):
        chart.show_chart(shown)
        chart.grab()
        assert chart.tip(80) == ""


def test_bars_are_reached_and_copied_by_keyboard(qtbot: QtBot) -> None:
    chart = BarChart()
    qtbot.addWidget(chart)
    chart.resize(260, 120)
    values, names = bars(0.5, -0.25, 0.125), ("w[0]", "w[1]", "w[2]")
    origin = Number(7, event=3)
    values = replace(values, origin=origin)
    tips = element_tips((values,), names)
    chart.show_chart(Chart((values,), (), tips, names=names, tensor="w", shape=(3,)))
    chart.show()
    assert chart.focusPolicy() & Qt.FocusPolicy.TabFocus
    copied = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_Home):
        QTest.keyClick(chart, key)
        QTest.keyClick(chart, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        copied.append(QGuiApplication.clipboard().text())
    assert copied == ["0.5", "-0.25", "0.125", "0.5"]
    assert chart.accessibleDescription() == tips[0]
    QTest.keyClick(chart, Qt.Key.Key_Right)
    with qtbot.waitSignal(chart.number_picked) as picked:
        QTest.keyClick(chart, Qt.Key.Key_Return)
    assert picked.args == [Number(7, (1,), 3)]
    chart.grab()
