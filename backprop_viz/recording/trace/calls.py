"""How an operation was called: the function and its arguments, as plain data.

A tensor among the arguments is a place in the event's ``input_ids``; what torch has types of its
own for (a dtype, a device) is its name. So a call can be told as a record, read without torch, and
made again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from backprop_viz.recording.trace.quick_records import quickly_made

# Before the name of one of torch's own operations, below its functions.
INNER = "torch.ops.aten."
# The place of ``inplace`` among the arguments of torch.nn.functional's functions.
_INPLACE_AT = {
    "relu": 1,
    "relu6": 1,
    "selu": 1,
    "silu": 1,
    "mish": 1,
    "hardswish": 1,
    "hardsigmoid": 1,
    "leaky_relu": 2,
    "elu": 2,
    "celu": 2,
    "hardtanh": 3,
    "dropout": 3,
    "threshold": 3,
}
_NOWHERE = 1 << 16


@dataclass(frozen=True, slots=True)
class TensorPlace:
    """A tensor among the arguments: the event's ``input_ids[place]``."""

    place: int


@dataclass(frozen=True, slots=True)
class TorchName:
    """A value that torch has a type for: ``kind`` "dtype", "device", "layout" or "memory_format".

    ``name`` is as torch writes it, without ``torch.``: "float32", "cuda:0".
    """

    kind: str
    name: str


@quickly_made
@dataclass(frozen=True, slots=True)
class Call:
    """How a function was called.

    ``function`` is its full name, as ``torch.overrides.resolve_name`` gives it. In ``args`` and
    ``kwargs`` are None, bool, int, float, complex, str, slice, Ellipsis, ``TensorPlace``,
    ``TorchName``, and tuples, lists and dicts of these. ``random`` is the state of torch's
    generator on the CPU before the call, if the call drew from it. ``orders``: for each tensor that
    does not lie in memory in C order, its place and its axes from the slowest to the fastest; what
    torch runs, and which random number falls to which element, goes by that.
    """

    function: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    random: bytes | None = None
    orders: tuple[tuple[int, tuple[int, ...]], ...] = ()

    @property
    def name(self) -> str:
        """The function's own name: "conv2d"; of a property such as ``Tensor.T``, the property's."""
        return self.function.removesuffix(".__get__").rpartition(".")[2]

    @property
    def inner(self) -> bool:
        """Whether it is an operation that torch ran below its functions."""
        return self.function.startswith(INNER)

    @property
    def writes(self) -> bool:
        """Whether it changes the first tensor that it is given."""
        name = self.name
        in_place = name.endswith("_") and not name.endswith("__")
        in_place |= name.startswith("__i") or name == "__setitem__"
        return in_place or self.argument("inplace", _INPLACE_AT.get(name, _NOWHERE)) is True

    def argument(self, name: str, place: int, otherwise: Any = None) -> Any:
        """An argument by its name, or by its place from 0 where it was given by place."""
        if name in self.kwargs:
            return self.kwargs[name]
        return self.args[place] if place < len(self.args) else otherwise

    def place(self, name: str, place: int) -> int | None:
        """Where a tensor argument is in the event's ``input_ids``; None if it is no tensor."""
        found = self.argument(name, place)
        return found.place if isinstance(found, TensorPlace) else None


def changed_leaves(value: Any, change: Callable[[Any], Any]) -> Any:
    """The arguments with every leaf (neither tuple, list, dict nor slice) changed."""
    kind = type(value)
    if kind is tuple or kind is list:
        return kind([changed_leaves(item, change) for item in value])
    if kind is dict:
        return {key: changed_leaves(item, change) for key, item in value.items()}
    if kind is slice:
        return slice(*(changed_leaves(x, change) for x in (value.start, value.stop, value.step)))
    return change(value)
