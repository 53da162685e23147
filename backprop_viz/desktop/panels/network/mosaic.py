"""A block of maps as one image, made for the screen's pixels: maps are never blurred."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from backprop_viz.desktop.panels.network.feature_maps import Block, Look, Range
from backprop_viz.desktop.panels.network.network_layout import Grid
from backprop_viz.desktop.style.images import gray_pixels, image_of, signed_pixels
from backprop_viz.desktop.style.theme import Theme
from backprop_viz.desktop.style.thinning import thinned
from backprop_viz.recording.trace.events import Array

Pixels = NDArray[np.uint32]
Indices = NDArray[np.intp]


def colours(numbers: Array, look: Look, span: Range, theme: Theme) -> Pixels:
    """Numbers of any shape as colours: gray for images, otherwise diverging around zero."""
    if look is not Look.IMAGE:
        return signed_pixels(numbers, span.limit, theme)
    pixels = gray_pixels(numbers, span.low, span.high)
    pixels[~np.isfinite(numbers)] = QColor(theme.error).rgba()
    return pixels


def mosaic(block: Block, grid: Grid, span: Range | None, theme: Theme, ratio: float) -> QImage:
    """All maps of a block in their grid; empty boxes before there are numbers.

    ``ratio`` is the number of device pixels per pixel.
    """
    size = block.size
    strip = size.look is Look.UNITS
    tall = (
        grid.rows if strip else size.height
    )  # how many numbers there are in one tile along the axis
    maps = block.maps
    if maps is None or span is None:
        # All of one colour: no layout needed.
        tall, wide = (grid.rows if strip else 1), 1
        pixels = np.full((size.count, 1, 1), QColor(theme.inset).rgba(), np.uint32)
    else:
        if not strip:
            maps = thinned(maps, grid.height * ratio, grid.width * ratio)
        pixels = colours(maps, size.look, span, theme)
        tall, wide = (grid.rows if strip else maps.shape[1]), maps.shape[2]
    matrix = _matrix(pixels, grid, strip, QColor(theme.panel).rgba())
    cell = _cells(block) if maps is not None else (1, 0) if strip and tall <= 16 else (0, 0)
    rows = _axis(
        1 if strip else grid.rows,
        tall,
        round((grid.rect.height() if strip else grid.height) * ratio),
        round(grid.gap * ratio),
        cell[0],
    )
    columns = _axis(grid.columns, wide, round(grid.width * ratio), round(grid.gap * ratio), cell[1])
    picture = _framed(matrix, theme)[rows[:, None], columns[None, :]]
    _clear_holes(picture, grid, ratio, QColor(theme.panel).rgba())
    image = image_of(picture)
    image.setDevicePixelRatio(ratio)
    return image


def _cells(block: Block) -> tuple[int, int]:
    """Numbers separated by fine lines, for kernels and short strips."""
    if block.size.look is Look.UNITS:
        return (1, 0) if block.size.count <= 16 else (0, 0)
    return block.kernel or (0, 0)


def _matrix(pixels: Pixels, grid: Grid, strip: bool, ground: int) -> Pixels:
    """The maps (count, h, w) in rows and columns; the last cells may stay empty."""
    count, height, width = pixels.shape
    places = grid.rows * grid.columns
    if count < places:
        empty = np.full((places - count, height, width), ground, np.uint32)
        pixels = np.concatenate([pixels, empty])
    if strip:
        return pixels.reshape(grid.columns, grid.rows).T
    cells = pixels.reshape(grid.rows, grid.columns, height, width)
    return cells.transpose(0, 2, 1, 3).reshape(grid.rows * height, grid.columns * width)


def _framed(matrix: Pixels, theme: Theme) -> Pixels:
    """The image with two more rows and columns for the border and the gap between maps."""
    height, width = matrix.shape
    framed = np.full((height + 2, width + 2), QColor(theme.panel).rgba(), np.uint32)
    framed[: height + 1, : width + 1] = QColor(theme.border).rgba()
    framed[:height, :width] = matrix
    return framed


@lru_cache(maxsize=256)
def _axis(tiles: int, numbers: int, length: int, gap: int, cell: int) -> Indices:
    """For each pixel along an axis, which number it shows; beyond the last: border, then gap."""
    border, space = tiles * numbers, tiles * numbers + 1
    edge = 1 if length >= 6 else 0
    inner = max(length - 2 * edge, 1)
    within = np.arange(inner) * numbers // inner
    if cell and inner >= 3 * numbers and cell < numbers:
        first = np.flatnonzero(np.diff(within // cell, prepend=0))
        within[first] = -1
    tile = np.concatenate([np.full(edge, -1), within, np.full(edge, -1)])
    parts = []
    for i in range(tiles):
        parts.append(np.where(tile < 0, border, tile + i * numbers))
        parts.append(np.full(gap if i < tiles - 1 else 0, space))
    return np.concatenate(parts).astype(np.intp)


def _clear_holes(picture: Pixels, grid: Grid, ratio: float, color: int) -> None:
    if grid.count == grid.rows * grid.columns:
        return
    row, column = grid.cell(grid.count)
    hole = grid.tile(0).translated(
        column * (grid.width + grid.gap) - grid.x,
        row * (grid.height + (0 if grid.downwards else grid.gap)) - grid.y,
    )
    picture[round(hole.y() * ratio) + 1 :, round(hole.x() * ratio) :] = color
