"""Kinds of values that a file may hold: each knows its type, its range and its size.

A kind's ``read`` gives what was read, as the program has it, or raises ``Wrong``. Kinds are plain
data: the schema is built of them, and so is what the tests make wrong values from.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .tree import Raw

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
    """One value, of None, bool or str."""

    value: bool | str | None

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
class Number(Kind):
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
    """At most so many characters; none of them is NUL, which ends names of files."""

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
    """Just so many bytes."""

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


@dataclass(frozen=True)
class Numbers(Kind):
    """An array or a tensor: its type, its shape, and the range of the numbers in it.

    ``finite``: none of them is infinite or NaN. ``rising``: none is smaller than the one before.
    """

    type: type[Tensor] | type[np.ndarray[Any, Any]]
    dtype: torch.dtype
    shape: tuple[Extent, ...]
    low: float = -math.inf
    high: float = math.inf
    finite: bool = False
    whole: bool = False
    rising: bool = False
    word: str = field(init=False, default="")

    def __post_init__(self) -> None:
        object.__setattr__(self, "word", "tensor" if self.type is Tensor else "array")

    @property
    def allowed(self) -> str:
        """The shape, the type and the range."""
        return f"a {_shape(self.shape)} {self.word} of {_dtype(self.dtype)}{self._range()}"

    def _range(self) -> str:
        parts = [f"from {self.low:g} to {self.high:g}"] if math.isfinite(self.low) else []
        parts += ["that are finite"] * self.finite + ["that are whole"] * self.whole
        parts += ["that rise"] * self.rising
        return "".join(f", {part}" for part in parts)

    def read(self, value: Any) -> Any:
        """The array, or the tensor."""
        if not isinstance(value, self.type):
            raise self.refusal(value)
        tensor = value if isinstance(value, Tensor) else torch.from_numpy(_writable(value))
        fits = len(tensor.shape) == len(self.shape) and all(map(_fits, tensor.shape, self.shape))
        if not fits or tensor.dtype is not self.dtype:
            raise self.refusal(value)
        if text := self._outside(tensor.detach()):
            raise Wrong(f"holds {text}, and is to be {self.allowed}")
        return value

    def _outside(self, tensor: Tensor) -> str:
        """What is in it that may not be; "" if all is well."""
        if not tensor.numel():
            return ""
        numbers = tensor.reshape(-1)
        if numbers.is_floating_point():
            finite = torch.isfinite(numbers)
            if self.finite and not finite.all():
                return f"{numbers[~finite][0].item():g}"
            numbers = numbers[finite]
        for found in (numbers.min(), numbers.max()) if numbers.numel() else ():
            if not self.low <= found.item() <= self.high:
                return f"{found.item():g}"
        if self.whole and not torch.equal(numbers, numbers.round()):
            return "a number that is not whole"
        if self.rising and bool((numbers.diff() < 0).any()):
            return "a number that is smaller than the one before"
        return ""


@dataclass(frozen=True)
class GeneratorState(Kind):
    """The state of a random generator of torch's."""

    allowed = "the state of a generator of torch's"

    def read(self, value: Any) -> Tensor:
        """The state."""
        if not isinstance(value, Tensor):
            raise self.refusal(value)
        try:
            torch.Generator().set_state(value)
        except (RuntimeError, TypeError) as error:
            raise self.refusal(value) from error
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
    if isinstance(value, Tensor | np.ndarray):
        word = "tensor" if isinstance(value, Tensor) else "array"
        return f"a {_shape(tuple(value.shape))} {word} of {_dtype(value.dtype)}"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value):,}"
    if isinstance(value, dict):
        return f"a table of {len(value):,}"
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    return f"a record of {type(value).__name__}"


def _fits(size: int, extent: Extent) -> bool:
    low, high = (extent, extent) if isinstance(extent, int) else extent
    return low <= size <= high


def _writable(array: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """The array, as torch takes it without a warning: it is only looked at."""
    return array if array.flags.writeable and array.flags.c_contiguous else array.copy()


def _shape(shape: tuple[Extent, ...]) -> str:
    sizes = [f"{s:,}" if isinstance(s, int) else f"({s[0]:,} to {s[1]:,})" for s in shape]
    return "x".join(sizes) or "single-number"


def _dtype(dtype: object) -> str:
    return str(dtype).removeprefix("torch.")
