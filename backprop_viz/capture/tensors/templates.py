"""The arguments of a call as plain data: what is recorded of them."""

from collections.abc import Mapping
from types import EllipsisType, NoneType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from backprop_viz.recording.trace.calls import Call, TensorPlace, TorchName

# The axes of a tensor, from the slowest to the fastest.
Order = tuple[int, ...]
_AS_THEY_ARE = frozenset({NoneType, bool, float, complex, str, EllipsisType})
_TORCH_TYPES = {
    torch.dtype: "dtype",
    torch.device: "device",
    torch.layout: "layout",
    torch.memory_format: "memory_format",
}
# The dtypes that torch takes Python's own types for.
_PYTHON_DTYPES = {bool: "bool", int: "int64", float: "float64", complex: "complex128"}
# So many indices of a numpy array, or of a range, are written down.
_LARGEST = 1024
# What MessagePack holds.
_SMALLEST_INT, _LARGEST_INT = -(2**63), 2**64 - 1
# Made beforehand: most calls have few tensors.
_PLACES = tuple(map(TensorPlace, range(16)))


class Template:
    """The arguments of a call with places for its tensors.

    ``read`` are the tensors in the order in which they are found; ``plain`` whether every other
    argument is plain data. ``orders``: what ``axes_in_memory`` told before of some
    tensors by their id(), and None of all others.
    """

    __slots__ = ("_args", "_known_orders", "_kwargs", "_orders", "plain", "read")

    def __init__(
        self,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        orders: Mapping[int, Order] | None = None,
    ) -> None:
        self._known_orders = orders
        self.read: list[Tensor] = []
        self.plain = True
        self._orders: list[tuple[int, Order]] = []
        of, plain = self._of, _AS_THEY_ARE
        self._args = tuple([value if type(value) in plain else of(value) for value in args])
        self._kwargs = kwargs and {
            name: value if type(value) in plain else of(value) for name, value in kwargs.items()
        }

    def call(
        self, function: str | None, random: bytes | None, without: str | None = None
    ) -> Call | None:
        """The call of a function; None where an argument is not plain or the name not known.

        ``without``: an argument that has its default because the call did not give it.
        """
        if function is None or not self.plain:
            return None
        kwargs = self._kwargs
        if without is not None:
            kwargs = {name: value for name, value in kwargs.items() if name != without}
        return Call(function, self._args, kwargs, random, tuple(self._orders))

    def _of(self, value: Any) -> Any:
        kind = type(value)
        if kind in _AS_THEY_ARE:
            return value
        if kind is int:
            self.plain &= _SMALLEST_INT <= value <= _LARGEST_INT
            return value
        if isinstance(value, Tensor):
            place = len(self.read)
            self.read.append(value)
            orders = self._known_orders
            order = axes_in_memory(value) if orders is None else orders.get(id(value))
            if order is not None:
                self._orders.append((place, order))
            return _PLACES[place] if place < len(_PLACES) else TensorPlace(place)
        if kind is tuple:  # strides, paddings and the like
            return tuple([self._of(item) for item in value])
        if isinstance(value, np.generic) or _is_index(value):
            return self._of(value.tolist())
        if isinstance(value, int):
            self.plain &= _SMALLEST_INT <= value <= _LARGEST_INT
            return int(value)
        if isinstance(value, float | str):
            return float(value) if isinstance(value, float) else str(value)
        if isinstance(value, tuple):
            return tuple([self._of(item) for item in value])
        if isinstance(value, list):
            return [self._of(item) for item in value]
        if isinstance(value, dict):
            self.plain &= all(type(key) in (str, int) for key in value)
            return {key: self._of(item) for key, item in value.items()}
        if kind is range and len(value) <= _LARGEST:  # as an index it is a list
            return list(value)
        if isinstance(value, slice):
            return slice(self._of(value.start), self._of(value.stop), self._of(value.step))
        if kind is type and value in _PYTHON_DTYPES:
            return TorchName("dtype", _PYTHON_DTYPES[value])
        if kind in _TORCH_TYPES:
            return TorchName(_TORCH_TYPES[kind], str(value).removeprefix("torch."))
        self.plain = False
        return None


def _is_index(value: Any) -> bool:
    """Whether it is a numpy array that says which elements are meant."""
    return isinstance(value, np.ndarray) and value.dtype.kind in "iub" and value.size <= _LARGEST


def axes_in_memory(tensor: Tensor) -> Order | None:
    """The axes of a tensor as they lie in memory, from the slowest to the fastest.

    None for the usual order, and for a tensor that does not tell.
    """
    try:
        if tensor.is_contiguous():
            return None
        strides = tensor.stride()
    except Exception:  # a subclass, a sparse or a lazy tensor: to be recorded it need not tell
        return None
    return tuple(sorted(range(tensor.ndim), key=lambda axis: -strides[axis]))
