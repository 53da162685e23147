"""The number under the cursor is the number that is drawn there."""

import math
from itertools import product

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from backprop_viz.desktop.panels.network.feature_maps import Block, Look, Size, color_range
from backprop_viz.desktop.panels.network.map_elements import element_at
from backprop_viz.desktop.panels.network.mosaic import colours, mosaic
from backprop_viz.desktop.panels.network.network_layout import Grid
from backprop_viz.desktop.style.theme import DARK

RANDOM = np.random.default_rng(3)


def random(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


@pytest.mark.parametrize(
    ("block", "grid"),
    [
        # Each number is several pixels, has one pixel, and shares it with others.
        (Block(Size(Look.MAPS, 6, 5, 7), random(3, 6, 5, 7), 2), Grid(4, 9, 6, 2, 3, 37, 27, 3)),
        (Block(Size(Look.MAPS, 4, 9, 9), random(2, 4, 9, 9), 1), Grid(0, 0, 4, 2, 2, 11, 11, 1)),
        (Block(Size(Look.MAPS, 4, 30, 30), random(2, 4, 30, 30), 1), Grid(0, 0, 4, 2, 2, 13, 9, 0)),
        (Block(Size(Look.MATRIX, 1, 84, 120), random(84, 120)), Grid(2, 3, 1, 1, 1, 50, 90, 0)),
        (Block(Size(Look.UNITS, 10), random(3, 10), 1), Grid(5, 5, 10, 10, 1, 20, 12, 0, True)),
        (Block(Size(Look.KERNELS, 4, 6, 9), random(4, 6, 3, 3)), Grid(0, 0, 4, 2, 2, 29, 20, 1)),
    ],
)  # fmt: skip
def test_every_pixel_has_the_colour_of_its_number(block: Block, grid: Grid) -> None:
    numbers = block.numbers
    assert numbers is not None
    span = color_range((numbers,))
    assert span is not None
    image = mosaic(block, grid, span, DARK, 1.0)
    border, seen = QColor(DARK.border).rgb(), set()
    for x, y in product(range(image.width()), range(image.height())):
        color = image.pixel(x, y)
        index = element_at(block, grid, QPointF(grid.x + x + 0.5, grid.y + y + 0.5))
        if index is None or color == border or color == QColor(DARK.panel).rgb():
            continue
        assert block.source is not None
        own = colours(np.array([block.source[index]]), block.size.look, span, DARK)
        assert f"{color & 0xFFFFFF:06x}" == f"{int(own[0]) & 0xFFFFFF:06x}", (x, y, index)
        seen.add(index)
    drawn = min(numbers.size, math.prod((grid.count, int(grid.width), int(grid.height))))
    assert len(seen) > drawn / 3


def test_a_kernel_has_the_index_of_its_weight() -> None:
    weights = np.arange(4 * 6 * 3 * 3, dtype=np.float32).reshape(4, 6, 3, 3)
    block = Block(Size(Look.KERNELS, 4, 6, 9), weights, None, "conv2.weight")
    maps = block.maps
    assert maps is not None
    for place in product(range(4), range(6), range(9)):
        assert weights[block.index(*place)] == maps[place]
    assert len(block.index(0, 0, 0)) == 4


def test_a_sample_is_part_of_the_index() -> None:
    values = random(5, 2, 3, 4)
    block = Block(Size(Look.MAPS, 2, 3, 4), values, 3)
    assert block.index(1, 2, 0) == (3, 1, 2, 0)
    assert block.numbers is not None
    assert np.array_equal(block.numbers, values[3])
