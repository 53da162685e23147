"""View states, networks and questions that the tests of the network panel share."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from backprop_viz.desktop.panels.network.map_spots import Spot
from backprop_viz.desktop.panels.network.map_window import MapWindow
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.layers import Layer
from backprop_viz.recording.trace.phases import Phase

DIGITS = Settings(data="strokes", batch_size=3)


def at(view_state: ViewState, position: int) -> ViewState:
    return replace(view_state, cursor=view_state.cursor.recording.at(position))


def begin(view_state: ViewState, phase: Phase) -> int:
    span = view_state.cursor.recording.span(phase)
    assert span is not None
    return span.start


def layer(view_state: ViewState, name: str) -> Layer:
    return next(y for y in view_state.cursor.recording.layers.layers if y.name == name)


def column(view: NetworkView, name: str) -> int:
    return [y.name for y in view.canvas.layers].index(name)


def colors(view: NetworkView) -> set[str]:
    image = view.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32)
    return {f"#{int(pixel) & 0xFFFFFF:06x}" for pixel in np.unique(pixels)}


def click(view: NetworkView, spot: Spot) -> None:
    center = view.canvas.rect_of(spot).center().toPoint()
    QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=center)


def open_map(view: NetworkView) -> MapWindow | None:
    found = [w for w in view.window().findChildren(MapWindow) if w.isVisible()]
    return found[0] if found else None
