"""The variables of a loop that hold something else in each of its passes, from its bytecode."""

import dis
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from inspect import getattr_static
from types import CodeType, FrameType
from typing import Any

from backprop_viz.capture.code.code_flow import CodeFlow, Loop, flow_of, reached
from backprop_viz.capture.code.frame_variables import variables_of
from backprop_viz.capture.code.passes import loops_around, may_be_in_same_pass

_STORES = frozenset({"STORE_FAST", "STORE_NAME", "STORE_GLOBAL", "STORE_DEREF"})
# Those of two variables, and how many of the two are stored.
_STORES_TWO = {"STORE_FAST_STORE_FAST": 2, "STORE_FAST_LOAD_FAST": 1}
_COUNTS = frozenset({"+=", "-="})
_ADDS = frozenset({"+", "-"})


class SetBy(Enum):
    """What sets a variable in each pass."""

    LOOP = "for i in ..."
    COUNT = "i += 1"
    CALL = "batch = next(batches)"


@dataclass(frozen=True)
class PassVariable:
    """A variable, or an attribute of one ("self.step"), that each pass of a loop sets anew.

    ``stores``: the instructions that do, but for those with which a for loop's pass begins.
    """

    name: str
    set_by: SetBy
    stores: tuple[int, ...] = ()

    def is_kept(self, code: CodeType, before: int, after: int) -> bool:
        """Whether nothing sets it between two instructions of one pass."""
        return not any(
            may_be_in_same_pass(code, before, store) and may_be_in_same_pass(code, store, after)
            for store in self.stores
        )

    def value_in(self, variables: dict[str, Any], frame: FrameType) -> Any:
        """What it holds; None where that is no sign of the pass. Nothing of the script's runs."""
        name, _, attribute = self.name.partition(".")
        value = variables.get(name, frame.f_globals.get(name))
        if attribute:
            value = getattr_static(value, attribute, None)
        if isinstance(value, bool):
            return None
        is_count = isinstance(value, int)
        is_object = not isinstance(value, int | float | str)
        told = {SetBy.LOOP: True, SetBy.COUNT: is_count, SetBy.CALL: is_object}
        return value if told[self.set_by] else None


@lru_cache(maxsize=256)
def pass_variables(code: CodeType, loop: Loop) -> tuple[PassVariable, ...]:
    """Those of a loop: what a for loop goes through; what a while loop counts or fetches."""
    flow = flow_of(code)
    place = {one.offset: i for i, one in enumerate(flow.instructions)}
    first = flow.instructions[place[loop.start]]
    if first.opname == "FOR_ITER":
        names = _stored(flow.instructions[place[loop.start] + 1 :])
        return tuple(PassVariable(name, SetBy.LOOP) for name in names)
    found: dict[str, list[tuple[SetBy | None, int]]] = {}
    for name, how, at in _all_stores(flow.instructions):
        if at in loop:
            found.setdefault(name, []).append((how, at))
    return tuple(_in_each_pass(code, flow, loop, found))


def variables_at(frame: FrameType, wanted: Sequence[PassVariable]) -> dict[PassVariable, Any]:
    """What those variables hold now that tell in which pass a loop of this frame is."""
    variables = variables_of(frame) if wanted else {}
    found = {one: one.value_in(variables, frame) for one in wanted}
    return {one: value for one, value in found.items() if value is not None}


def _in_each_pass(
    code: CodeType, flow: CodeFlow, loop: Loop, found: dict[str, list[tuple[SetBy | None, int]]]
) -> Iterator[PassVariable]:
    for name, stores in found.items():
        ways, places = {how for how, _ in stores}, tuple(at for _, at in stores)
        how = ways.pop()
        if how is None or ways or any(_is_further_in(code, loop, at) for at in places):
            continue
        if flow.again[loop].isdisjoint(reached(flow.following, loop.start, places)):
            yield PassVariable(name, how, places)


def _is_further_in(code: CodeType, loop: Loop, instruction: int) -> bool:
    """Whether it is in a loop within this one. A ``continue`` makes one loop two of one end."""
    return next(loops_around(code, instruction)).end != loop.end


def _all_stores(
    instructions: Sequence[dis.Instruction],
) -> Iterator[tuple[str, SetBy | None, int]]:
    """The variables and attributes that are set, how that is done, and where."""
    how: SetBy | None = None
    for i, one in enumerate(instructions):
        before = [each for each in instructions[max(i - 6, 0) : i] if each.opname != "SWAP"]
        if one.opname == "STORE_ATTR" and before:
            by = _how(before)
            copied = [k for k, each in enumerate(before) if each.opname == "COPY" and k]
            owner = before[copied[-1] - 1] if by is SetBy.COUNT and copied else before[-1]
            yield f"{_loaded(owner)}.{one.argval}", by if by is SetBy.COUNT else None, one.offset
            continue
        names = _names_stored(one)
        if names:
            how = how or _how(before, names[0])
        elif one.opname not in ("UNPACK_SEQUENCE", "SWAP"):  # these go on with what was fetched
            how = None
        for name in names:
            yield name, how, one.offset


def _names_stored(one: dis.Instruction) -> tuple[str, ...]:
    if one.opname in _STORES:
        return (one.argval,)
    return tuple(one.argval[: _STORES_TWO[one.opname]]) if one.opname in _STORES_TWO else ()


def _how(before: Sequence[dis.Instruction], name: str = "") -> SetBy | None:
    """What these instructions give to a variable of this name."""
    *earlier, last = before
    if last.opname == "BINARY_OP":
        adds_to_it = last.argrepr in _ADDS and name in map(_loaded, earlier[-2:])
        return SetBy.COUNT if last.argrepr in _COUNTS or adds_to_it else None
    if last.opname == "UNPACK_SEQUENCE" and earlier:
        last = earlier[-1]
    return SetBy.CALL if last.opname.startswith("CALL") else None


def _loaded(one: dis.Instruction) -> str:
    """The variable that an instruction loads last."""
    loads = one.opname.startswith(("LOAD_FAST", "LOAD_NAME", "LOAD_GLOBAL", "LOAD_DEREF"))
    if not loads:
        return ""
    return str(one.argval[-1] if isinstance(one.argval, tuple) else one.argval)


def _stored(instructions: Sequence[dis.Instruction]) -> Iterator[str]:
    """The variables that these begin to store one value in, as ``i, (x, y)``."""
    values = 1
    for one in instructions:
        if one.opname == "UNPACK_SEQUENCE":
            values += one.argval - 1
        elif names := _names_stored(one):
            yield from names
            values -= len(names)
        else:
            return
        if not values:
            return
