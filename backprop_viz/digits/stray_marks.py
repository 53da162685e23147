"""Dots beside a drawing, where the pen touched the canvas by mistake."""

import numpy as np
from numpy.typing import NDArray

_CELLS = 40  # along the longer side: what is nearer than one of these is one piece
# A stray dot is small and round beside the largest piece, and far from the rest.
_MOST_INK = 0.2
_LONGEST = 0.35
_ROUND = 2.0
_FAR = 0.18


def without_stray_dots(canvas: NDArray[np.float32], ink: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The canvas (H, W), or a copy of it in which the dots that were not meant are dark.

    ``ink`` (H, W) is where it is not dark. Lengths are compared with the largest piece's longer
    side: a dot is at most 0.35 of it long, and 0.18 of it away from the box of the pieces kept.
    """
    size = -(-max(canvas.shape) // _CELLS)
    pieces = _pieces(_coarse(ink, size))
    if len(pieces) == 1:
        return canvas
    pieces.sort(key=len, reverse=True)
    sides = [np.ptp(piece, axis=0) + 1 for piece in pieces]
    longest = sides[0].max()
    small = [
        len(piece) <= _MOST_INK * len(pieces[0])
        and side.max() <= max(_LONGEST * longest, 2)
        and side.max() <= _ROUND * side.min()
        for piece, side in zip(pieces, sides, strict=True)
    ]
    meant = np.concatenate([p for p, dot in zip(pieces, small, strict=True) if not dot])
    low, high = meant.min(axis=0), meant.max(axis=0)
    result = canvas
    for piece, dot in zip(pieces, small, strict=True):
        gap = np.maximum(np.maximum(low - piece.max(axis=0), piece.min(axis=0) - high) - 1, 0)
        if dot and np.hypot(*gap) >= _FAR * longest:
            result = canvas.copy() if result is canvas else result
            for row, column in (piece * size).tolist():
                result[row : row + size, column : column + size] = 0
    return result


def _coarse(ink: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    """Which squares of ``size`` pixels hold ink."""
    rows = np.logical_or.reduceat(ink, np.arange(0, ink.shape[0], size), axis=0)
    return np.logical_or.reduceat(rows, np.arange(0, ink.shape[1], size), axis=1)


def _pieces(cells: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """The cells (n, 2) of each piece: those that touch, corners included."""
    left = set(map(tuple, np.argwhere(cells).tolist()))
    pieces = []
    while left:
        reached = [left.pop()]
        for row, column in reached:
            for near in _AROUND:
                cell = (row + near[0], column + near[1])
                if cell in left:
                    left.remove(cell)
                    reached.append(cell)
        pieces.append(np.array(reached))
    return pieces or [np.zeros((0, 2), np.int64)]


_AROUND = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)]
