"""Computes a network's outputs at many points of its weights at once, on a CPU.

Torch is slowest at a LeNet's first convolution, which has too few channels for its kernels, and at
max pooling. Here the points' filters stand side by side, as channels: a convolution of the images
is one matrix product, one of maps a grouped one, and pooling goes over whole rows of channels.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.func import functional_call
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree

from backprop_viz.training.stacked_rules import (
    MAX_POOLS,
    RELUS,
    RULES,
    CannotStack,
    Stacked,
    convolution_of,
    patches_under,
    stacked_call,
)

# So many images at a time: what is computed of them stays in the cache of a core.
_IMAGES = 32
# What is kept of the images of a surface, in bytes.
_PATCHES_BYTES = 128_000_000
# What tells something of a tensor but none of its numbers.
_QUESTIONS: frozenset[Any] = frozenset(
    {
        *(Tensor.size, Tensor.dim, Tensor.numel, Tensor.shape.__get__),  # type: ignore[attr-defined]
        *(Tensor.ndim.__get__, Tensor.dtype.__get__, Tensor.device.__get__),  # type: ignore[attr-defined]
    }
)


@dataclass(frozen=True, slots=True)
class _Ref:
    """In place of a tensor among a call's arguments: what it is."""

    kind: str  # "images", "parameter", "buffer", "made"
    key: str | int


@dataclass(frozen=True, slots=True)
class _Call:
    """A function with its arguments, in which tensors are references, and its output's shape."""

    func: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    shape: tuple[int, ...]
    output: int


class StackedForward:
    """The outputs of ``model`` for images of one shape, at as many points as are given.

    ``images`` (N, C, H, W) are such images: what the network does with them is followed once.
    Raises CannotStack for a network that does more than there are rules for, or whose forward may
    depend on its numbers.
    """

    def __init__(self, model: nn.Module, images: Tensor) -> None:
        named = {name: p.detach() for name, p in model.named_parameters()}
        trace = _Trace(images, named, dict(model.named_buffers()))
        with torch.no_grad(), torch.random.fork_rng(devices=[]), trace:
            output = functional_call(model, named, (images,))
        self._output = trace.ref(output)
        if trace.refused or self._output.kind != "made":
            raise CannotStack
        self._calls = _pooled_first(trace.calls)
        self._buffers = trace.buffers
        self._shapes = {name: tuple(p.shape) for name, p in named.items()}

    def outputs(
        self, weights: Mapping[str, Tensor], images: Tensor, patches: Tensor | None = None
    ) -> Tensor:
        """The outputs (P, N, F) at the points whose parameters are stacked, (P, *shape) each.

        ``patches`` are those of the first convolution (``patches_of``), where they are at hand.
        Without gradients. Raises CannotStack.
        """
        made: dict[int, Stacked] = {}

        def given(value: Any) -> Any:
            if not isinstance(value, _Ref):
                return value
            if value.kind == "images":
                return images
            if value.kind == "made":
                return made[int(value.key)]
            return (weights if value.kind == "parameter" else self._buffers)[str(value.key)]

        for call in self._calls:
            args = [given(value) for value in call.args]
            kwargs = {name: given(value) for name, value in call.kwargs.items()}
            made[call.output] = stacked_call(call.func, call.shape, args, kwargs, patches)
        last = made[int(self._output.key)]
        if last.maps:
            raise CannotStack
        return last.tensor

    def patches_of(self, images: Tensor) -> Tensor | None:
        """What the first convolution's filters lie over (places, weights of a filter)."""
        first = self._calls[0]
        of_images = first.args[:1] == (_Ref("images", ""),)
        if first.func is not torch.conv2d or not of_images or images.ndim != 4:
            return None
        weight, *options = first.args[1:]
        if not isinstance(weight, _Ref) or weight.kind != "parameter":
            return None
        how = convolution_of(self._shapes[str(weight.key)], *options, **first.kwargs)
        return patches_under(images, how) if how.small else None


