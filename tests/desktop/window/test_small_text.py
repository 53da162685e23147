"""At 1280x800 no text is smaller than 11 pixels on screen, and no plot has a scroll bar."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QScrollArea

from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.plots.plots import AccuracyPlot, GradientFlowPlot, LossPlot
from backprop_viz.desktop.window.main_window import MainWindow
from tests.desktop.application_helpers import trigger
from tests.nightly import by_day_every, by_night

pytestmark = pytest.mark.usefixtures("usual_text_size")

OpenWindow = Callable[..., MainWindow]
LAYOUTS = ("Learn", "Debug", "Draw", "Present")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str, float]]:
    """What is painted with less than 11 pixels on screen: the file, the text and its size."""
    found: set[tuple[str, str, float]] = set()
    draw = QPainter.drawText

    def recorded(painter: QPainter, *what: Any) -> Any:
        text = next(each for each in what if isinstance(each, str))
        size = painter.font().pixelSize() * painter.worldTransform().m11()
        if 0 < size < 10.99 and text.strip():
            found.add((Path(sys._getframe(1).f_code.co_filename).stem, text, size))
        return draw(painter, *what)

    monkeypatch.setattr(QPainter, "drawText", recorded)
    return found


def settle(window: MainWindow) -> None:
    found: dict[str, list[int]] = {}
    while found != (now := window.layout_state()):
        found = now
        for _ in range(3):
            QApplication.sendPostedEvents()
            QApplication.processEvents()


def scrolled_plots(window: MainWindow) -> list[str]:
    """The plots in sight that have a scroll bar."""
    found = []
    for kind in (LossPlot, AccuracyPlot, GradientFlowPlot):
        dock = window.docks.dock_of(window.panel(kind))
        area = dock.widget()
        assert isinstance(area, QScrollArea)
        bars = (area.verticalScrollBar(), area.horizontalScrollBar())
        if not dock.visibleRegion().isEmpty() and any(bar.maximum() > 0 for bar in bars):
            found.append(dock.objectName())
    return found


@by_night
# 2560x1440 with a scale of 2 is 1280x720.
@pytest.mark.parametrize("size", by_day_every(3, [(1280, 720), (1280, 800), (1600, 1000)]))
def test_no_text_is_under_11_pixels_and_no_plot_scrolls_in_any_layout(
    open_window: OpenWindow, small: set[tuple[str, str, float]], size: tuple[int, int]
) -> None:
    window = open_window("--preset", "digits", size=size)
    trigger(window, "actionIteration")
    for _ in range(4):
        trigger(window, "actionStep")
    for layout in LAYOUTS:
        trigger(window, f"actionLayout{layout}")
        settle(window)
        window.grab()
        assert scrolled_plots(window) == [], layout
    assert small == set()


def test_names_in_the_graph_keep_their_size_however_far_it_is_zoomed_out(
    shared_window: MainWindow, small: set[tuple[str, str, float]]
) -> None:
    for _ in range(4):
        trigger(shared_window, "actionStep")
    canvas = shared_window.panel(AutogradView).canvas
    for _ in range(8):
        canvas.zoom_out()
        canvas.grab()
    assert small == set()
    canvas.fit()


@pytest.mark.parametrize("language", by_day_every(2, ["ko", "en"]))
def test_plots_need_no_scroll_bar_beside_a_lesson(open_window: OpenWindow, language: str) -> None:
    window = open_window("--preset", "tutorial", "--language", language, size=(1280, 800))
    composer = window.findChild(Composer)
    composer.lessons.begin("tutorial_08_conv1_bias_grad")  # of digits, which have an accuracy
    assert window.session.wait_until(lambda: composer.lessons.player.stage != "running", 60)
    settle(window)
    assert scrolled_plots(window) == []
    for kind in (LossPlot, AccuracyPlot):
        plot = window.panel(kind)
        # The legend stands in one row, beside the title.
        assert len({button.geometry().center().y() for button in plot.legend}) == 1
        assert all(button.isVisible() for button in plot.legend)
    composer.lessons.leave()
    assert window.session.wait_idle(60)
