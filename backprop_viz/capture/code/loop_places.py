"""Where in the code of a script's loop something happens, and what is one pass of that loop."""

import contextlib
import sys
from collections.abc import Iterator
from os.path import dirname
from pathlib import Path
from types import CodeType, FrameType

import torch
from torch import nn

from backprop_viz.capture.code.code_flow import Loop
from backprop_viz.capture.code.passes import in_same_pass, instruction_at, loops_around

# The code of each frame and the instruction that runs in it, the outermost first.
StackPlace = tuple[tuple[CodeType, int], ...]

_NOT_THE_LOOPS = (dirname(torch.__file__), str(Path(__file__).parents[2]), contextlib.__file__)
_MODULE_CALLED = nn.Module._call_impl.__code__


def stack_place() -> tuple[StackPlace, bool]:
    """Where the script's own code is; and whether that is within a call of another module.

    Of what modules call it is the outermost module's call, of what torch calls the script's own.
    """
    frame: FrameType | None = sys._getframe(1)
    found: list[tuple[CodeType, int]] = []
    called: list[int] = []
    while frame is not None:
        if frame.f_code is _MODULE_CALLED:
            called.append(len(found))
        found.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    own = found[called[-1] :] if called else found
    while own and own[0][0].co_filename.startswith(_NOT_THE_LOOPS):
        own = own[1:]
    return tuple((code, instruction_at(code, at)) for code, at in own[::-1]), len(called) > 1


def is_in_module() -> bool:
    """Whether a module's call is under way."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code is not _MODULE_CALLED:
        frame = frame.f_back
    return frame is not None


def follows(after: StackPlace, before: StackPlace) -> bool:
    """Whether what was ``before``, when it ran last, was in the same pass of the loops."""
    for (code, instruction), (other, earlier) in zip(after, before, strict=False):
        if code is not other:
            return False
        if instruction != earlier:
            return in_same_pass(code, earlier, instruction)
    return False  # it is called again


class TurnLoop:
    """The loop of which each pass trains: the inmost around a backward and a step."""

    def __init__(self, backward: StackPlace, step: StackPlace, outer: int) -> None:
        """``outer``: so many loops further out; -1 is the outermost."""
        loops = list(_around_both(backward, step))[outer:]
        self._step, self._loop = step, loops[0] if loops else None

    def is_left(self, now: StackPlace) -> bool:
        """Whether the script is behind the loop, or within another."""
        if self._loop is None:
            return False
        depth, loop = self._loop
        (code, _), outside = self._step[depth], self._step[:depth]
        if len(now) <= depth or now[:depth] != outside or now[depth][0] is not code:
            return True
        return now[depth][1] not in loop


def _around_both(one: StackPlace, other: StackPlace) -> Iterator[tuple[int, Loop]]:
    """The loops around both places, the inner ones first, each with the number of its frame."""
    shared = 0
    while shared < min(len(one), len(other)) and one[shared] == other[shared]:
        shared += 1
    for depth in range(min(shared, len(one) - 1, len(other) - 1), -1, -1):
        (code, instruction), (same, later) = one[depth], other[depth]
        if code is same:
            for loop in loops_around(code, instruction):
                if later in loop:
                    yield depth, loop