class _Trace(TorchFunctionMode):
    """Notes what is called with the images and what is made of them."""

    def __init__(
        self, images: Tensor, named: Mapping[str, Tensor], buffers: dict[str, Tensor]
    ) -> None:
        super().__init__()
        self.calls: list[_Call] = []
        self.refused = False
        self.buffers = buffers
        self._refs = {id(images): _Ref("images", "")}
        self._refs |= {id(p): _Ref("parameter", name) for name, p in named.items()}
        self._refs |= {id(b): _Ref("buffer", name) for name, b in buffers.items()}
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
            self.calls.append(_Call(func, noted, named, tuple(found.shape), number))
            self._refs[id(found)] = _Ref("made", number)
        self._held.append(found)
        return found


def _tensors(values: Any) -> bool:
    return any(isinstance(leaf, Tensor) for leaf in _pytree.tree_leaves(values))


def _pooled_first(calls: list[_Call]) -> list[_Call]:
    """The calls, with a relu after the max pooling that follows it: the same of fewer numbers."""
    calls = list(calls)
    for k in range(len(calls) - 1):
        relu, pool = calls[k], calls[k + 1]
        uses = sum(_Ref("made", relu.output) in (*c.args, *c.kwargs.values()) for c in calls)
        if relu.func not in RELUS or pool.func not in MAX_POOLS or uses != 1:
            continue
        if pool.args[:1] != (_Ref("made", relu.output),):
            continue
        first = _Call(pool.func, (relu.args[0], *pool.args[1:]), pool.kwargs, (), relu.output)
        after = _Call(
            relu.func, (_Ref("made", relu.output), *relu.args[1:]), relu.kwargs, (), pool.output
        )
        calls[k], calls[k + 1] = first, after
    return calls


class ManyOutputs:
    """The outputs of a network at many points, batch after batch of the same images.

    Where it cannot be stacked, or what comes out is not what the network itself computes, torch
    evaluates the points one after the other.
    """

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._stacks: dict[tuple[int, ...], StackedForward] = {}
        self._points: Sequence[Mapping[str, Tensor]] = ()
        self._weights: dict[str, Tensor] = {}
        self._plain = False
        self._checked = False
        self._patches: dict[tuple[int, int], Tensor | None] = {}
        self._room = _PATCHES_BYTES

    def turn_to(self, points: Sequence[Mapping[str, Tensor]]) -> None:
        """Evaluate these points from now on, each the parameters by their names."""
        self._points = points
        self._weights = {} if self._plain else stacked_weights(points)

    def of_batch(self, number: int, images: Tensor) -> Iterator[Tensor]:
        """The outputs (N, …) at each point for batch ``number``, which is these images."""
        if not self._plain:
            try:
                yield from self._all(number, images)
                return
            except CannotStack:
                self._plain = True
                self._patches.clear()
        for point in self._points:
            yield functional_call(self._model, dict(point), (images,))

    def _all(self, number: int, images: Tensor) -> Tensor:
        parts = []
        for k, some in enumerate(torch.split(images, _IMAGES)):
            shape = tuple(some.shape)
            if shape not in self._stacks:
                self._stacks[shape] = StackedForward(self._model, some)
            stack = self._stacks[shape]
            patches = self._patches_of(stack, number, k, some)
            parts.append(stack.outputs(self._weights, some, patches))
        found = torch.cat(parts, 1)
        if not self._checked:
            plain = functional_call(self._model, dict(self._points[0]), (images,))
            if plain.shape != found[0].shape or not torch.allclose(found[0], plain, 1e-4, 1e-5):
                raise CannotStack
            self._checked = True
        return found

    def _patches_of(
        self, stack: StackedForward, number: int, part: int, images: Tensor
    ) -> Tensor | None:
        """The patches of some images, kept for the next points where there is room for them."""
        if (number, part) in self._patches:
            return self._patches[number, part]
        found = stack.patches_of(images)
        size = 0 if found is None else found.numel() * found.element_size()
        if size <= self._room:
            self._room -= size
            self._patches[number, part] = found
        return found


def stacked_weights(points: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The parameters of all points, (P, *shape) each, by their names; of matrices the columns
    lie one after the other, as products of them are faster.
    """
    found = {}
    for name, first in points[0].items():
        if first.ndim == 2:
            found[name] = torch.stack([point[name].T for point in points]).transpose(1, 2)
        else:
            found[name] = torch.stack([point[name] for point in points])
    return found
