"""A network of hundreds of layers: what cannot be seen is not painted."""

from collections import Counter

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QRegion

from backprop_viz.desktop.panels.network import network_painter
from backprop_viz.desktop.panels.network.feature_maps import Block, Look, Range, Size
from backprop_viz.desktop.panels.network.mosaic import mosaic
from backprop_viz.desktop.panels.network.network_canvas import NetworkCanvas
from backprop_viz.desktop.panels.network.network_layout import Grid
from backprop_viz.desktop.panels.network.network_state import NetworkState
from backprop_viz.desktop.style.theme import LIGHT
from backprop_viz.recording.trace.layers import ForwardPass, Layer, LayerGraph
from backprop_viz.recording.trace.phases import Phase
from tests.recording.records import made_recording

LAYERS = 300


@pytest.fixture
def canvas(qtbot) -> NetworkCanvas:
    """A chain of layers with a shortcut over all of it, 18,000 pixels wide."""
    maps = np.ones((1, 4, 2, 2), np.float32)
    events = [(Phase.FORWARD, "conv2d", (maps,), (maps,))] * LAYERS
    layers = tuple(Layer(i, f"layer{i}", (i,), (4, 2, 2)) for i in range(LAYERS))
    edges = (*((i, i + 1) for i in range(LAYERS - 1)), (0, LAYERS - 1))
    recording = made_recording(events=events, passes=(ForwardPass(0, LayerGraph(layers, edges)),))
    canvas = NetworkCanvas()
    qtbot.addWidget(canvas)
    canvas.show_state(NetworkState(recording.layers, recording.at(LAYERS), "activations"))
    canvas.resize(canvas.minimumSize().width(), 250)
    return canvas


def _painted(canvas: NetworkCanvas, monkeypatch, exposed: QRectF) -> tuple[Counter[str], QImage]:
    counts: Counter[str] = Counter()
    for name in ("text_box", "paint_edge"):
        original = getattr(network_painter, name)

        def counted(*args, name=name, original=original) -> object:
            counts[name] += 1
            return original(*args)

        monkeypatch.setattr(network_painter, name, counted)
    image = QImage(canvas.size(), QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    seen = exposed.toRect()
    canvas.render(painter, seen.topLeft(), QRegion(seen))
    painter.end()
    monkeypatch.undo()
    return counts, image


@pytest.mark.parametrize("part", [0, 0.4, 1])
def test_only_the_columns_in_sight_are_painted(canvas, monkeypatch, part: float) -> None:
    exposed = QRectF(round(part * (canvas.width() - 760)), 0, 760, 250)
    whole = QRectF(canvas.rect())
    counts, image = _painted(canvas, monkeypatch, exposed)
    assert 10 <= counts["text_box"] <= 16
    assert (
        counts["paint_edge"] <= counts["text_box"] + 2
    )  # with the shortcut, which passes everywhere
    everything, full = _painted(canvas, monkeypatch, whole)
    assert everything == {"text_box": LAYERS, "paint_edge": LAYERS}
    seen = exposed.toRect()
    assert image.copy(seen) == full.copy(seen)


def test_places_are_computed_once(canvas) -> None:
    assert canvas.columns() is canvas.columns()
    before = canvas.columns()
    canvas.resize(canvas.width() + 600, 250)
    assert canvas.columns() is not before


def test_no_hole_in_a_grid_of_tiny_maps_is_black() -> None:
    grid = Grid(0, 0, 32, 7, 5, 4, 5, 1)  # tiles without borders, three places empty
    for source in (None, np.ones((1, 32, 2, 2), np.float32)):
        block = Block(Size(Look.MAPS, 32, 2, 2), source)
        image = mosaic(block, grid, Range(-1.0, 1.0, 0), LIGHT, 1.0)
        pixels = {
            QColor(image.pixel(x, y)).name()
            for x in range(image.width())
            for y in range(image.height())
        }
        assert "#000000" not in pixels
        assert LIGHT.panel in pixels
