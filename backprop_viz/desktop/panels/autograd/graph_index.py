"""Which nodes and edges of a large graph are in sight: their boxes, asked all at once. No Qt."""

from collections.abc import Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from backprop_viz.analysis.graph.graph_layout import Placement

Key = TypeVar("Key")


class BoxIndex(Generic[Key]):
    """Finds things by their boxes: float64 (n, 4), each left, top, right, bottom."""

    def __init__(self, keys: Sequence[Key], boxes: NDArray[np.float64]) -> None:
        self._keys = keys
        self._left, self._top, self._right, self._bottom = boxes.T.copy()

    def within(self, left: float, top: float, right: float, bottom: float) -> list[Key]:
        """The things whose boxes touch an area, in their order."""
        seen = (
            (self._left <= right)
            & (self._right >= left)
            & (self._top <= bottom)
            & (self._bottom >= top)
        )
        return [self._keys[i] for i in np.flatnonzero(seen).tolist()]


def index_nodes(placement: Placement, around: float) -> BoxIndex[int]:
    """The nodes by their places, with so much room around each."""
    boxes = [(r.x, r.y, r.right, r.bottom) for r in placement.rects.values()]
    return BoxIndex(tuple(placement.rects), _grown(np.array(boxes), around))


def index_edges(placement: Placement, around: float) -> BoxIndex[tuple[int, int]]:
    """The edges by the boxes that hold their lines."""
    lines = placement.edges.values()
    points = np.array([point for line in lines for point in line]).reshape(-1, 2)
    starts = np.cumsum([0, *(len(line) for line in lines)])[:-1]
    boxes = np.empty((0, 4))
    if len(starts):
        low, high = (way.reduceat(points, starts) for way in (np.minimum, np.maximum))
        boxes = np.concatenate((low, high), axis=1)
    return BoxIndex(tuple(placement.edges), _grown(boxes, around))


def _grown(boxes: NDArray[np.float64], around: float) -> NDArray[np.float64]:
    grown: NDArray[np.float64] = boxes.reshape(-1, 4) + np.array([-around, -around, around, around])
    return grown
