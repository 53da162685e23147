"""Which functions are plain operations: they draw no random numbers, and are known only to read."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from torch import Tensor

from backprop_viz.capture.function_names import name_of
from backprop_viz.capture.tensors.writing import rule_of_writing
from backprop_viz.capture.watches.function_watch import NEVER_RANDOM, op_name

# Of the functions that draw no random numbers, those that are something else than an operation.
_NO_OPERATIONS = frozenset({"__get__", "size", "dim"})
_VIEWS = frozenset(
    {
        *("view", "reshape", "flatten", "transpose", "permute", "contiguous", "unsqueeze"),
        *("squeeze", "expand", "split", "unbind", "chunk", "__getitem__", "pad"),
    }
)


class PlainKind(NamedTuple):
    """A function: its operation's name, its full name, and what tells whether a call writes."""

    op: str
    name: str | None
    rule: Callable[..., Any] | None
    views: bool  # what it makes may have the memory of what it is given
    scales: bool  # a GradScaler calls it


@lru_cache(maxsize=4096)
def kind_of(func: Callable[..., Any]) -> PlainKind | None:
    """None for a function that is looked at more closely."""
    name = getattr(func, "__name__", "")
    if name not in NEVER_RANDOM or name in _NO_OPERATIONS:
        return None
    op = op_name(func)
    return PlainKind(op, name_of(func), rule_of_writing(func), name in _VIEWS, op == "mul")


def may_scale(args: tuple[Any, ...]) -> bool:
    """Whether a product may be one of a GradScaler that scales a loss."""
    other = args[1] if len(args) > 1 else None
    return isinstance(other, Tensor) and other.numel() == 1
