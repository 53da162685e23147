"""A line of figures goes on below where it has no room, and each figure is found there."""

from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.inspector.figures_label import FiguresLabel
from backprop_viz.desktop.style.theme import code_font
from backprop_viz.recording.explanations.number import Number


def test_figures_without_room_beside_each_other_stand_below(qtbot: QtBot) -> None:
    label = FiguresLabel()
    qtbot.addWidget(label)
    label.show()
    low, high = Number(3, (0,)), Number(3, (1,))
    text = "min -0.002865 · max +0.003734"
    label.show_figures(text, (("-0.002865", low), ("+0.003734", high)))
    metrics = label.fontMetrics()
    whole = metrics.horizontalAdvance(text)
    label.resize(whole + 2, label.height())
    one = label.height()
    assert label.number_at(QPoint(whole - 3, one // 2)) == high
    label.resize(whole - 20, label.height())
    assert label.height() == 2 * one
    assert label.number_at(QPoint(whole - 23, one // 2)) != high
    place = QPoint(metrics.horizontalAdvance("max +0.00"), one + one // 2)
    assert label.number_at(place) == high
    assert label.number_at(QPoint(place.x(), one // 2)) == low
    picked: list[Number] = []
    label.number_picked.connect(picked.append)
    qtbot.mouseClick(label, Qt.MouseButton.LeftButton, pos=place)
    assert picked == [high]
    label.grab()
    label.resize(whole + 2, label.height())
    assert label.height() == one
    label.setFont(code_font(30))
    assert label.height() > 2 * one
