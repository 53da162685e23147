"""Other values for a field: of other types, at its range's ends and past them, of other sizes."""

import math
import random
from collections.abc import Iterator
from functools import singledispatch
from typing import Any

import numpy as np
import torch

from backprop_viz.recording.files.arrays import Numbers
from backprop_viz.recording.files.kinds import (
    Bytes,
    Kind,
    NumberKind,
    OneOf,
    Text,
    TextOr,
    Whole,
    Wrong,
)
from backprop_viz.recording.files.nested import AnyOf, Entries, Items, RecordOf, Row, Table
from backprop_viz.recording.files.raw import Raw
from backprop_viz.worker.files.arrays import GeneratorState

HUGE = 10**400
# As long as a list or an array is made where far more would be allowed.
LONGEST = 300_000
# How often a value is one that is allowed, and of the others, one of the kind's own type.
RIGHT = 0.5
OWN = 0.7


def other_value(kind: Kind, value: Any, dice: random.Random) -> tuple[str, Any]:
    """Another value, and in a word what it is."""
    own = list(of_kind(kind, value, dice))
    right = [one for one in own if is_right(kind, one[1])]
    if right and dice.random() < RIGHT:
        return dice.choice(right)
    return dice.choice(own if own and dice.random() < OWN else list(of_other_types(dice)))


def is_right(kind: Kind, value: Any) -> bool:
    """Whether the kind takes a value."""
    try:
        kind.read(value)
    except Wrong:
        return False
    return True


def of_other_types(dice: random.Random) -> Iterator[tuple[str, Any]]:
    """Values that hardly any field has."""
    yield "nothing", None
    yield "true", True
    yield "a text", "here"
    yield "an empty list", []
    yield "an empty tuple", ()
    yield "an empty table", {}
    yield "a fraction", 1.5
    yield "minus one", -1
    yield "a huge whole number", dice.choice((HUGE, -HUGE, 2**62, -(2**63), 2**31))
    yield "a huge number", dice.choice((1e300, -1e300, 1e308))
    yield "no number", dice.choice((math.nan, math.inf, -math.inf))
    yield "bytes", bytes(dice.randrange(40))
    yield "an unknown record", Raw("Nothing", {})
    yield "a record of another kind", Raw(dice.choice(("Settings", "Curves", "Breakpoint")), {})
    yield "a tensor", torch.arange(dice.randrange(5), dtype=torch.float32)
    yield "an array", np.zeros((dice.randrange(3), 2))
    yield "lists in lists", nested(dice.randrange(1, 200))


def nested(deep: int) -> Any:
    """A list in a list in a list."""
    found: Any = []
    for _ in range(deep):
        found = [found]
    return found


@singledispatch
def of_kind(kind: Kind, value: Any, dice: random.Random) -> Iterator[tuple[str, Any]]:
    """Values of a kind's own type, right ones at its ends and wrong ones past them."""
    return iter(())


@of_kind.register
def _(kind: Whole, value: Any, dice: random.Random) -> Iterator[tuple[str, Any]]:
    yield "the least", kind.low
    yield "the most", kind.high
    yield "less than the least", kind.low - 1
    yield "more than the most", kind.high + 1
    yield "far more", dice.choice((2**31, 2**62, 2**64, HUGE))
    yield "far less", dice.choice((-(2**31), -(2**62), -HUGE))
    yield "as a fraction", float(kind.low)
    yield "some", dice.randint(kind.low, min(kind.high, kind.low + 10**6))


@of_kind.register
def _(kind: NumberKind, value: Any, dice: random.Random) -> Iterator[tuple[str, Any]]:
    yield "the least", kind.low
    yield "the most", kind.high
    yield "less than the least", kind.low - max(1.0, abs(kind.low) * 0.01)
    yield "more than the most", kind.high + max(1.0, abs(kind.high) * 0.01)
    yield "no number", dice.choice((math.nan, math.inf, -math.inf))
    yield "far more", dice.choice((1e300, HUGE, 1e308))
    yield "the smallest above zero", 5e-324


@of_kind.register
def _(kind: AnyOf, value: Any, dice: random.Random) -> Iterator[tuple[str, Any]]:
    for each in kind.kinds:
        yield from of_kind(each, value, dice)


@of_kind.register
def _(kind: Text, value: Any, dice: random.Random) -> Iterator[tuple[str, Any]]:
    yield "no characters", ""
    yield "as long as may be", "x" * kind.longest
    yield "too long", "x" * (kind.longest + 1)
    yield "far too long", "x" * LONGEST
    yield "with NUL", "a\0b"
    yield "strange characters", "../\n\t\u202e\ud800{0}%s<b>"


@of_kind.register
def _(kind: TextOr, value: Any, dice: random.Random) -> Iterator[tuple[str, Any]]:
    yield from of_kind(kind.text, value, dice)
    yield from of_kind(kind.number, value, dice)


