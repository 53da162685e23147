"""Whether two instructions of a function ran in the same pass of its loops, from its bytecode."""

from collections.abc import Iterator
from functools import lru_cache
from types import CodeType

from backprop_viz.capture.code.code_flow import Loop, flow_of, reached


def loops_around(code: CodeType, instruction: int) -> Iterator[Loop]:
    """The loops of a function that an instruction is in, the inner ones first."""
    return (loop for loop in flow_of(code).loops if instruction in loop)


@lru_cache(maxsize=4096)
def instruction_at(code: CodeType, offset: int) -> int:
    """The instruction that a frame's ``f_lasti`` is in; while it calls it may point behind it."""
    following = flow_of(code).following
    while offset > 0 and offset not in following:
        offset -= 2
    return offset


@lru_cache(maxsize=1024)
def may_be_in_same_pass(code: CodeType, before: int, after: int) -> bool:
    """Whether ``after`` comes further down, and may run in that pass in which ``before`` ran last.

    It may not where it is in another branch.
    """
    return before != after and after in reached(flow_of(code).following, before)


@lru_cache(maxsize=1024)
def runs_in_each_pass(code: CodeType, instruction: int) -> bool:
    """Whether an instruction runs in each pass of the inmost loop around it, or of the function."""
    flow = flow_of(code)
    loop = next(loops_around(code, instruction), None)
    if loop is None:
        return flow.returns.isdisjoint(reached(flow.following, 0, {instruction}))
    start = flow.following[loop.start][0]  # behind where a for loop may end
    left = reached(flow.following, start, {instruction})
    return all(one in loop and one not in flow.returns for one in left)


@lru_cache(maxsize=1024)
def in_same_pass(code: CodeType, before: int, after: int) -> bool:
    """Whether ``after`` ran in that pass of the loops around both in which ``before`` ran last.

    It does where it comes further down, and either runs in each pass in which the other does. Where
    both have conditions of their own it is not known, and said not to be so.
    """
    flow = flow_of(code)
    if not may_be_in_same_pass(code, before, after):
        return False
    whole = Loop(0, len(code.co_code))
    around = next((loop for loop in loops_around(code, before) if after in loop), whole)
    if after not in reached(flow.following, around.start, {before}):
        return True
    left = reached(flow.following, before, {after})
    return all(one in around and one not in flow.returns for one in left)
