"""The order of the tests where several processes share them: what takes long is begun first.

pytest-xdist gives each process as many neighbours as the others; who is done takes over from the
end of another's, but never its last two. So each process begins with its share of the long ones.
What takes long mostly waits for other processes, and what is short computes: the two take turns, so
that the cores are neither idle first nor fought for later.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from statistics import fmean
from typing import TypeVar

import pytest

Item = TypeVar("Item")
# What a test with this marker or fixture takes, in seconds, as was measured; the first that it has.
_LONG_S = 8.0
_FIXTURES_S = {
    "open_window": 1.2,
    "scripts": 0.3,
    "open_session": 0.4,
    "shared_window": 0.3,
    "qtbot": 0.15,
}
_OTHERS_S = 0.05


@dataclass
class _Share:
    """What one process is to begin with."""

    room: int
    modules: list[tuple[Sequence[object], float]] = field(default_factory=list)
    cost_s: float = 0.0

    def in_turns(self) -> Iterator[object]:
        """Its tests, the longest and the shortest in turns, as long as each other in all."""
        first, last = 0, len(self.modules) - 1
        ahead_s = 0.0
        while first <= last:
            long = ahead_s <= 0
            items, cost_s = self.modules[first if long else last]
            first, last = first + long, last - (not long)
            ahead_s += len(items) * cost_s if long else -len(items) * cost_s
            yield from items


def cost_of(item: pytest.Item) -> float:
    """About how many seconds a test takes."""
    if item.get_closest_marker("long") is not None:
        return _LONG_S
    fixtures: Collection[str] = getattr(item, "fixturenames", ())
    return next((cost for name, cost in _FIXTURES_S.items() if name in fixtures), _OTHERS_S)


def shared_out(modules: Iterable[tuple[Sequence[Item], float]], processes: int) -> list[Item]:
    """The order of what the modules hold, each with the mean seconds of one of its tests."""
    modules = sorted(modules, key=lambda module: -module[1])
    left = sum(len(items) for items, _ in modules)
    shares = []
    for rest in range(processes, 0, -1):  # as pytest-xdist counts them
        shares.append(_Share(left // rest))
        left -= left // rest
    for items, cost_s in modules:
        while items:
            share = min((s for s in shares if s.room), key=lambda s: s.cost_s)
            taken, items = items[: share.room], items[share.room :]
            share.modules.append((taken, cost_s))
            share.room -= len(taken)
            share.cost_s += len(taken) * cost_s
    return [item for share in shares for item in share.in_turns()]  # type: ignore[misc]


def put_in_order(items: list[pytest.Item], processes: int) -> None:
    """Put the tests in the order in which so many processes are soonest done with them."""
    modules = [list(group) for _, group in groupby(items, key=lambda item: item.path)]
    items[:] = shared_out(((m, fmean(map(cost_of, m))) for m in modules), processes)
