"""Numbers to pictures: one diverging map for signed tensors, one plain map for images."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from backprop_viz.desktop.style.theme import Theme
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.layers import Layer


def is_gray(array: Array | None) -> bool:
    """Whether an array is shown in gray: it has no negative number. Others are shown as signed."""
    return array is None or not (array < 0).any()


def is_picture(array: Array | None, layer: Layer) -> bool:
    """Whether a layer's batch is shown in gray: only the network's input, without negatives."""
    return not layer.operations and is_gray(array)


def signed_range(array: Array) -> float:
    """The largest finite magnitude: the symmetric range a signed tensor is drawn in."""
    finite = np.abs(array[np.isfinite(array)])
    return float(finite.max()) if finite.size else 0.0


def signed_image(array: Array, limit: float, theme: Theme) -> QImage:
    """A 2-D array (H, W) as an image; -limit, 0 and +limit are negative, zero and positive.

    NaN and infinity get the error colour.
    """
    return image_of(signed_pixels(array, limit, theme))


def signed_pixels(array: Array, limit: float, theme: Theme) -> NDArray[np.uint32]:
    """The colours of ``signed_image`` for an array of any shape, as 0xffrrggbb."""
    scale = limit if limit > 0 else 1.0
    with np.errstate(invalid="ignore"):
        index = np.clip(np.asarray(array, np.float64) / scale * _MIDDLE + _MIDDLE, 0, 2 * _MIDDLE)
    table = _diverging(theme)
    pixels = table[np.rint(np.nan_to_num(index)).astype(np.uint16)]
    pixels[~np.isfinite(array)] = QColor(theme.error).rgba()
    return pixels


def gray_image(array: Array, low: float = 0.0, high: float = 1.0) -> QImage:
    """A 2-D array (H, W) as light ink on black, ``low``..``high``."""
    return image_of(gray_pixels(array, low, high))


def gray_pixels(array: Array, low: float = 0.0, high: float = 1.0) -> NDArray[np.uint32]:
    """The colours of ``gray_image`` for an array of any shape, as 0xffrrggbb."""
    span = high - low if high > low else 1.0
    level = np.clip((np.asarray(array, np.float64) - low) / span * 255, 0, 255)
    gray = np.nan_to_num(level).astype(np.uint32)
    return gray * np.uint32(0x010101) | np.uint32(0xFF000000)


_MIDDLE = 128  # an odd number of colours, so that zero has its own
_tables: dict[str, NDArray[np.uint32]] = {}


def _diverging(theme: Theme) -> NDArray[np.uint32]:
    """The colours from negative over zero to positive, made once for each theme."""
    if theme.name not in _tables:
        colors = [QColor(c) for c in (theme.negative, theme.zero, theme.positive)]
        ends = [(color.red(), color.green(), color.blue()) for color in colors]
        # The square root lifts small values off zero, where most gradients are.
        position = np.linspace(-1, 1, 2 * _MIDDLE + 1)
        position = np.sign(position) * np.sqrt(np.abs(position))
        channels = [
            np.interp(position, [-1, 0, 1], [end[c] for end in ends]).round().astype(np.uint32)
            for c in range(3)
        ]
        r, g, b = channels
        packed = 0xFF000000 | (r << 16) | (g << 8) | b
        _tables[theme.name] = packed.astype(np.uint32)
    return _tables[theme.name]


def image_of(pixels: NDArray[np.uint32]) -> QImage:
    """Colours (H, W) as 0xffrrggbb in an image that owns its pixels."""
    pixels = np.ascontiguousarray(pixels, np.uint32)
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()
