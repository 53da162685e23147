"""How arrays become cells and pixels."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtGui import QColor

from backprop_viz.desktop.panels.network.feature_maps import (
    MODES,
    Block,
    Look,
    Size,
    blocks,
    color_range,
    kernel_grid,
)
from backprop_viz.desktop.panels.network.mosaic import mosaic
from backprop_viz.desktop.panels.network.network_layout import NetworkColumn, place_columns
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.trace.layers import Layer, LayerGraph
from tests.desktop.panels.network.network_helpers import (
    DIGITS,
    layer,
)
from tests.recording.records import made_recording

MakeViewState = Callable[..., ViewState]


def test_kernels_lie_as_they_are() -> None:
    weight = np.arange(4 * 6 * 3 * 2, dtype=np.float32).reshape(4, 6, 3, 2)
    recording = made_recording(parameters={"c.weight": (weight, None)})
    made = Layer(0, "c", (0,), (4, 8, 8), ("c.weight",))
    (block,) = blocks(recording.at(0), made, "weights")
    assert block.size == Size(Look.KERNELS, 4, 6, 6)
    assert block.kernel == (3, 2)
    maps = block.maps
    assert maps is not None
    for row in range(6):
        for col in range(6):
            source, y, x = block.place(row, col)
            assert maps[2, row, col] == weight[2, source, y, x]


@pytest.mark.parametrize(("count", "grid"), [(1, (1, 1)), (6, (2, 3)), (7, (1, 7)), (16, (4, 4))])
def test_kernel_grid_has_no_holes(count: int, grid: tuple[int, int]) -> None:
    assert kernel_grid(count) == grid


@pytest.mark.parametrize(
    "shape", [(3,), (), (2, 3), (2, 3, 4), (2, 3, 4, 5), (2, 3, 2, 3, 3), (0, 4)]
)
def test_any_parameter_shape(shape: tuple[int, ...]) -> None:
    value = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    recording = made_recording(parameters={"p": (value, None)})
    (block,) = blocks(recording.at(0), Layer(0, "a", (0,), (3,), ("p",)), "weights")
    if value.size:
        assert block.maps is not None
        assert sorted(block.maps.flat) == sorted(value.flat)
    else:
        assert block.size.look is Look.NOTHING


def test_a_strip_shows_its_numbers_in_order(make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    own = layer(view_state, "fc3")
    (block,) = blocks(view_state.cursor, own, "activations")
    ((grid,),) = (c.grids for c in columns_of(view_state, (block,), own))
    span = color_range((block.numbers,)) if block.numbers is not None else None
    image = mosaic(block, grid, span, DARK, 1.0)
    assert block.numbers is not None
    largest = int(np.abs(block.numbers).argmax())
    center = grid.tile(largest).translated(-grid.x, -grid.y).center()
    end = DARK.positive if block.numbers[largest] > 0 else DARK.negative
    assert image.pixelColor(int(center.x()), int(center.y())) == QColor(end)


def columns_of(
    view_state: ViewState, own: tuple[Block, ...], one: Layer
) -> tuple[NetworkColumn, ...]:
    return place_columns(LayerGraph((one,)), (tuple(b.size for b in own),), (40,), 200, 300)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_a_mosaic_is_as_large_as_its_grid(make_view_state: MakeViewState, ratio: float) -> None:
    view_state = make_view_state(DIGITS)
    for own in view_state.cursor.recording.layers.layers:
        for mode in MODES:
            shown = blocks(view_state.cursor, own, mode)
            (placed,) = columns_of(view_state, shown, own)
            for block, grid in zip(shown, placed.grids, strict=True):
                if block.size.look in (Look.SCALAR, Look.NOTHING):
                    continue
                span = None if block.numbers is None else color_range((block.numbers,))
                image = mosaic(block, grid, span, LIGHT, ratio)
                size = image.deviceIndependentSize()
                assert size.width() == pytest.approx(grid.rect.width(), abs=grid.columns)
                assert size.height() == pytest.approx(grid.rect.height(), abs=grid.rows)


def test_zero_is_neutral_and_nan_is_seen() -> None:
    numbers = np.array([[[0.0, np.nan], [1.0, -1.0]]], np.float32)
    block = Block(Size(Look.MAPS, 1, 2, 2), numbers, True)
    network = LayerGraph((Layer(0, "a", (0,), (1, 2, 2)),))
    (placed,) = place_columns(network, ((block.size,),), (20,), 200, 200)
    grid = placed.grids[0]
    image = mosaic(block, grid, color_range((numbers,)), DARK, 1.0)
    quarter, rest = int(grid.width * 0.25), int(grid.width * 0.75)
    seen = [image.pixelColor(x, y).name() for y in (quarter, rest) for x in (quarter, rest)]
    assert seen == [DARK.zero, DARK.error, DARK.positive, DARK.negative]


def test_a_lone_number_is_seen_in_a_small_map() -> None:
    numbers = np.zeros((1, 200, 200), np.float32)
    numbers[0, 77, 131] = -3.0
    block = Block(Size(Look.MAPS, 1, 200, 200), numbers, True)
    network = LayerGraph((Layer(0, "a", (0,), (1, 200, 200)),))
    (placed,) = place_columns(network, ((block.size,),), (20,), 90, 200)
    image = mosaic(block, placed.grids[0], color_range((numbers,)), DARK, 1.0)
    seen = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    assert image.width() < 100
    assert seen.count(QColor(DARK.negative)) == 1


@pytest.mark.parametrize("size", [(676, 236), (852, 320), (1384, 480)])
def test_columns_do_not_overlap(make_view_state: MakeViewState, size: tuple[int, int]) -> None:
    view_state = make_view_state(DIGITS)
    layers = view_state.cursor.recording.layers.layers
    for mode in MODES:
        sizes = tuple(tuple(b.size for b in blocks(view_state.cursor, y, mode)) for y in layers)
        placed = place_columns(
            view_state.cursor.recording.layers, sizes, (66,) * len(layers), *size
        )
        for before, after in pairwise(placed):
            assert before.content.right() + 10 < after.content.left()
        for one in placed:
            assert one.header.bottom() <= one.content.top()
            assert one.content.bottom() <= one.captions[-1].top() + 1
            assert one.content.left() >= 0
            assert one.content.right() <= size[0]


def test_six_maps_are_a_column_and_sixteen_two_by_eight(make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    layers = view_state.cursor.recording.layers.layers
    sizes = tuple(
        tuple(b.size for b in blocks(view_state.cursor, y, "activations")) for y in layers
    )
    grids = [
        c.grids[0]
        for c in place_columns(
            view_state.cursor.recording.layers, sizes, (66,) * len(layers), 852, 320
        )
    ]
    assert [(g.rows, g.columns) for g in grids[1:5]] == [(6, 1), (6, 1), (8, 2), (8, 2)]
    assert grids[1].width > grids[2].width
    assert grids[3].width > grids[4].width
