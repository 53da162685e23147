"""Paints strokes into two images: one for the network, one for the screen."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from backprop_viz.desktop.panels.drawing.strokes import Picture, Piece, paint_mark
from backprop_viz.recording.limits import PAD_SIDE

# Fainter pixels are not ink, only what rounding leaves under an eraser.
_FAINTEST = 1


class Ink:
    """Light ink on black; ``shown`` is the image at the screen's resolution."""

    def __init__(self) -> None:
        self._drawing = _blank(PAD_SIDE)
        self.shown = _blank(PAD_SIDE)
        self._empty: bool | None = True

    def paint_anew(self, run: Iterable[Piece | Picture], side: int) -> None:
        """Start with black, ``side`` screen pixels wide, and paint pieces."""
        self._drawing, self.shown = _blank(PAD_SIDE), _blank(side)
        self.paint(tuple(run))

    def paint(self, run: Iterable[Piece | Picture]) -> None:
        """Paint pieces on top."""
        run = tuple(run)
        for image in (self._drawing, self.shown):
            _paint(image, run)
        self._empty = None

    def image(self, tail: Piece | None = None) -> NDArray[np.float32]:
        """A copy for the network, with one more piece: (280, 280), 0..1, light on dark."""
        drawing = self._drawing
        if tail is not None:
            drawing = drawing.copy()
            _paint(drawing, (tail,))
        return _gray(drawing).astype(np.float32) / np.float32(255)

    @property
    def empty(self) -> bool:
        """Whether no ink is visible."""
        if self._empty is None:
            self._empty = not (_gray(self._drawing) > _FAINTEST).any()
        return self._empty


def _gray(image: QImage) -> NDArray[np.uint32]:
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    gray: NDArray[np.uint32] = pixels & np.uint32(255)
    return gray


def _paint(image: QImage, run: Iterable[Piece | Picture]) -> None:
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(image.width() / PAD_SIDE, image.width() / PAD_SIDE)
    for piece in run:
        paint_mark(painter, piece)
    painter.end()


def _blank(side: int) -> QImage:
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    return image
