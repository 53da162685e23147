"""Kinds of arrays and tensors that a file may hold."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from backprop_viz.recording.files.kinds import Extent, Kind, Wrong, shaped, typed


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
        return f"a {shaped(self.shape)} {self.word} of {typed(self.dtype)}{self._range()}"

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


def _fits(size: int, extent: Extent) -> bool:
    low, high = (extent, extent) if isinstance(extent, int) else extent
    return low <= size <= high


def _writable(array: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """The array, as torch takes it without a warning: it is only looked at."""
    return array if array.flags.writeable and array.flags.c_contiguous else array.copy()
