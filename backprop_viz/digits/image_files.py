"""Image files as drawings: PNG and JPEG, dark on light or light on dark, of any kind and size.

Imports neither torch nor Qt.
"""

import io
import os
import stat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.limits import PAD_SIDE
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

_MARGIN = 30  # around the ink in it
_READ_SIDE = 1024  # pixels; more than that tells nothing more of a digit
_MOST_PIXELS = 50_000_000
_MOST_BYTES = 4 * _MOST_PIXELS
# A byte of a PNG or JPEG file cannot stand for more pixels than this: 1,032 bytes is deflate's
# limit, and eight pixels fit in one. A file that promises more is not whole.
_MOST_PIXELS_PER_BYTE = 8 * 1032
_FAINTEST = 2 / 255  # what differs less from the background is no ink
_ORIENTATION = 0x0112  # EXIF's tag
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class ImageError(ArgumentError):
    """An image cannot be used; the message names it and says what to do."""


def read_image(source: str | os.PathLike[str] | bytes, name: str = "") -> NDArray[np.float32]:
    """The ink of an image file, or of a file's bytes called ``name``: (H, W), 0..1, on dark.

    The sides are at most 1,024; what is larger is averaged. Raises ImageError.
    """
    if isinstance(source, bytes):
        return _ink(_decode(source, name))
    path = Path(source)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ImageError(
                QT_TRANSLATE_NOOP("errors", "{0} is not a file. Choose an image."), path
            )
        if status.st_size > _MOST_BYTES:
            raise _huge(str(path))
        data = path.read_bytes()
    except OSError as error:
        raise ImageError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} cannot be read: {1}. Check that it is there and that you may read it.",
            ),
            path,
            error.strerror or error,
        ) from error
    return _ink(_decode(data, str(path)))


def read_drawing(source: str | os.PathLike[str] | bytes, name: str = "") -> NDArray[np.float32]:
    """An image file as a drawing, (280, 280). Raises ImageError, also where there is no ink."""
    ink = read_image(source, name)
    if not ink.any():
        named = name if isinstance(source, bytes) else os.fspath(source)
        raise ImageError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} is all of one colour. Choose an image with a digit in it.",
            ),
            named,
        )
    return as_drawing(ink)


def as_drawing(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """The ink, cropped, in the middle of a drawing: (280, 280) float32, 0..1, light on dark."""
    drawing = np.zeros((PAD_SIDE, PAD_SIDE), np.float32)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not rows.size:
        return drawing
    cropped = Image.fromarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    scale = (PAD_SIDE - 2 * _MARGIN) / max(cropped.size)
    width, height = (max(1, round(side * scale)) for side in cropped.size)
    # Averages where it makes smaller; where it makes larger, every pixel stays a square.
    fitted = np.asarray(cropped.resize((width, height), Image.Resampling.BOX))
    top, left = (PAD_SIDE - height) // 2, (PAD_SIDE - width) // 2
    drawing[top : top + height, left : left + width] = fitted
    return drawing


def _decode(data: bytes, name: str) -> NDArray[np.float32]:
    """The grey values (H, W) of a file's bytes, 0 dark to 1 light."""
    try:
        return _grey(data, name)
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _huge(name) from error
    except Image.UnidentifiedImageError as error:
        raise ImageError(
            QT_TRANSLATE_NOOP("errors", "{0} is not a PNG or JPEG image. Choose one that is."), name
        ) from error
    except Exception as error:
        # Pillow's decoders raise whatever comes up in a damaged file: SyntaxError, struct.error …
        raise ImageError(
            QT_TRANSLATE_NOOP("errors", "{0} is damaged or incomplete: {1}. Choose another image."),
            name,
            _words(error),
        ) from error


def _grey(data: bytes, name: str) -> NDArray[np.float32]:
    with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
        pixels = image.width * image.height
        if pixels > _MOST_PIXELS:
            raise _huge(name)
        if pixels > _MOST_PIXELS_PER_BYTE * len(data):
            raise ImageError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "{0} is incomplete: its header promises {1} by {2} pixels in {3} bytes. "
                    "Choose another image.",
                ),
                name,
                format(image.width, ","),
                format(image.height, ","),
                format(len(data), ","),
            )
        # A JPEG is read smaller at once where it can be.
        image.draft(None, (_READ_SIDE, _READ_SIDE))
        image.load()
        turn = _TURNS.get(_orientation(image))
        grey = _as_grey(image)
    grey = _smaller(grey)
    if turn is not None:
        grey = grey.transpose(turn)
    return np.asarray(grey, np.float32) / np.float32(255)


def _smaller(image: Image.Image) -> Image.Image:
    """The image, averaged to at most this many pixels a side."""
    factor = -(-max(image.size) // _READ_SIDE)
    return image.reduce(factor) if factor > 1 else image


def _orientation(image: Image.Image) -> int:
    """How the camera was held, 1 to 8; upright where its note of that is damaged."""
    try:
        orientation = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # whatever Pillow meets in there, the picture itself is whole
        return 1
    return orientation if isinstance(orientation, int) else 1


def _as_grey(image: Image.Image) -> Image.Image:
    """The image as 8-bit grey; what is transparent takes the colour that the ink is not."""
    if image.mode.startswith("I"):  # 16 bits
        values = np.asarray(image)
        high = np.empty(values.shape, np.uint8)
        np.right_shift(values, 8, out=high, casting="unsafe")
        return Image.fromarray(high)
    if not image.has_transparency_data:
        return image if image.mode == "L" else image.convert("L")
    opaque = _smaller(image if image.mode == "RGBA" else image.convert("RGBA"))
    grey, alpha = opaque.convert("L"), opaque.getchannel("A")
    weights = np.asarray(alpha, np.float32)
    ink = float((np.asarray(grey) * weights).sum() / max(float(weights.sum()), 1.0))
    background = Image.new("L", opaque.size, 0 if ink > 127 else 255)
    background.paste(grey, mask=alpha)
    return background


def _ink(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Light ink on dark, 0..1, of a drawing on any background; all 0 where there is no ink.

    Most of a drawing is background, so its level is the median; the ink is what differs most, to
    whichever side. On the other side there is only noise, which says how faint ink can be.
    """
    difference = grey - np.median(grey)
    up, down = np.maximum(difference, 0), np.maximum(-difference, 0)
    light = float((up**2).sum()) >= float((down**2).sum())
    ink, other = (up, down) if light else (down, up)
    peak = float(ink.max())
    if peak < _FAINTEST:
        return np.zeros_like(grey)
    faint = min(2 * float(np.quantile(other, 0.99)), peak / 2)
    cleaned: NDArray[np.float32] = np.maximum(ink - faint, 0) / (peak - faint)
    return cleaned


def _huge(name: str) -> ImageError:
    most = _MOST_PIXELS // 1_000_000
    return ImageError(
        QT_TRANSLATE_NOOP(
            "errors",
            "{0} has more than {1} million pixels. Make it smaller first.",
        ),
        name,
        most,
    )


def _words(error: Exception) -> str:
    """What a decoder said, in one line of a bearable length."""
    words = " ".join(str(error).split()).rstrip(".")[:100]
    return words or type(error).__name__
