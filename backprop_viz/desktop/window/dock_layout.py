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


def with_hidden(tree: DockNode, base: DockNode) -> DockNode:
    """A tree with those docks, too, that only ``base`` has: beside their neighbours there.

    They are not shown, but come to be: a lesson at the left, what explains a number below.
    """
    return _with_hidden(tree, base, frozenset(dock_ids(tree)))


def _with_hidden(tree: DockNode, base: DockNode, shown: frozenset[str]) -> DockNode:
    if isinstance(base, DockTabs):
        here = [name for name in base.ids if name in shown]
        return _in_tabs(tree, here[0], [name for name in base.ids if name not in shown])
    there = [not shown.isdisjoint(dock_ids(part)) for part in base.parts]
    for part, seen in zip(base.parts, there, strict=True):
        if seen:
            tree = _with_hidden(tree, part, shown)
    first = there.index(True)
    for part in base.parts[:first]:
        tree = _beside(tree, base, part, base.parts[first], False, shown)
    for i in reversed(range(first, len(there))):
        if not there[i]:
            neighbour = base.parts[max(k for k in range(i) if there[k])]
            tree = _beside(tree, base, base.parts[i], neighbour, True, shown)
    return tree


def _in_tabs(tree: DockNode, name: str, others: Sequence[str]) -> DockNode:
    """A tree in which docks share the place of another one, behind it."""
    if isinstance(tree, DockTabs):
        return replace(tree, ids=(*tree.ids, *others)) if name in tree.ids else tree
    return replace(tree, parts=tuple(_in_tabs(part, name, others) for part in tree.parts))


def _beside(
    tree: DockNode,
    base: DockSplit,
    part: DockNode,
    neighbour: DockNode,
    behind: bool,
    shown: frozenset[str],
) -> DockNode:
    """A tree with a part of ``base`` beside the least that holds all docks of its neighbour."""
    wanted = shown.intersection(dock_ids(neighbour))
    along = isinstance(tree, DockSplit) and tree.horizontal == base.horizontal
    if isinstance(tree, DockSplit):
        at = next((i for i, each in enumerate(tree.parts) if _holds(each, wanted)), None)
        if at is not None and not (along and _is_least(tree.parts[at], wanted)):
            inner = _beside(tree.parts[at], base, part, neighbour, behind, shown)
            return replace(tree, parts=(*tree.parts[:at], inner, *tree.parts[at + 1 :]))
        if along:
            there = tree.parts if at is None else (tree.parts[at],)
            size = part.size * sum(each.size for each in there) // max(1, neighbour.size)
            place = (len(tree.parts) if behind else 0) if at is None else at + behind
            parts = list(tree.parts)
            parts.insert(place, replace(part, size=size))
            return replace(tree, parts=tuple(parts))
    least = replace(tree, size=neighbour.size, stretch=max(1, neighbour.stretch))
    pair = (least, part) if behind else (part, least)
    return DockSplit(base.horizontal, pair, tree.size, tree.stretch)


def _holds(node: DockNode, wanted: frozenset[str]) -> bool:
    return wanted.issubset(dock_ids(node))


def _is_least(node: DockNode, wanted: frozenset[str]) -> bool:
    """Whether no part of a node holds all that is wanted."""
    return isinstance(node, DockTabs) or not any(_holds(each, wanted) for each in node.parts)
