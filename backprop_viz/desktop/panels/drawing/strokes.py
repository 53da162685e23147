"""Pen strokes as smooth curves, in the drawing's own units."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen

from backprop_viz.recording.limits import PAD_SIDE

PEN = PAD_SIDE / 13
# The widths of the pens, and how much wider the eraser is.
WIDTHS = (PAD_SIDE / 22, PEN, PAD_SIDE / 8)
ERASER = 1.6
MEDIUM = 1  # the index of the default pen in WIDTHS


@dataclass(frozen=True, slots=True)
class PenPoint:
    """A point of a stroke and the stroke's width there, in the drawing's units."""

    x: float
    y: float
    width: float = PEN


@dataclass(frozen=True, slots=True)
class Stroke:
    """What the pen drew, or the eraser erased, between down and up: at least one point."""

    points: tuple[PenPoint, ...]
    erases: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """An image in place of the drawing: PAD_SIDE rows of PAD_SIDE grey values."""

    greys: bytes

    @classmethod
    def of(cls, image: NDArray[np.float32]) -> Self:
        """The picture of an image (280, 280), 0..1, light on dark."""
        return cls(np.rint(image * 255).astype(np.uint8).tobytes())


# A drawing is a sequence of these, each painted over the previous ones.
PadMark = Stroke | Picture


@dataclass(frozen=True, slots=True)
class Piece:
    """A quadratic curve from ``start`` to ``end``, of ink or of the eraser."""

    start: tuple[float, float]
    control: tuple[float, float]
    end: tuple[float, float]
    width: float
    erases: bool = False

    def bounds(self) -> QRectF:
        """The area that the piece touches."""
        xs, ys = zip(self.start, self.control, self.end, strict=True)
        box = QRectF(QPointF(min(xs), min(ys)), QPointF(max(xs), max(ys)))
        reach = self.width / 2 + 2
        return box.adjusted(-reach, -reach, reach, reach)


def settled_piece(points: Sequence[PenPoint], erases: bool = False) -> Piece:
    """The curve that the newest point settles: up to the midpoint before it, joined smoothly."""
    last = points[-1]
    if len(points) == 1:
        at = (last.x, last.y)
        return Piece(at, at, at, last.width, erases)
    before = points[-2]
    start = _middle(points[-3], before) if len(points) > 2 else (before.x, before.y)
    return Piece(start, (before.x, before.y), _middle(before, last), before.width, erases)


def tail_piece(points: Sequence[PenPoint], erases: bool = False) -> Piece:
    """The line from the end of the settled curve to the newest point."""
    last = points[-1]
    start = _middle(points[-2], last) if len(points) > 1 else (last.x, last.y)
    return Piece(start, (last.x, last.y), (last.x, last.y), last.width, erases)


def settled_pieces(points: Sequence[PenPoint], erases: bool = False) -> Iterator[Piece]:
    """All settled pieces of the points, the same as were settled one by one."""
    for count in range(1, len(points) + 1):
        yield settled_piece(points[max(count - 3, 0) : count], erases)


def pieces(mark: PadMark) -> Iterator[Piece | Picture]:
    """The pieces of a whole stroke, or a picture."""
    if isinstance(mark, Picture):
        yield mark
        return
    yield from settled_pieces(mark.points, mark.erases)
    yield tail_piece(mark.points, mark.erases)


def _middle(a: PenPoint, b: PenPoint) -> tuple[float, float]:
    return (a.x + b.x) / 2, (a.y + b.y) / 2


def paint_mark(painter: QPainter, piece: Piece | Picture) -> None:
    """Paint a piece with round ends, white for ink and black for the eraser; or a picture."""
    if isinstance(piece, Picture):
        image = QImage(piece.greys, PAD_SIDE, PAD_SIDE, PAD_SIDE, QImage.Format.Format_Grayscale8)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QPointF(), image)
        return
    color = Qt.GlobalColor.black if piece.erases else Qt.GlobalColor.white
    pen = QPen(color, piece.width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if piece.start == piece.end:
        painter.drawPoint(QPointF(*piece.start))
        return
    path = QPainterPath(QPointF(*piece.start))
    path.quadTo(QPointF(*piece.control), QPointF(*piece.end))
    painter.drawPath(path)
