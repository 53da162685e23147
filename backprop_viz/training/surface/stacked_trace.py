"""What a network does with its images, as a list of calls that can be made at other weights."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree

from backprop_viz.training.surface.stacked_rules import (
    ELEMENTWISE,
    MAX_POOLS,
    RELUS,
    RULES,
    SHAPERS,
    convolution_of,
    pooling_window,
)

# What tells something of a tensor but none of its numbers.
_QUESTIONS: frozenset[Any] = frozenset(
    {
        *(Tensor.size, Tensor.dim, Tensor.numel, Tensor.shape.__get__),  # type: ignore[attr-defined]
        *(Tensor.ndim.__get__, Tensor.dtype.__get__, Tensor.device.__get__),  # type: ignore[attr-defined]
    }
)


@dataclass(frozen=True, slots=True)
class Ref:
    """In place of a tensor among a call's arguments: what it is."""

    kind: str  # "images", "parameter", "buffer", "made"
    key: str | int


@dataclass(frozen=True, slots=True)
class TracedCall:
    """A function with its arguments, in which tensors are references, and its output's shape."""

    func: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    shape: tuple[int, ...]
    output: int


class CallTrace(TorchFunctionMode):
    """Notes what is called with the images and what is made of them."""

    def __init__(
        self, images: Tensor, named: Mapping[str, Tensor], buffers: dict[str, Tensor]
    ) -> None:
        super().__init__()
        self.calls: list[TracedCall] = []
        self.refused = False
        self.buffers = buffers
        self._refs = {id(images): Ref("images", "")}
        self._refs |= {id(p): Ref("parameter", name) for name, p in named.items()}
        self._refs |= {id(b): Ref("buffer", name) for name, b in buffers.items()}
        self._held: list[Any] = []  # what is not held may give its id to another tensor

    def ref(self, value: Any) -> Any:
        """What a value is: a tensor's reference, or the value itself."""
        if not isinstance(value, Tensor):
            return value
        found = self._refs.get(id(value))
        self.refused |= found is None
        return found or value

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Note a call, and make it."""
        kwargs = dict(kwargs or {})
        found = func(*args, **kwargs)
        # Dropout in evaluation returns what it was given.
        if func in _QUESTIONS or (func is F.dropout and args and found is args[0]):
            return found
        known = func in RULES and isinstance(found, Tensor) and id(found) not in self._refs
        nested = any(isinstance(v, list | tuple) and _tensors(v) for v in args)
        self.refused |= not known or nested
        if isinstance(found, Tensor) and known:
            number = len(self.calls)
            noted = tuple(self.ref(value) for value in args)
            named = {name: self.ref(value) for name, value in kwargs.items()}
            self.calls.append(TracedCall(func, noted, named, tuple(found.shape), number))
            self._refs[id(found)] = Ref("made", number)
        self._held.append(found)
        return found


def _tensors(values: Any) -> bool:
    return any(isinstance(leaf, Tensor) for leaf in _pytree.tree_leaves(values))


def pooled_first(calls: list[TracedCall]) -> list[TracedCall]:
    """The calls, with a relu after the max pooling that follows it: the same of fewer numbers."""
    calls = list(calls)
    for k in range(len(calls) - 1):
        relu, pool = calls[k], calls[k + 1]
        uses = sum(Ref("made", relu.output) in (*c.args, *c.kwargs.values()) for c in calls)
        if relu.func not in RELUS or pool.func not in MAX_POOLS or uses != 1:
            continue
        if pool.args[:1] != (Ref("made", relu.output),):
            continue
        maxima, made = Ref("made", relu.output), pool.shape
        first = TracedCall(
            pool.func, (relu.args[0], *pool.args[1:]), pool.kwargs, made, relu.output
        )
        after = TracedCall(relu.func, (maxima, *relu.args[1:]), relu.kwargs, made, pool.output)
        calls[k], calls[k + 1] = first, after
    return calls


def used_once(calls: list[TracedCall], output: Ref) -> Callable[[tuple[Any, ...]], bool]:
    """Tells of a call's first argument whether it is numbers that only this call reads."""
    read = [value for call in calls for value in (*call.args, *call.kwargs.values())]
    refs = [*read, output]
    # What a reshaping returns may be the numbers that it was given.
    views = {call.output for call in calls if call.func in SHAPERS}

    def once(first: tuple[Any, ...]) -> bool:
        made = [ref for ref in first if isinstance(ref, Ref) and ref.kind == "made"]
        return bool(made) and made[0].key not in views and refs.count(made[0]) == 1

    return once


def first_of_rows(calls: list[TracedCall]) -> int | None:
    """Where maps become rows, if whatever follows is made of these rows; else None."""
    for k, call in enumerate(calls):
        if call.func not in SHAPERS or len(call.shape) != 2:
            continue
        maps = call.args[0]
        if maps not in [Ref("made", before.output) for before in calls[:k]]:
            return None
        after = [value for c in calls[k + 1 :] for value in (*c.args, *c.kwargs.values())]
        made = {Ref("made", c.output) for c in calls[k:]}
        own = [value for value in after if isinstance(value, Ref)]
        within = all(ref in made or ref.kind in ("parameter", "buffer") for ref in own)
        return k if within and k + 1 < len(calls) else None
    return None


def used_sizes(
    calls: list[TracedCall], weights: Mapping[str, tuple[int, ...]]
) -> dict[int, tuple[int, ...]]:
    """Of the images or maps a call is given, the size (height, width) that is used, by its output.

    Max pooling leaves out the rows and columns that fill no window, so that the calls before need
    not make them. Of a call that is not here all is used. ``weights`` are the parameters' shapes.
    """
    shapes = {call.output: call.shape for call in calls}
    # Of what each call makes, as far as those after it say.
    wanted: dict[int, tuple[int, ...]] = {}
    used: dict[int, tuple[int, ...]] = {}
    for call in reversed(calls):
        of_all = call.shape[-2:]
        found = _used(call, wanted.get(call.output, of_all), weights)
        for k, value in enumerate((*call.args, *call.kwargs.values())):
            if not isinstance(value, Ref) or value.kind != "made":
                continue
            size = found if k == 0 and found else shapes[int(value.key)][-2:]
            before = wanted.get(int(value.key), size)
            wanted[int(value.key)] = tuple(map(max, size, before))
        if found:
            used[call.output] = found
    return used


def _used(
    call: TracedCall, made: tuple[int, ...], weights: Mapping[str, tuple[int, ...]]
) -> tuple[int, ...] | None:
    """The size of its first argument that a call needs to make maps of the size ``made``."""
    if len(call.shape) != 4 or not call.args:
        return None
    if call.func in ELEMENTWISE:
        return made
    if call.func in MAX_POOLS:
        window = pooling_window(*call.args[1:], **call.kwargs)
        return window and tuple(n * side for n, side in zip(made, window, strict=True))
    weight = call.args[1] if call.func is torch.conv2d and len(call.args) > 1 else None
    if not isinstance(weight, Ref) or weight.kind != "parameter":
        return None
    how = convolution_of(weights[str(weight.key)], *call.args[2:], **call.kwargs)
    return how.under(made) if how.padding == (0, 0) else None
