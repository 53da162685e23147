"""A tensor has the same colours in every panel: a signed input too; the digits stay gray."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.selection import select
from backprop_viz.desktop.panels.drawing.draw_pad import SeenByTheNet
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.inspector.tensor_section import TensorPicture, tiles
from backprop_viz.desktop.panels.network import network_painter
from backprop_viz.desktop.panels.network.feature_maps import Look, blocks
from backprop_viz.desktop.panels.network.map_spots import Spot
from backprop_viz.desktop.panels.network.map_window import MapWindow
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.style.theme import DARK, LIGHT, Theme
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.layers import ForwardPass, Layer, LayerGraph
from tests.recording.records import made_recording

MakeViewState = Callable[..., ViewState]
RANDOM = Settings(data="random", loss="mse", lr=0.01, batch_size=3)
DIGITS = Settings(data="strokes", batch_size=3)


class Panels(QWidget):
    """The network's panel, its large map and an inspector, of one layer."""

    def __init__(self, view_state: ViewState, layer: str, theme: Theme, mode: str) -> None:
        super().__init__()
        self.resize(1200, 800)
        self.network, self.inspector = NetworkView(self), InspectorView(self)
        self.network.setGeometry(0, 0, 876, 367)
        self.inspector.setGeometry(880, 0, 310, 660)
        self.show()
        for panel in (self.network, self.inspector):
            panel.set_theme(theme)
        self.network.show_view_state(view_state)
        self.network.set_mode(mode)
        self.inspector.show_view_state(view_state)
        self.inspector.select(select(view_state.cursor.recording, "layer", layer))
        column = [y.name for y in self.network.canvas.layers].index(layer)
        self.network.canvas.chosen.emit(Spot(column, 0, 0))
        self.large = next(w for w in self.findChildren(MapWindow) if w.isVisible())


def in_the_large_map(large: MapWindow) -> dict[tuple[int, int], int]:
    """The colour of each number of the first map, by its place."""
    image = large.picture.grab().toImage()
    assert large.block is not None
    rows, columns = large.block.size.height, large.block.size.width
    return {
        (r, c): image.pixel(large.picture.cell(r, c).center().toPoint())
        for r in range(rows)
        for c in range(columns)
    }


def in_the_inspector(picture: TensorPicture, shape: tuple[int, ...]) -> dict[tuple[int, int], int]:
    image = picture.grab().toImage()
    count = int(np.prod(shape[:-2]))
    box = tiles(count, *shape[-2:], picture.width(), picture.height())[0]
    rows, columns = shape[-2:]
    return {
        (r, c): image.pixel(
            int(box.x() + (c + 0.5) * box.width() / columns),
            int(box.y() + (r + 0.5) * box.height() / rows),
        )
        for r in range(rows)
        for c in range(columns)
    }


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize(
    ("settings", "layer", "mode"),
    [
        (RANDOM, "x", "activations"),
        (DIGITS, "x", "activations"),
        (RANDOM, "pool1", "activations"),
        (DIGITS, "pool1", "activations"),
        (DIGITS, "pool1", "gradients"),
    ],
)
def test_the_inspector_and_the_network_use_one_map(
    qtbot: QtBot,
    make_view_state: MakeViewState,
    settings: Settings,
    layer: str,
    mode: str,
    theme: Theme,
) -> None:
    view_state = make_view_state(settings)
    panels = Panels(view_state, layer, theme, mode)
    qtbot.addWidget(panels)
    own = next(y for y in view_state.cursor.recording.layers.layers if y.name == layer)
    section = panels.inspector.tensor
    side = section.gradient if mode == "gradients" else section.value
    large, small = in_the_large_map(panels.large), in_the_inspector(side.picture, own.shape)
    # In the inspector a number may be less than a pixel; where one is, it is that colour.
    box = tiles(int(np.prod(own.shape[:-2])), *own.shape[-2:], *size(side.picture))[0]
    assert box.width() >= own.shape[-1], "too small to tell"
    assert small == large
    assert len(set(large.values())) > 4


def size(widget: QWidget) -> tuple[int, int]:
    return widget.width(), widget.height()


