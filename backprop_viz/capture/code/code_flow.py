"""What may run after what in a function, and its loops, from its bytecode."""

import dis
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from types import CodeType

_JUMPS = frozenset((*dis.hasjrel, *dis.hasjabs))
_RETURNS = ("RETURN_VALUE", "RETURN_CONST")
# Behind these comes nothing but where they jump to.
_NEVER_FALLS_THROUGH = (
    *_RETURNS,
    "RAISE_VARARGS",
    "RERAISE",
    "JUMP_FORWARD",
    "JUMP_BACKWARD",
    "JUMP_BACKWARD_NO_INTERRUPT",
)


@dataclass(frozen=True)
class Loop:
    """A loop of a function: the instructions from ``start`` to before ``end``."""

    start: int
    end: int

    def __contains__(self, instruction: int) -> bool:
        return self.start <= instruction < self.end


@dataclass(frozen=True)
class CodeFlow:
    """What may run after each instruction: of a loop's last one that is what follows the loop."""

    following: dict[int, tuple[int, ...]]
    returns: frozenset[int]
    loops: tuple[Loop, ...]  # the inner ones first
    instructions: tuple[dis.Instruction, ...]
    again: dict[Loop, frozenset[int]]  # the jumps with which its next pass begins


def reached(
    following: Mapping[int, tuple[int, ...]], start: int, without: Collection[int] = ()
) -> set[int]:
    """The instructions that may run from one on, that one included, before those ``without``."""
    found: set[int] = set()
    waiting = [start]
    while waiting:
        one = waiting.pop()
        if one not in found and one not in without:
            found.add(one)
            waiting += following.get(one, ())
    return found


@lru_cache(maxsize=128)
def flow_of(code: CodeType) -> CodeFlow:
    """Found once for each function."""
    instructions: list[dis.Instruction] = []
    prefixed: dict[int, int] = {}  # the instruction that each prefix belongs to
    prefixes: list[int] = []
    for each in dis.get_instructions(code):
        prefixes.append(each.offset)
        if each.opname != "EXTENDED_ARG":
            instructions.append(each)
            prefixed.update(dict.fromkeys(prefixes, each.offset))
            prefixes = []
    following: dict[int, tuple[int, ...]] = {}
    behind = {one.offset: next_one.offset for one, next_one in pairwise(instructions)}
    jumps = {one.offset: prefixed[one.argval] for one in instructions if one.opcode in _JUMPS}
    for one in instructions:
        falls = one.opname not in _NEVER_FALLS_THROUGH and one.offset in behind
        to = [behind[one.offset]] if falls else []
        if one.offset in jumps:
            to.append(jumps[one.offset])
        following[one.offset] = tuple(to)
    # What handles exceptions jumps back to what comes behind it in the source: that is no loop.
    usual = reached(following, 0)
    ends = {one.offset: jumps[one.offset] for one in instructions if one.opname == "FOR_ITER"}
    backwards = [(one, to) for one, to in jumps.items() if to <= one and to not in ends]
    for jump, start in backwards:
        if jump in usual:
            ends[start] = max(behind.get(jump, len(code.co_code)), ends.get(start, 0))
    # A ``continue`` of a while loop goes to its condition, its last line to what is behind that.
    for start, end in sorted(ends.items()):
        for other, its_end in list(ends.items()):
            if start < other < end < its_end:
                ends[start] = end = its_end
    for jump, start in jumps.items():
        if start <= jump:
            behind_loop = (ends[start],) if jump in usual else ()
            following[jump] = tuple(to for to in following[jump] if to != start) + behind_loop
    loops = sorted((Loop(*each) for each in ends.items()), key=lambda loop: loop.end - loop.start)
    returns = frozenset(one.offset for one in instructions if one.opname in _RETURNS)
    again = {loop: frozenset(_again(loop, jumps, ends, usual)) for loop in loops}
    return CodeFlow(following, returns, tuple(loops), tuple(instructions), again)


def _again(
    loop: Loop, jumps: Mapping[int, int], ends: Mapping[int, int], usual: Collection[int]
) -> Iterator[int]:
    """Also a ``continue`` of a while loop, which goes to its condition."""
    for jump, to in jumps.items():
        is_back = to <= jump and jump in usual and jump in loop
        if is_back and to <= loop.start and ends.get(to) == loop.end:
            yield jump
