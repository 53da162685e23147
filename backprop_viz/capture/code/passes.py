"""Whether two instructions of a function ran in the same pass of its loops, from its bytecode."""

import dis
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from types import CodeType

_JUMPS = frozenset((*dis.hasjrel, *dis.hasjabs))
_RETURNS = ("RETURN_VALUE", "RETURN_CONST")
# With these a for loop stores what its iterator gives; and with those of two names, so many.
_STORES = frozenset({"STORE_FAST", "STORE_NAME", "STORE_GLOBAL", "STORE_DEREF"})
_STORES_TWO = {"STORE_FAST_STORE_FAST": 2, "STORE_FAST_LOAD_FAST": 1}
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
class _Flow:
    """What may run after each instruction: of a loop's last one that is what follows the loop."""

    following: dict[int, tuple[int, ...]]
    returns: frozenset[int]
    loops: tuple[Loop, ...]  # the inner ones first
    variables: dict[Loop, tuple[str, ...]]  # those that a for loop takes what it loops over to


def loops_around(code: CodeType, instruction: int) -> Iterator[Loop]:
    """The loops of a function that an instruction is in, the inner ones first."""
    return (loop for loop in _flow(code).loops if instruction in loop)


@lru_cache(maxsize=4096)
def instruction_at(code: CodeType, offset: int) -> int:
    """The instruction that a frame's ``f_lasti`` is in; while it calls it may point behind it."""
    following = _flow(code).following
    while offset > 0 and offset not in following:
        offset -= 2
    return offset


@lru_cache(maxsize=1024)
def may_be_in_same_pass(code: CodeType, before: int, after: int) -> bool:
    """Whether ``after`` comes further down, and may run in that pass in which ``before`` ran last.

    It may not where it is in another branch.
    """
    return before != after and after in _reached(_flow(code), before)


@lru_cache(maxsize=1024)
def runs_in_each_pass(code: CodeType, instruction: int) -> bool:
    """Whether an instruction runs in each pass of the inmost loop around it, or of the function."""
    flow = _flow(code)
    loop = next(loops_around(code, instruction), None)
    if loop is None:
        return flow.returns.isdisjoint(_reached(flow, 0, without=instruction))
    start = flow.following[loop.start][0]  # behind where a for loop may end
    left = _reached(flow, start, without=instruction)
    return all(one in loop and one not in flow.returns for one in left)


def loop_variables(code: CodeType, loop: Loop) -> tuple[str, ...]:
    """The variables that a for loop sets in each pass; an empty tuple of another loop."""
    return _flow(code).variables.get(loop, ())


@lru_cache(maxsize=1024)
def in_same_pass(code: CodeType, before: int, after: int) -> bool:
    """Whether ``after`` ran in that pass of the loops around both in which ``before`` ran last.

    It does where it comes further down, and either runs in each pass in which the other does. Where
    both have conditions of their own it is not known, and said not to be so.
    """
    flow = _flow(code)
    if not may_be_in_same_pass(code, before, after):
        return False
    whole = Loop(0, len(code.co_code))
    around = next((loop for loop in loops_around(code, before) if after in loop), whole)
    if after not in _reached(flow, around.start, without=before):
        return True
    left = _reached(flow, before, without=after)
    return all(one in around and one not in flow.returns for one in left)


def _reached(flow: _Flow, start: int, without: int = -1) -> set[int]:
    return _reached_by(flow.following, start, without)


def _reached_by(following: Mapping[int, tuple[int, ...]], start: int, without: int) -> set[int]:
    """The instructions that may run from one on, that one included."""
    reached: set[int] = set()
    waiting = [start]
    while waiting:
        one = waiting.pop()
        if one not in reached and one != without:
            reached.add(one)
            waiting += following.get(one, ())
    return reached


@lru_cache(maxsize=128)
def _flow(code: CodeType) -> _Flow:
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
    usual = _reached_by(following, 0, without=-1)
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
    stored = {
        one.offset: tuple(_stored(instructions[place + 1 :]))
        for place, one in enumerate(instructions)
        if one.opname == "FOR_ITER"
    }
    variables = {loop: stored.get(loop.start, ()) for loop in loops}
    return _Flow(following, returns, tuple(loops), variables)


def _stored(instructions: Iterable[dis.Instruction]) -> Iterator[str]:
    """The variables that these begin to store one value in, as ``i, (x, y)``."""
    values = 1
    for one in instructions:
        if one.opname == "UNPACK_SEQUENCE":
            values += one.argval - 1
        elif one.opname in _STORES:
            yield one.argval
            values -= 1
        elif one.opname in _STORES_TWO:
            yield from one.argval[: _STORES_TWO[one.opname]]
            values -= _STORES_TWO[one.opname]
        else:
            return
        if not values:
            return