def painted_texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []
    plain = network_painter.text_line

    def text_line(painter, box, text, *rest) -> None:  # type: ignore[no-untyped-def]
        texts.append(text)
        plain(painter, box, text, *rest)

    monkeypatch.setattr(network_painter, "text_line", text_line)
    return texts


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_a_signed_input_has_the_signed_map_and_its_range(
    qtbot: QtBot, make_view_state: MakeViewState, monkeypatch: pytest.MonkeyPatch, theme: Theme
) -> None:
    texts = painted_texts(monkeypatch)
    view_state = make_view_state(RANDOM)
    x = view_state.cursor.recording.input
    assert x is not None
    first = x[0, 0]
    limit = np.abs(first).max()
    panels = Panels(view_state, "x", theme, "activations")
    qtbot.addWidget(panels)
    colours = in_the_large_map(panels.large)
    for place in ((int(i), int(j)) for i, j in np.argwhere(np.abs(first) > limit / 4)):
        color = QColor(colours[place])
        assert (color.red() > color.blue()) == (first[place] > 0)
    panels.network.canvas.grab()
    assert f"±{limit:.3g}" in texts
    assert f"±{limit:.4g}" in panels.large.facts.text()
    assert f"±{limit:.4g}"[:5] in panels.inspector.tensor.value.reach.text()
    canvas = panels.network.canvas
    tile = canvas.rect_of(Spot(0, 0, 0)).toRect().adjusted(2, 2, -2, -2)
    assert not all(map(is_gray, pixels(canvas.grab(tile).toImage())))


def test_digits_stay_gray(
    qtbot: QtBot, make_view_state: MakeViewState, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = painted_texts(monkeypatch)
    view_state = make_view_state(DIGITS)
    x = view_state.cursor.recording.input
    assert x is not None
    panels = Panels(view_state, "x", DARK, "activations")
    qtbot.addWidget(panels)
    panels.network.canvas.grab()
    low, high = x[0].min(), x[0].max()
    assert f"{low:.3g} … {high:.3g}" in texts
    assert all(QColor(c).red() == round_gray(v, low, high) for c, v in drawn(panels, x[0, 0]))
    canvas = panels.network.canvas
    tile = canvas.rect_of(Spot(0, 0, 0)).toRect().adjusted(2, 2, -2, -2)
    assert all(map(is_gray, pixels(canvas.grab(tile).toImage())))
    assert panels.inspector.tensor.value.reach.isHidden()


def drawn(panels: Panels, numbers: Array) -> Iterator[tuple[int, float]]:
    for place, color in in_the_large_map(panels.large).items():
        yield color, float(numbers[place])


def round_gray(value: float, low: float, high: float) -> int:
    return int((value - low) / (high - low) * 255)


def pixels(image: QImage) -> list[QColor]:
    size = range(image.width()), range(image.height())
    return [QColor(image.pixel(x, y)) for x in size[0] for y in size[1]]


def is_gray(color: QColor) -> bool:
    return color.red() == color.green() == color.blue()


def test_the_batch_decides_not_its_first_sample() -> None:
    """Else the colours would change from batch to batch."""
    batch = np.stack([np.ones((1, 4, 4)), -np.ones((1, 4, 4))]).astype(np.float32)
    layer = Layer(0, "x", (), (1, 4, 4))
    for array, look in ((batch, Look.MAPS), (batch[:1], Look.IMAGE)):
        recording = made_recording(passes=(ForwardPass(0, LayerGraph((layer,))),), input=array)
        (block,) = blocks(recording.at(0), layer, "activations")
        assert block.size.look is look


def test_the_range_is_of_all_maps_though_not_all_are_shown(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    many = np.full((1, 300, 2, 2), 0.5, np.float32)
    many[0, 299] = -1.0
    picture = TensorPicture()
    qtbot.addWidget(picture)
    picture.resize(400, 400)
    picture.show_array(many[0], is_image=False)
    picture.show()
    half = QColor(picture.grab().toImage().pixel(2, 2))
    picture.show_array(np.array([[[0.5, -1.0]]], np.float32), is_image=False)
    alone = QColor(picture.grab().toImage().pixel(2, 2))
    assert half == alone


def test_what_the_net_sees_has_the_same_rule(qtbot: QtBot) -> None:
    seen = SeenByTheNet()
    qtbot.addWidget(seen)
    picture = np.linspace(0, 1, 32 * 32, dtype=np.float32).reshape(32, 32)
    seen.show_image(picture)
    assert seen.image is not None
    assert all(map(is_gray, pixels(seen.image)))
    seen.show_image(picture - 0.5)
    assert seen.image is not None
    left, right = QColor(seen.image.pixel(0, 0)), QColor(seen.image.pixel(31, 31))
    assert left.blue() > left.red()
    assert right.red() > right.blue()
    seen.set_theme(LIGHT)
    assert seen.image.pixel(0, 0) != left.rgb()
    seen.show_image(None)
    assert seen.image is None
