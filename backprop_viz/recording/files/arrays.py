"""The kind of array that a file may hold."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from backprop_viz.recording.files.kinds import Extent, Kind, Wrong, shaped, typed
from backprop_viz.recording.trace.events import Array


@dataclass(frozen=True)
class Numbers(Kind):
    """An array: the name of its dtype, its shape, and the range of the numbers in it.

    ``finite``: none of them is infinite or NaN. ``rising``: none is smaller than the one before.
    """

    dtype: str
    shape: tuple[Extent, ...]
    low: float = -math.inf
    high: float = math.inf
    finite: bool = False
    whole: bool = False
    rising: bool = False
    word: ClassVar[str] = "array"

    @property
    def allowed(self) -> str:
        """The shape, the type and the range."""
        return f"a {shaped(self.shape)} {self.word} of {self.dtype}{self._range()}"

    def _range(self) -> str:
        parts = [f"from {self.low:g} to {self.high:g}"] if math.isfinite(self.low) else []
        parts += ["that are finite"] * self.finite + ["that are whole"] * self.whole
        parts += ["that rise"] * self.rising
        return "".join(f", {part}" for part in parts)

    def read(self, value: Any) -> Any:
        """The array."""
        if not self.is_one(value):
            raise self.refusal(value)
        fits = len(value.shape) == len(self.shape) and all(map(_fits, value.shape, self.shape))
        if not fits or typed(value.dtype) != self.dtype:
            raise self.refusal(value)
        if text := self._outside(self.array_of(value)):
            raise Wrong(f"holds {text}, and is to be {self.allowed}")
        return value

    def is_one(self, value: Any) -> bool:
        """Whether a value is an array."""
        return isinstance(value, np.ndarray)

    def array_of(self, value: Any) -> Array:
        """Its numbers."""
        array: Array = value
        return array

    def _outside(self, array: Array) -> str:
        """What is in it that may not be; "" if all is well."""
        numbers = array.reshape(-1)
        if numbers.dtype.kind == "f":
            finite = np.isfinite(numbers)
            if self.finite and not finite.all():
                return f"{numbers[~finite][0].item():g}"
            numbers = numbers[finite]
        for found in _ends(numbers):
            if not self.low <= found <= self.high:
                return f"{found:g}"
        if self.whole and not np.array_equal(numbers, numbers.round()):
            return "a number that is not whole"
        if self.rising and bool((np.diff(numbers) < 0).any()):
            return "a number that is smaller than the one before"
        return ""


def _ends(numbers: Array) -> Iterator[Any]:
    """The smallest and the largest."""
    if len(numbers):
        yield numbers.min().item()
        yield numbers.max().item()


def _fits(size: int, extent: Extent) -> bool:
    low, high = (extent, extent) if isinstance(extent, int) else extent
    return low <= size <= high
