"""Which parts of a lane are taken by nodes, and which parts of a track by edges."""

from bisect import bisect_left, insort


class Spans:
    """Stretches of a line that do not overlap; two of them may touch."""

    def __init__(self) -> None:
        self._starts: list[float] = []
        self._ends: list[float] = []

    def free(self, start: float, end: float) -> bool:
        """Whether nothing between two points is taken."""
        following = bisect_left(self._starts, end)
        return following == 0 or self._ends[following - 1] <= start

    def take(self, start: float, end: float) -> None:
        """Take what is between two points, which is free."""
        insort(self._starts, start)
        insort(self._ends, end)
