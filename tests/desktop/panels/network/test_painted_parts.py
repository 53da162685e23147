"""Only what looks otherwise is painted anew; and all that looks otherwise is."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.network.feature_maps import MODES, Mode
from backprop_viz.desktop.panels.network.network_canvas import NetworkCanvas
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.settings.run_settings import Settings
from tests.nightly import by_day_each

MakeViewState = Callable[..., ViewState]
DIGITS = Settings(data="strokes", batch_size=3)


class Painted(QObject):
    """Collects where a widget is painted."""

    def __init__(self, widget: NetworkCanvas) -> None:
        super().__init__(widget)
        self.rects: list[QRect] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.rects += [QRect(rect) for rect in event.region()]
        return False


def pixels(canvas: NetworkCanvas) -> NDArray[np.uint32]:
    """The canvas as a full painting of it looks."""
    image = canvas.grab().toImage()
    return (
        np.frombuffer(image.constBits(), np.uint32)
        .reshape(image.height(), image.bytesPerLine() // 4)[:, : image.width()]
        .copy()
    )


@pytest.fixture
def view(qtbot: QtBot) -> NetworkView:
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(876, 367)
    view.show()
    return view


WAYS: dict[str, Callable[[int], list[int]]] = {
    "forwards": lambda last: list(range(last + 1)),
    "backwards": lambda last: list(range(last, -1, -1)),
    "to and fro": lambda last: [k * 37 % (last + 1) for k in range(last + 1)],
}


@pytest.mark.parametrize(("mode", "way"), by_day_each(MODES, WAYS))
def test_all_that_changes_is_painted(
    view: NetworkView, make_view_state: MakeViewState, mode: Mode, way: str
) -> None:
    view_state = make_view_state(settings=DIGITS)
    recording = view_state.cursor.recording
    view.show_view_state(view_state)
    canvas = view.canvas
    areas = []

    def go(position: int) -> None:
        view.show_view_state(replace(view_state, cursor=recording.at(position)))
        view.set_mode(mode)
        QApplication.processEvents()

    positions = WAYS[way](len(recording.events))
    go(positions[0])
    before = pixels(canvas)
    for position in positions[1:]:
        painted = Painted(canvas)
        go(position)
        canvas.removeEventFilter(painted)
        after = pixels(canvas)
        unpainted = before != after
        for rect in painted.rects:
            unpainted[rect.top() : rect.bottom() + 1, rect.left() : rect.right() + 1] = False
        areas.append(sum(rect.width() * rect.height() for rect in painted.rects))
        assert not unpainted.any(), (way, position)
        before = after
    if way != "to and fro":  # from one event to the next not much changes
        assert np.mean(areas) < 0.7 * canvas.width() * canvas.height()
