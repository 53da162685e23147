"""The geometry of the confusion matrix, and the strength of its cells' colour.

Row and column -1 are the headers, column n the accuracies.
"""

import math

from PySide6.QtCore import QPointF, QRectF

HEADER = 34.0  # of the row and the column that name the classes
WIDEST_HEADER = 84.0  # of the column, where names are long
_SHARE = 62.0  # of the column with the accuracy of each label
CAPTION = 18.0  # above the columns' header, and left of the rows'
_GAP = 2.0
_LARGEST = 64.0


def strength(share: float) -> float:
    """The strength of the accent in a cell with this share (0..1) of its row.

    The square root makes rare errors visible. At one half the strength jumps over the shades on
    which neither light nor dark text is readable.
    """
    return 0.55 * math.sqrt(2 * share) if share < 0.5 else 0.8 + 0.2 * share


class MatrixLayout:
    """The cells of a matrix of ``size`` classes in a room of this width and height.

    ``header`` is the width of the column with the names.
    """

    def __init__(self, size: int, width: float, height: float, header: float = HEADER) -> None:
        self.size, self._header = size, header
        across = (width - CAPTION - header - _SHARE) / size
        down = (height - CAPTION - HEADER) / size
        self.width = max(8.0, min(across, _LARGEST))
        self.height = max(8.0, min(down, _LARGEST))
        self.left, self.top = CAPTION + header, CAPTION + HEADER

    def cell(self, row: int, column: int) -> QRectF:
        """The box of a cell, of a header (-1), or of a row's accuracy (column ``size``)."""
        left = CAPTION if column < 0 else self.left + column * self.width
        top = CAPTION if row < 0 else self.top + row * self.height
        width = self._header if column < 0 else _SHARE if column == self.size else self.width
        height = HEADER if row < 0 else self.height
        return QRectF(left, top, width, height).adjusted(_GAP / 2, _GAP / 2, -_GAP / 2, -_GAP / 2)

    def at(self, point: QPointF) -> tuple[int, int] | None:
        """The row and column at a point; an accuracy belongs to its row's header."""
        x, y = point.x() - CAPTION, point.y() - CAPTION
        if x < 0 or y < 0:
            return None
        column = -1 if x < self._header else int((x - self._header) / self.width)
        row = -1 if y < HEADER else int((y - HEADER) / self.height)
        if self.size <= column and x < self._header + self.size * self.width + _SHARE:
            column = -1
        return (row, column) if row < self.size and column < self.size else None
