"""Numbers to pictures: one diverging map for signed tensors, one plain map for images."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from ..core.records import Array
from .theme import Theme


def signed_range(array: Array) -> float:
    """The largest finite magnitude: the symmetric range a signed tensor is drawn in."""
    finite = np.abs(array[np.isfinite(array)])
    return float(finite.max()) if finite.size else 0.0


def signed_image(array: Array, limit: float, theme: Theme) -> QImage:
    """A 2-D array (H, W) as an image: -limit, 0, +limit are negative, zero, positive.

    NaN and infinity get the error colour, so that they are seen.
    """
    scale = limit if limit > 0 else 1.0
    with np.errstate(invalid="ignore"):
        index = np.clip(np.asarray(array, np.float64) / scale * 127.5 + 127.5, 0, 255)
    table = _diverging(theme)
    pixels = table[np.nan_to_num(index).astype(np.uint8)]
    pixels[~np.isfinite(array)] = QColor(theme.error).rgba()
    return _image(pixels)


def gray_image(array: Array, low: float = 0.0, high: float = 1.0) -> QImage:
    """A 2-D array (H, W) as light ink on black, ``low``..``high``."""
    span = high - low if high > low else 1.0
    level = np.clip((np.asarray(array, np.float64) - low) / span * 255, 0, 255)
    gray = np.nan_to_num(level).astype(np.uint32)
    return _image(gray * 0x010101 | 0xFF000000)


_tables: dict[str, NDArray[np.uint32]] = {}


def _diverging(theme: Theme) -> NDArray[np.uint32]:
    """256 colours from negative over zero to positive, made once for each theme."""
    if theme.name not in _tables:
        ends = [QColor(c).getRgb()[:3] for c in (theme.negative, theme.zero, theme.positive)]
        # The square root lifts small values off zero, where most gradients are.
        position = np.linspace(-1, 1, 256)
        position = np.sign(position) * np.sqrt(np.abs(position))
        channels = [
            np.interp(position, [-1, 0, 1], [end[c] for end in ends]).round().astype(np.uint32)
            for c in range(3)
        ]
        r, g, b = channels
        _tables[theme.name] = np.uint32(0xFF000000) | (r << 16) | (g << 8) | b
    return _tables[theme.name]


def _image(pixels: NDArray[np.uint32]) -> QImage:
    """An image that owns its pixels."""
    pixels = np.ascontiguousarray(pixels, np.uint32)
    height, width = pixels.shape
    return QImage(
        pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32
    ).copy()
