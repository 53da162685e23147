"""Where panels stand, as plain numbers: a tree of splits, and the places it can be read from.

Layouts are stored as numbers because Qt trusts the bytes of its own saved states, and damaged ones
can keep it busy for minutes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

_MOST = 100_000


@dataclass(frozen=True, slots=True)
class DockPlace:
    """Where a dock is, in pixels: within the dock area, or on the screen while it floats.

    Docks in tabs have the same place; ``in_front`` is whether this one's content is seen.
    """

    x: int
    y: int
    width: int
    height: int
    in_front: bool = True
    floats: bool = False

    def numbers(self) -> list[int]:
        """As it is stored; a screen at the left of the first is not told."""
        places = (max(0, self.x), max(0, self.y), max(1, self.width), max(1, self.height))
        return [*places, int(self.in_front), int(self.floats)]


@dataclass(frozen=True, slots=True)
class DockTabs:
    """Docks of one place, the one in front first. ``size`` and ``stretch`` as of a panel."""

    ids: tuple[str, ...]
    size: int = 300
    stretch: int = 1


@dataclass(frozen=True, slots=True)
class DockSplit:
    """Parts beside each other, or below each other."""

    horizontal: bool
    parts: "tuple[DockTabs | DockSplit, ...]"
    size: int = 300
    stretch: int = 1


DockNode = DockTabs | DockSplit


def dock_ids(node: DockNode) -> Iterator[str]:
    """All docks of a tree, from left to right and from top to bottom."""
    if isinstance(node, DockTabs):
        yield from node.ids
    else:
        for part in node.parts:
            yield from dock_ids(part)


def shared_out(parts: Sequence[DockNode], room: int) -> list[int]:
    """The pixels of each part: its size and its share of what is left, or all in proportion."""
    wanted = [part.size for part in parts]
    left, shares = room - sum(wanted), sum(part.stretch for part in parts)
    if left >= 0 and shares:
        return [part.size + left * part.stretch // shares for part in parts]
    return [max(1, size * room // max(1, sum(wanted))) for size in wanted]


def places_from(stored: object) -> dict[str, DockPlace]:
    """The places in what was stored; none of those that are damaged or of an older kind."""
    if not isinstance(stored, Mapping):
        return {}
    found = {}
    for name, numbers in stored.items():
        if not isinstance(name, str) or not isinstance(numbers, list | tuple) or len(numbers) != 6:
            continue
        if all(type(n) is int and 0 <= n <= _MOST for n in numbers) and min(numbers[2:4]) > 0:
            x, y, width, height, in_front, floats = numbers
            found[name] = DockPlace(x, y, width, height, bool(in_front), bool(floats))
    return found


def tree_of(places: Mapping[str, DockPlace], bar: int = 0) -> DockNode | None:
    """The tree of splits in which docks have these places; None without a dock.

    Places that no splits make, as forged ones, are put below each other. ``bar`` is the height of
    the tabs' bar above docks that share a place, which is no part of it.
    """
    groups: dict[tuple[int, int, int, int], list[str]] = {}
    for name, place in places.items():
        groups.setdefault((place.x, place.y, place.width, place.height), []).append(name)
    tabs = [
        (
            _with_bar(box, bar if len(names) > 1 else 0),
            DockTabs(tuple(sorted(names, key=lambda name: not places[name].in_front))),
        )
        for box, names in groups.items()
    ]
    return _split(tabs) if tabs else None


def _with_bar(box: tuple[int, int, int, int], bar: int) -> tuple[int, int, int, int]:
    x, y, width, height = box
    return x, y - bar, width, height + bar


_Boxed = list[tuple[tuple[int, int, int, int], DockTabs]]


def _split(tabs: _Boxed) -> DockNode:
    if len(tabs) == 1:
        return tabs[0][1]
    for axis in (0, 1):
        groups = _cut(tabs, axis)
        if len(groups) > 1:
            parts = tuple(
                replace(_split(group), size=_extent(group, axis), stretch=_extent(group, axis))
                for group in groups
            )
            return DockSplit(axis == 0, parts)
    return DockSplit(False, tuple(each for _, each in tabs))


def _cut(tabs: _Boxed, axis: int) -> list[_Boxed]:
    """Groups that lie wholly before or behind each other along an axis."""
    groups: list[_Boxed] = []
    end = -1
    for box, each in sorted(tabs, key=lambda boxed: boxed[0][axis]):
        if not groups or box[axis] < end:
            groups[-1:] = [[*(groups[-1] if groups else []), (box, each)]]
        else:
            groups.append([(box, each)])
        end = max(end, box[axis] + box[axis + 2])
    return groups


def _extent(tabs: _Boxed, axis: int) -> int:
    first = min(box[axis] for box, _ in tabs)
    return max(box[axis] + box[axis + 2] for box, _ in tabs) - first
