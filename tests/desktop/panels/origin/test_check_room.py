"""In little room nothing of the check is cut, and its names lie on no line."""

from dataclasses import replace

import numpy as np
import pyqtgraph as pg
import pytest
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.origin.check_section import CheckSection
from backprop_viz.desktop.panels.origin.error_plot import ERRORS, STEPS, ErrorPlot
from backprop_viz.desktop.panels.origin.loss_along_plot import LossAlongPlot
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact, GradientCheck


def check_of(slope: float, bend: float, landing: float | None = 0.02) -> GradientCheck:
    """The check of a number in which the loss is 1 + slope·x + bend·x²."""
    moved = np.linspace(-0.1, 0.1, 41)
    losses = 1 + slope * moved + bend * moved**2
    steps = np.array([1e-6, 1e-3])
    return GradientCheck(
        Number(0, (0,)),
        0.5,
        slope,
        slope,
        1.0,
        1e-6,
        steps,
        np.array([slope, slope]),
        np.array([9.4e-9, 5e-12]),
        1,
        "correct",
        0,
        "correct",
        moved,
        losses,
        switched=0,
        landing=None if landing is None else (landing, 1 + slope * landing + bend * landing**2),
    )


def test_no_line_runs_through_a_name(qtbot: QtBot) -> None:
    plot = LossAlongPlot()
    qtbot.addWidget(plot)
    plot.show()
    view, named = plot.getPlotItem().getViewBox(), 0
    for width in (180, 280, 520):
        plot.resize(width, 160)
        qtbot.waitUntil(lambda width=width: width / 4 < view.width() < width)
        for slope in (-0.0076, 0.3, -2.0):
            for bend in (-1.0, 0.0, 1.0, 40.0):
                check = check_of(slope, bend)
                plot.show_check(check)
                named += _names_lie_free(plot, check)
    assert named > 40


def test_an_axis_that_has_changes_is_named_so(qtbot: QtBot) -> None:
    plot = LossAlongPlot()
    qtbot.addWidget(plot)
    axis = plot.getPlotItem().getAxis("left")
    for slope, name, of in ((1e-9, "Δ loss", "Δ z"), (0.3, "loss", "z")):
        for symbol, wanted in (("", name), ("z", of)):
            plot.name_loss(symbol)
            plot.show_check(check_of(slope, 0.0))
            assert axis.name == wanted
            low, high = plot.getPlotItem().getViewBox().viewRange()[1]
            written = axis.tickStrings([low, high], 1.0, (high - low) / 9)
            around = 0.0 if name.startswith("Δ") else 1.0  # the loss there
            assert all(abs(float(text) - around) < 0.5 for text in written)


@pytest.mark.parametrize("width", [90, 300])
def test_the_ring_of_the_verdict_is_whole_at_the_edges(qtbot: QtBot, width: int) -> None:
    plot = ErrorPlot()
    qtbot.addWidget(plot)
    plot.show()
    view = plot.getPlotItem().getViewBox()
    plot.resize(width, 120)
    qtbot.waitUntil(lambda: width / 9 < view.width() < width)
    inside = view.sceneBoundingRect().adjusted(6, 6, -6, -6)
    for x in STEPS:
        for y in ERRORS:
            assert inside.contains(view.mapViewToScene(pg.Point(x, y)))


def _names_lie_free(plot: LossAlongPlot, check: GradientCheck) -> int:
    """Assert that no line runs through a name; how many names are shown."""
    view = plot.getPlotItem().getViewBox()
    texts = [item for item in plot.getPlotItem().items if isinstance(item, pg.TextItem)]
    assert len(texts) == 2
    names = [name for name in texts if name.isVisible()]
    boxes = [view.mapToView(view.mapFromItem(n, n.boundingRect())).boundingRect() for n in names]
    for box in boxes:
        whole = view.viewRect()
        room = whole.width() * 0.01, whole.height() * 0.01
        assert whole.adjusted(-room[0], -room[1], *room).contains(box)
        x = np.linspace(box.left(), box.right(), 400)
        low, high = sorted((box.top(), box.bottom()))
        inside = np.abs(x) <= 0.1
        curve = np.interp(x, check.moved, check.losses - check.loss)[inside]
        assert not ((curve > low) & (curve < high)).any()
    if len(boxes) == 2:
        assert not boxes[0].intersects(boxes[1])
    return len(names)


@pytest.mark.parametrize("width", [290, 340, 420, 560])
@pytest.mark.parametrize("running", [False, True])
def test_neither_button_nor_values_are_cut(qtbot: QtBot, width: int, running: bool) -> None:
    section = CheckSection()
    qtbot.addWidget(section)
    section.show()
    section.set_idle(idle=False)
    section.show_number(Number(0, (0,)), lambda _: "conv1.bias[0]")
    section.show_check(check_of(-0.0076, 1.0), share=0.5 if running else 1.0)
    section.resize(max(width, section.wanted_width), 300)
    qtbot.waitUntil(lambda: section.button.isVisible())
    texts = {"Cancel", "Run check"}
    metrics = section.button.fontMetrics()
    assert section.button.text() in texts
    assert section.button.width() >= max(map(metrics.horizontalAdvance, texts))
    assert section.given.width() >= section.given.sizeHint().width()
    shown = section.values
    if shown.isVisible():
        assert shown.fontMetrics().horizontalAdvance(shown.text()) <= shown.width()
    else:
        assert shown.text() in section.sentence.text()  # all of it, in the sentence


def test_the_loss_itself_is_not_to_be_checked(qtbot: QtBot) -> None:
    section = CheckSection()
    qtbot.addWidget(section)
    section.set_idle(idle=False)
    section.show()
    asked: list[Number] = []
    section.wanted.connect(lambda number, *_: asked.append(number))
    section.show_number(Number(0, ()), lambda _: "loss")
    section.show_check(None, Fact("is_the_loss"))
    assert not section.button.isEnabled()
    assert not section.step.isEnabled()
    assert "the loss itself" in section.button.toolTip()
    section.run_or_cancel()
    assert asked == []
    # What a larger h mends, and another number, can be checked.
    section.show_check(None, Fact("step", (1e-9,)))
    assert section.button.isEnabled()
    section.show_number(Number(0, (0,)), lambda _: "conv1.bias[0]")
    assert section.button.isEnabled()
    assert "F7" in section.button.toolTip()


def test_where_the_loss_is_no_number_nothing_is_marked(qtbot: QtBot) -> None:
    plot = LossAlongPlot()
    qtbot.addWidget(plot)
    plot.resize(300, 160)
    plot.show()
    check = check_of(0.3, 1.0)
    losses = np.where(check.moved > 0.05, np.nan, check.losses)
    plot.show_check(replace(check, losses=losses, landing=(0.02, float("nan"))))
    plot.read(len(losses) - 1)
    assert "nan" in plot.reading
    points = [item for item in plot.items() if isinstance(item, pg.ScatterPlotItem)]
    assert sum(item.isVisible() for item in points) == 1  # that of the number as it is
    assert not plot.grab().isNull()  # painting warns of no bounds