@of_kind.register
def _(kind: OneOf, value: Any, dice: random.Random) -> Iterator[tuple[str, Any]]:
    yield from ((f"the word {word}", str(word)) for word in kind.words)
    yield "another word", "sideways"


@of_kind.register
def _(kind: Bytes, value: Any, dice: random.Random) -> Iterator[tuple[str, Any]]:
    for size in (0, kind.size - 1, kind.size + 1):
        yield f"{size} bytes", bytes(size)
    yield "other bytes", dice.randbytes(kind.size)


@of_kind.register
def _(kind: Items, value: Any, dice: random.Random) -> Iterator[tuple[str, Any]]:
    yield "none", kind.type()
    yield "as a set of another type", (tuple if kind.type is list else list)(value)
    if value:
        yield "one more than the most", kind.type([value[0]] * min(kind.most + 1, LONGEST))
        yield "as many as may be", kind.type([value[0]] * min(kind.most, 2_000))
        yield "far more", kind.type([value[0]] * min(20_000, LONGEST))
        yield "one fewer", kind.type(value[1:])


@of_kind.register
def _(kind: Row, value: Any, dice: random.Random) -> Iterator[tuple[str, Any]]:
    yield "one fewer", kind.type(value[1:])
    yield "one more", kind.type([*value, value[0]])
    yield "backwards", kind.type(reversed(value))


@of_kind.register
def _(kind: Table, value: Any, dice: random.Random) -> Iterator[tuple[str, Any]]:
    key = dice.choice(sorted(kind.kinds, key=str))
    yield f"without {key}", {k: v for k, v in value.items() if k != key}
    yield "with another key", {**value, "another": 1}
    yield "with a key of another type", {**value, 3.5: None}


@of_kind.register
def _(kind: Entries, value: Any, dice: random.Random) -> Iterator[tuple[str, Any]]:
    yield "none", {}
    yield "with a key of another type", {**value, None: None}
    if value:
        some = next(iter(value.values()))
        yield "far too many", {f"{i}": some for i in range(kind.most + 1)}


@of_kind.register
def _(kind: RecordOf, value: Any, dice: random.Random) -> Iterator[tuple[str, Any]]:
    key = dice.choice(sorted(kind.kinds))
    yield f"without {key}", Raw(value.name, {k: v for k, v in value.fields.items() if k != key})
    yield "with another field", Raw(value.name, {**value.fields, "another": 1})
    yield "by another name", Raw("Another", value.fields)


@of_kind.register
def _(kind: GeneratorState, value: Any, dice: random.Random) -> Iterator[tuple[str, Any]]:
    yield "zeros", torch.zeros_like(value)
    yield "ones", torch.full_like(value, 255)
    yield "noise", torch.frombuffer(bytearray(dice.randbytes(len(value))), dtype=torch.uint8)
    yield "cut", value[:-1].clone()
    yield "of floats", value.float()
    yield "that of another seed", torch.Generator().manual_seed(dice.randrange(99)).get_state()


@of_kind.register
def _(kind: Numbers, value: Any, dice: random.Random) -> Iterator[tuple[str, Any]]:
    tensor = torch.as_tensor(np.array(value)) if isinstance(value, np.ndarray) else value

    def made(new: torch.Tensor) -> Any:
        return new.contiguous().numpy() if isinstance(value, np.ndarray) else new.contiguous()

    if tensor.is_floating_point():
        for number in (math.nan, math.inf, -math.inf, 3e38, -3e38):
            yield f"all {number}", made(torch.full_like(tensor, number))
        if tensor.dtype is torch.float64:
            yield "all 1e308", made(torch.full_like(tensor, 1e308))
            yield "all -1e308", made(torch.full_like(tensor, -1e308))
        yield "not whole", made(torch.full_like(tensor, 0.5))
        yield "falling", made(torch.arange(tensor.numel(), 0, -1).reshape(tensor.shape).to(tensor))
    for number in (kind.low, kind.high, kind.low - 1, kind.high + 1):
        if math.isfinite(number):
            yield f"all {number:g}", made(torch.full_like(tensor, number))
    yield "zeros", made(torch.zeros_like(tensor))
    for dtype in (torch.float16, torch.float64, torch.int8, torch.bool):
        yield f"of {dtype}", made(tensor.to(dtype))
    yield "in one dimension more", made(tensor[None])
    yield "of no size", made(tensor.new_zeros((0, *tensor.shape[1:])))
    if tensor.ndim:
        longest = min(LONGEST, most_of(kind))
        one = tensor[:1] if len(tensor) else tensor.new_zeros((1, *tensor.shape[1:]))
        for size in (longest, longest + 1, 2 * len(tensor) + 1):
            if size * max(one.numel(), 1) <= 5_000_000:
                yield f"{size:,} long", made(one.expand(size, *one.shape[1:]).clone())


def most_of(kind: Numbers) -> int:
    """How long a kind's arrays may be."""
    first = kind.shape[0] if kind.shape else 1
    return first if isinstance(first, int) else first[1]
