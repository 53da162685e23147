"""Text that widgets paint themselves follows the text size, wherever it is painted."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication

from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.window.main_window import MainWindow
from tests.desktop.application_helpers import trigger
from tests.nightly import by_night

pytestmark = pytest.mark.usefixtures("usual_text_size")

OpenWindow = Callable[..., MainWindow]
Painted = dict[tuple[str, str], float]


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> Painted:
    """The size in pixels in which each text was last painted, by the file that painted it."""
    sizes: Painted = {}
    draw = QPainter.drawText

    def recorded(painter: QPainter, *what: Any) -> Any:
        text = next(each for each in what if isinstance(each, str))
        size = painter.font().pixelSize() * painter.worldTransform().m11()
        sizes[Path(sys._getframe(1).f_code.co_filename).stem, text] = size
        return draw(painter, *what)

    monkeypatch.setattr(QPainter, "drawText", recorded)
    return sizes


def paint_all(window: MainWindow) -> None:
    """Paint the window with each of its panels in front."""
    for dock in window.docks.docks.values():
        if not dock.isHidden():
            dock.raise_()
            QApplication.processEvents()
            window.grab()


@by_night
@pytest.mark.long
def test_no_painted_text_keeps_its_size(open_window: OpenWindow, painted: Painted) -> None:
    window = open_window("--preset", "digits", size=(1600, 1000))
    for _ in range(2):
        trigger(window, "actionIteration")
    for _ in range(4):
        trigger(window, "actionStep")
    paint_all(window)
    usual = dict(painted)
    painters = {
        "painting", "graph_item", "timeline_bar", "timeline_caption", "phase_cell", "axes",
        "AxisItem", "flow_bars", "bars", "probabilities", "gutter",
    }  # fmt: skip
    assert painters <= {file for file, _ in usual}
    painted.clear()
    window.findChild(Composer).text_size.choose(200)
    QApplication.processEvents()
    paint_all(window)
    same = usual.keys() & painted.keys()
    assert len(same) > 40
    # Twice as large, or less where it has to fit.
    kept = {
        text: (usual[text], painted[text]) for text in same if painted[text] < 1.3 * usual[text]
    }
    assert kept == {}
