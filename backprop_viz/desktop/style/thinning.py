"""Pictures of more numbers than pixels: which number a pixel stands for, and which it shows."""

import numpy as np

from backprop_viz.recording.trace.events import Array


def thinned(maps: Array, height: float, width: float) -> Array:
    """Maps (count, rows, columns) with one number for each pixel: the one farthest from zero.

    A mean would show a number that does not exist, and would hide outliers.
    """
    for axis, pixels in ((1, int(height) - 2), (2, int(width) - 2)):
        numbers = maps.shape[axis]
        if numbers > pixels > 0:
            starts = np.arange(pixels) * numbers // pixels
            high = np.maximum.reduceat(maps, starts, axis)
            low = np.minimum.reduceat(maps, starts, axis)
            maps = np.where(high >= -low, high, low)
    return maps


def numbers_at(at: float, length: float, count: int) -> range:
    """The numbers along an axis of a tile that its pixel at ``at`` stands for."""
    edge = 1 if length >= 6 else 0
    pixels = max(round(length) - 2 * edge, 1)
    pixel = min(max(int(at) - edge, 0), pixels - 1)
    if count <= pixels:
        number = pixel * count // pixels
        return range(number, number + 1)
    return range(pixel * count // pixels, (pixel + 1) * count // pixels)


def farthest(numbers: Array, rows: range, columns: range) -> tuple[int, int]:
    """Where the number farthest from zero is in a part of a map; NaN is farther than any."""
    part = np.abs(numbers[rows.start : rows.stop, columns.start : columns.stop])
    row, column = divmod(int(part.argmax()), part.shape[1])
    return rows.start + row, columns.start + column
