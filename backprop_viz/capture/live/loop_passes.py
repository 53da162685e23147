"""In which pass of the for loops around it something of a script ran."""

import sys
import weakref
from functools import lru_cache
from types import FrameType
from typing import Any

from backprop_viz.capture.code.frame_variables import variables_of
from backprop_viz.capture.code.passes import (
    Loop,
    loop_variables,
    loops_around,
    may_be_in_same_pass,
    runs_in_each_pass,
)
from backprop_viz.capture.live.loop_places import StackPlace

# The number of a frame, and a loop in it.
_Level = tuple[int, Loop]


class LoopPass:
    """What the variables of the for loops around a place hold while it runs, the outermost first.

    Two places further down in the code have run in the same pass if the loops' variables held the
    same objects. Nothing is known of a while loop, nor where a loop takes the same object again.
    """

    def __init__(self, place: StackPlace) -> None:
        """Of a place where the script is now."""
        self._place = place
        self._held: dict[_Level, list[Any]] = {}
        frames = _frames()
        for depth, loops in _loops(place):
            frame = frames[depth]
            variables = variables_of(frame) if any(names for _, names in loops) else {}
            for loop, names in loops:
                values = [variables.get(name, frame.f_globals.get(name)) for name in names]
                self._held[depth, loop] = [_mark(v) for v in values if not _is_constant(v)]

    def goes_on_at(self, place: StackPlace) -> bool:
        """Whether the script is in the same pass now, at a place further down in the code."""
        depth = _may_follow(place, self._place)
        if depth is None:
            return False
        now = LoopPass(place)._held
        shared = [level for level in now if level[0] <= depth and level in self._held]
        if not shared or not now[shared[-1]]:
            return False
        return all(_are_same(now[one], self._held[one]) for one in shared)


@lru_cache(maxsize=256)
def _loops(place: StackPlace) -> tuple[tuple[int, tuple[tuple[Loop, tuple[str, ...]], ...]], ...]:
    """The frames with loops around a place, each with its loops and their variables."""
    found = []
    for depth, (code, instruction) in enumerate(place):
        loops = [(loop, loop_variables(code, loop)) for loop in loops_around(code, instruction)]
        if loops:
            found.append((depth, tuple(reversed(loops))))
    return tuple(found)


@lru_cache(maxsize=256)
def is_conditional(place: StackPlace) -> bool:
    """Whether for loops around a place may have a pass without it."""
    looped = False
    for code, instruction in place:
        looped = looped or any(
            loop_variables(code, loop) for loop in loops_around(code, instruction)
        )
        if looped and not runs_in_each_pass(code, instruction):
            return True
    return False


def _may_follow(after: StackPlace, before: StackPlace) -> int | None:
    """The frame in which one place may follow the other in the same pass; None if it may not."""
    for depth, ((code, now), (other, earlier)) in enumerate(zip(after, before, strict=False)):
        if code is not other:
            return None
        if now != earlier:
            return depth if may_be_in_same_pass(code, earlier, now) else None
    return None


def may_follow(after: StackPlace, before: StackPlace) -> bool:
    """Whether one place may follow the other in the same pass of the loops."""
    return _may_follow(after, before) is not None


def _frames() -> list[FrameType]:
    """The frames of this thread, the outermost first."""
    found: list[FrameType] = []
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        found.append(frame)
        frame = frame.f_back
    return found[::-1]


def _is_constant(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _mark(value: Any) -> Any:
    """What a value is known by later, without keeping it alive."""
    if isinstance(value, int | float | str):
        return value
    try:
        return weakref.ref(value)
    except TypeError:
        return id(value), type(value).__name__


def _are_same(now: list[Any], then: list[Any]) -> bool:
    def same(one: Any, other: Any) -> bool:
        if isinstance(one, weakref.ref) or isinstance(other, weakref.ref):
            return one is other
        return bool(one == other)

    return len(now) == len(then) and all(map(same, now, then))
