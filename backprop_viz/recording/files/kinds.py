"""Kinds of values that a file may hold: each knows its type, its range and its size.

A kind's ``read`` gives what was read, as the program has it, or raises ``Wrong``. Kinds are plain
data: the schema is built of them, and so is what the tests make wrong values from. Imports no
torch, so that the window can look at settings too.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backprop_viz.recording.files.raw import Raw

# A size that is exact, or the least and the most of one that may vary.
Extent = int | tuple[int, int]
# Says what is wrong with values that are each right, but do not fit together; None: nothing.
Rule = Callable[[Any], str | None]


class Wrong(ValueError):  # noqa: N818 - raised for what is read, it is no fault of the program
    """What is wrong with a value: ``at`` says where, as in "settings.lr", ``text`` what."""

    def __init__(self, text: str, at: str = "") -> None:
        super().__init__(f"{at} {text}".lstrip(". "))
        self.at, self.text = at, text

    def inside(self, name: object) -> "Wrong":
        """The same, seen from what holds the value under this name."""
        own = f"[{name}]" if isinstance(name, int) else f".{name}" if name else ""
        return Wrong(self.text, own + self.at)


class Kind(ABC):
    """A kind of value."""

    @property
    @abstractmethod
    def allowed(self) -> str:
        """What may be there, as in "a whole number from 0 to 9"."""

    @abstractmethod
    def read(self, value: Any) -> Any:
        """The value as the program has it. Raises Wrong if it is of another kind."""

    def refusal(self, value: Any) -> Wrong:
        """What to raise for a value."""
        return Wrong(f"is {described(value)}, not {self.allowed}")


@dataclass(frozen=True)
class Exactly(Kind):
    """One value, of None, bool, str or a tuple of numbers."""

    value: bool | str | tuple[float | None, ...] | None

    @property
    def allowed(self) -> str:
        """The value itself."""
        return described(self.value)

    def read(self, value: Any) -> Any:
        """The value."""
        if type(value) is not type(self.value) or value != self.value:
            raise self.refusal(value)
        return value


@dataclass(frozen=True)
class Flag(Kind):
    """True or false."""

    allowed = "true or false"

    def read(self, value: Any) -> bool:
        """The value."""
        if not isinstance(value, bool):
            raise self.refusal(value)
        return value


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number from ``low`` to ``high``."""

    low: int
    high: int

    @property
    def allowed(self) -> str:
        """The range."""
        return f"a whole number from {self.low:,} to {self.high:,}"

    def read(self, value: Any) -> int:
        """The number."""
        if type(value) is not int or not self.low <= value <= self.high:
            raise self.refusal(value)
        return value


@dataclass(frozen=True)
class NumberKind(Kind):
    """A number from ``low`` to ``high``, whole or not; ``infinite``: or an infinite one, or NaN."""

    low: float
    high: float
    infinite: bool = False

    @property
    def allowed(self) -> str:
        """The range."""
        return f"a number from {self.low:g} to {self.high:g}"

    def read(self, value: Any) -> float:
        """The number, as it is written."""
        if type(value) not in (int, float):
            raise self.refusal(value)
        strange = isinstance(value, float) and not math.isfinite(value)
        if not (self.infinite if strange else self.low <= value <= self.high):
            raise self.refusal(value)
        return value  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Text(Kind):
    """Text of at most ``longest`` characters, none of them NUL, which would end a file's name."""

    longest: int

    @property
    def allowed(self) -> str:
        """The size."""
        return f"at most {self.longest:,} characters of text"

    def read(self, value: Any) -> str:
        """The text."""
        if not isinstance(value, str) or len(value) > self.longest or "\0" in value:
            raise self.refusal(value)
        return value


@dataclass(frozen=True)
class OneOf(Kind):
    """One of some words; of those of an enumeration it is read as that."""

    words: Sequence[str] | type[StrEnum]

    @property
    def allowed(self) -> str:
        """The words."""
        return f"one of {', '.join(self.words)}"

    def read(self, value: Any) -> str:
        """The word."""
        if not isinstance(value, str) or value not in list(self.words):
            raise self.refusal(value)
        return self.words(value) if isinstance(self.words, type) else value


@dataclass(frozen=True)
class TextOr(Kind):
    """Text, or a whole number."""

    text: Text
    number: Whole

    @property
    def allowed(self) -> str:
        """Both."""
        return f"{self.text.allowed} or {self.number.allowed}"

    def read(self, value: Any) -> str | int:
        """The text, or the number."""
        try:
            return self.text.read(value) if isinstance(value, str) else self.number.read(value)
        except Wrong as wrong:
            raise self.refusal(value) from wrong


@dataclass(frozen=True)
class Bytes(Kind):
    """Exactly ``size`` bytes."""

    size: int

    @property
    def allowed(self) -> str:
        """The size."""
        return f"{self.size:,} bytes"

    def read(self, value: Any) -> bytes:
        """The bytes."""
        if not isinstance(value, bytes) or len(value) != self.size:
            raise self.refusal(value)
        return value


def described(value: object) -> str:
    """What a value is, in a few words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        digits = round(value.bit_length() * math.log10(2))
        return f"{value:,}" if digits < 20 else f"a whole number of {digits:,} digits"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str):
        return repr(value if len(value) <= 30 else f"{value[:30]}…")
    if isinstance(value, Raw):
        return f"a record of {value.name[:30]!r}"
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape is not None and dtype is not None:
        word = "tensor" if type(value).__name__ == "Tensor" else "array"
        return f"a {shaped(tuple(shape))} {word} of {typed(dtype)}"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value):,}"
    if isinstance(value, dict):
        return f"a table of {len(value):,}"
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    return f"a record of {type(value).__name__}"


def shaped(shape: tuple[Extent, ...]) -> str:
    """A shape, as in "3x4"."""
    sizes = [f"{s:,}" if isinstance(s, int) else f"({s[0]:,} to {s[1]:,})" for s in shape]
    return "x".join(sizes) or "single-number"


def typed(dtype: object) -> str:
    """The name of a type of numbers, as in "float32"."""
    return str(dtype).removeprefix("torch.")
