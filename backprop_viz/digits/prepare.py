"""A drawn image as an input of the network: normalised the way MNIST's digits are.

The ink is cropped, its longer side brought to 20 pixels by area averaging with the aspect kept,
its centre of mass moved to the centre of 28x28, and two dark pixels added on every side. Of a
single drawing, tiny dots that lie apart from it are left out first.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop_viz.digits.stray_marks import without_stray_dots
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

NET_SIZE = 32  # what LeNet takes
INK_SIZE = 20  # the longer side of the ink in MNIST's images

# Fainter than any pen's own edge: what an 8-bit canvas leaves of rounding is not ink.
_FAINTEST_INK = 1 / 255


def prepare(image: NDArray[Any]) -> NDArray[np.float32]:
    """Return `image` (2-D, any size, light ink on dark) as float32 (32, 32) in 0..1.

    Values are 0..1, or 0..255 where the largest is above 1. The brightest pixel of the result is
    1, so that grey ink and a thin pen read as white ink does; an empty canvas gives zeros.
    Raises ValueError for anything that is not a 2-D array of finite numbers.
    """
    array = np.asarray(image)
    if array.ndim != 2:
        raise ArgumentError(
            QT_TRANSLATE_NOOP("errors", "A drawing has 2 dimensions (height, width), not {0}."),
            array.ndim,
        )
    if array.size == 0:
        raise ArgumentError(
            QT_TRANSLATE_NOOP("errors", "A drawing has at least one pixel; this one is {0}."),
            array.shape,
        )
    if array.dtype.kind not in "buif":
        raise ArgumentError(
            QT_TRANSLATE_NOOP("errors", "A drawing holds real numbers, not {0}."), array.dtype
        )
    values = array.astype(np.float64)
    if not np.isfinite(values).all():
        raise ArgumentError(
            QT_TRANSLATE_NOOP(
                "errors",
                "A drawing holds finite numbers only; this one has NaN or infinity.",
            )
        )
    if values.max() > 1.0:
        values /= 255.0
    canvas = np.clip(values, 0.0, 1.0).astype(np.float32)
    canvas = without_stray_dots(canvas, canvas > _FAINTEST_INK)
    prepared: NDArray[np.float32] = prepare_batch(canvas[None])[0]
    return prepared


def prepare_batch(canvases: NDArray[np.float32]) -> NDArray[np.float32]:
    """`prepare` for many canvases of one size: float32 (N, H, W) in 0..1 to (N, 32, 32)."""
    count = len(canvases)
    ink = canvases > _FAINTEST_INK
    top, bottom = _extent(np.any(ink, axis=2))
    left, right = _extent(np.any(ink, axis=1))
    # Source pixels per pixel of the result; an empty canvas may have any scale but zero.
    scale = np.maximum(np.maximum(bottom - top, right - left), 1) / INK_SIZE
    rows = _averaging(top, bottom, scale, canvases.shape[1])
    columns = _averaging(left, right, scale, canvases.shape[2])
    # In float64: what another processor sums in another order is rounded to the same float32.
    small = rows @ canvases.astype(np.float64) @ columns.transpose(0, 2, 1)
    peak = small.max(axis=(1, 2), keepdims=True)
    small /= np.where(peak > 0, peak, 1)

    # One dark row and column at the end, for every index that falls beside the ink.
    padded = np.zeros((count, INK_SIZE + 1, INK_SIZE + 1), np.float32)
    padded[:, :INK_SIZE, :INK_SIZE] = small
    height = np.ceil((bottom - top) / scale)
    width = np.ceil((right - left) / scale)
    y = _placed(small.sum(axis=2), height)
    x = _placed(small.sum(axis=1), width)
    each = np.arange(count)[:, None, None]
    return padded[each, y[:, :, None], x[:, None, :]]


def _extent(used: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First used index and one past the last of (N, L); (0, 0) where nothing is used."""
    length = used.shape[1]
    some = used.any(axis=1)
    first = used.argmax(axis=1)
    end = length - used[:, ::-1].argmax(axis=1)
    return np.where(some, first, 0), np.where(some, end, 0)


def _averaging(
    start: NDArray[np.int64], end: NDArray[np.int64], scale: NDArray[np.float64], length: int
) -> NDArray[np.float32]:
    """Weights (N, 20, length): pixel i of the result averages `scale` pixels from i * `scale`."""
    low = start[:, None] + np.arange(INK_SIZE) * scale[:, None]
    high = np.minimum(low + scale[:, None], end[:, None])
    bounds = np.stack([low, high]).astype(np.float32)[..., None]
    pixel = np.arange(length, dtype=np.float32)
    weights: NDArray[np.float32] = np.minimum(bounds[1], pixel + 1)
    weights -= np.maximum(bounds[0], pixel)
    np.maximum(weights, 0, out=weights)
    weights /= scale.astype(np.float32)[:, None, None]
    return weights


def _placed(profile: NDArray[np.float64], extent: NDArray[np.float64]) -> NDArray[np.int64]:
    """For each of 32 positions the index 0..19 of the pixel that lands there, else 20.

    `profile` is the ink (N, 20) along the axis. Its centre of mass goes to the centre by whole
    pixels, rounded as MNIST's is (into 16.0 to 17.0 of 32), as far as none of the `extent` pixels
    that hold ink leaves the 32.
    """
    total = profile.sum(axis=1)
    centre = (profile @ np.arange(0.5, INK_SIZE)) / np.where(total > 0, total, 1)
    shift = np.clip(np.ceil(NET_SIZE / 2 - centre), 0, NET_SIZE - extent)
    index = np.arange(NET_SIZE) - shift[:, None].astype(np.int64)
    return np.where((index >= 0) & (index < INK_SIZE), index, INK_SIZE)
