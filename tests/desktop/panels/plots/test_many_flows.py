"""The gradient flow of hundreds of parameters, whose columns are a pixel or two wide."""

import math

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from backprop_viz.desktop.panels.plots.flow_bars import FlowBars
from backprop_viz.desktop.panels.plots.flow_layout import Flow
from backprop_viz.desktop.style.theme import DARK

COUNT = 400


@pytest.fixture
def bars(qtbot) -> FlowBars:
    bars = FlowBars()
    qtbot.addWidget(bars)
    bars.set_theme(DARK)
    bars.resize(620, 160)
    return bars


def colours_in_the_middle(bars: FlowBars) -> set[str]:
    """Of what stands half way up."""
    image = bars.grab().toImage()
    y = round(bars.area().center().y())
    return {QColor(image.pixel(x, y)).name() for x in range(40, 580)}


@pytest.mark.parametrize(
    ("grad", "role"), [(1.0, "backward"), (math.nan, "error"), (math.inf, "error")]
)
def test_a_bar_shows_what_it_is(bars: FlowBars, grad: float, role: str) -> None:
    quiet = [Flow(f"layer{i}.weight", 1e-6, None) for i in range(COUNT)]
    bars.show_flows(tuple(Flow(flow.name, None, None) for flow in quiet), ())
    before = colours_in_the_middle(bars)
    # A few beside each other, so that one of them covers a pixel whole.
    quiet[200:210] = [Flow(f"layer{i}.weight", grad, None) for i in range(200, 210)]
    bars.show_flows(tuple(quiet), ())
    new = [QColor(name) for name in colours_in_the_middle(bars) - before]
    wanted = QColor(getattr(DARK, role))
    assert min(abs(c.hsvHue() - wanted.hsvHue()) for c in new) < 12


def test_what_is_not_there_has_no_bar(bars: FlowBars) -> None:
    bars.show_flows(tuple(Flow(f"layer{i}.weight", None, None) for i in range(COUNT)), ())
    empty = colours_in_the_middle(bars)
    assert all(QColor(name).hsvSaturation() < 90 for name in empty)


def test_the_one_pointed_at_is_marked(bars: FlowBars) -> None:
    bars.show_flows(tuple(Flow(f"layer{i}.weight", 1.0, 0.1) for i in range(COUNT)), ())
    before = bars.grab().toImage()
    QTest.keyClick(bars, Qt.Key.Key_End)
    assert bars.grab().toImage() != before
