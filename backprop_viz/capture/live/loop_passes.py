"""In which pass of the loops around it something of a script ran."""

import sys
import weakref
from functools import lru_cache
from types import FrameType
from typing import Any

from backprop_viz.capture.code.code_flow import Loop
from backprop_viz.capture.code.loop_places import StackPlace
from backprop_viz.capture.code.pass_variables import PassVariable, pass_variables, variables_at
from backprop_viz.capture.code.passes import loops_around, may_be_in_same_pass, runs_in_each_pass
from backprop_viz.capture.tensors.nested_tensors import nested_tensors

# The number of a frame, and a loop in it.
_Level = tuple[int, Loop]


class LoopPass:
    """What the variables of the loops around a place hold while it runs, the outermost first.

    Two places further down in the code have run in the same pass if the variables that each pass
    sets anew held the same objects. Nothing is known of a while loop that counts and fetches
    nothing, nor where a loop takes the same object again.
    """

    def __init__(self, place: StackPlace) -> None:
        """Of a place where the script is now."""
        self._place = place
        self._held: dict[_Level, dict[PassVariable, Any]] = {}
        frames = _frames()
        for depth, loops in _loops(place):
            wanted = [variable for _, variables in loops for variable in variables]
            values = variables_at(frames[depth], wanted)
            for loop, variables in loops:
                told = {one: _mark(values[one]) for one in variables if one in values}
                self._held[depth, loop] = told

    def goes_on_at(self, place: StackPlace) -> bool:
        """Whether the script is in the same pass now, at a place further down in the code."""
        depth = _may_follow(place, self._place)
        if depth is None:
            return False
        now = LoopPass(place)._held
        shared = [level for level in now if level[0] <= depth and level in self._held]
        pairs = [(self._kept(level, place), now[level]) for level in shared]
        return bool(pairs and pairs[-1][0]) and all(_are_same(then, those) for then, those in pairs)

    def _kept(self, level: _Level, place: StackPlace) -> dict[PassVariable, Any]:
        """What the variables of a loop held that its pass does not change until ``place``."""
        depth, _ = level
        (code, then), (_, now) = self._place[depth], place[depth]
        return {one: v for one, v in self._held[level].items() if one.is_kept(code, then, now)}


@lru_cache(maxsize=256)
def _loops(
    place: StackPlace,
) -> tuple[tuple[int, tuple[tuple[Loop, tuple[PassVariable, ...]], ...]], ...]:
    """The frames with loops around a place, each with its loops and their variables."""
    found = []
    for depth, (code, instruction) in enumerate(place):
        loops = [(loop, pass_variables(code, loop)) for loop in loops_around(code, instruction)]
        if loops:
            found.append((depth, tuple(reversed(loops))))
    return tuple(found)


@lru_cache(maxsize=256)
def is_conditional(place: StackPlace) -> bool:
    """Whether loops around a place may have a pass without it that their variables tell."""
    looped = False
    for code, instruction in place:
        looped = looped or any(
            pass_variables(code, loop) for loop in loops_around(code, instruction)
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


def _mark(value: Any) -> Any:
    """What a value is known by later, without keeping it alive."""
    if isinstance(value, int | float | str):
        return value
    in_it = next(nested_tensors(value), None) if isinstance(value, list | tuple | dict) else None
    try:
        return weakref.ref(value if in_it is None else in_it)
    except TypeError:
        return id(value), type(value).__name__


def _are_same(then: dict[PassVariable, Any], now: dict[PassVariable, Any]) -> bool:
    return all(one in now and _is_same(mark, now[one]) for one, mark in then.items())


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, weakref.ref) or isinstance(other, weakref.ref):
        return one is other
    return bool(one == other)
