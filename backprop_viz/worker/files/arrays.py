"""Kinds of tensors that a file may hold."""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from backprop_viz.recording.files.arrays import Numbers
from backprop_viz.recording.files.kinds import Kind
from backprop_viz.recording.trace.events import Array

_MOST_AXES = 16


@dataclass(frozen=True)
class TensorNumbers(Numbers):
    """As ``Numbers``, of a tensor."""

    word: ClassVar[str] = "tensor"

    def is_one(self, value: Any) -> bool:
        """Whether a value is a tensor."""
        return isinstance(value, Tensor)

    def array_of(self, value: Any) -> Array:
        """Its numbers, over the same memory."""
        array: Array = value.detach().numpy()
        return array


@dataclass(frozen=True)
class AnyTensor(Kind):
    """A tensor of any shape, of a network that the program did not make."""

    allowed = "a tensor of numbers"

    def read(self, value: Any) -> Tensor:
        """The tensor."""
        if not isinstance(value, Tensor) or value.ndim > _MOST_AXES or value.is_quantized:
            raise self.refusal(value)
        return value


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
