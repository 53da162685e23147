"""Computes a network's outputs at many points of its weights at once, on a CPU.

Torch is slowest at a LeNet's first convolution, which has too few channels for its kernels, and at
max pooling. Here the points' filters stand side by side, as channels: a convolution of the images
is one matrix product, one of maps a grouped one, and pooling goes over whole rows of channels.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from backprop_viz.training.stacked_rules import (
    CannotStack,
    Stacked,
    convolution_of,
    cropped,
    patches_under,
    stacked_call,
)
from backprop_viz.training.stacked_trace import CallTrace, Ref, pooled_first, used_sizes

# So many images at a time: what is computed of them stays in the cache of a core.
_IMAGES = 32
# What is kept of the images of a surface, in bytes.
_PATCHES_BYTES = 128_000_000


class StackedForward:
    """The outputs of ``model`` for images of one shape, at as many points as are given.

    ``images`` (N, C, H, W) are such images: what the network does with them is followed once.
    Raises CannotStack for a network that does more than there are rules for, or whose forward may
    depend on its numbers.
    """

    def __init__(self, model: nn.Module, images: Tensor) -> None:
        named = {name: p.detach() for name, p in model.named_parameters()}
        trace = CallTrace(images, named, dict(model.named_buffers()))
        with torch.no_grad(), torch.random.fork_rng(devices=[]), trace:
            output = functional_call(model, named, (images,))
        self._output = trace.ref(output)
        if trace.refused or self._output.kind != "made":
            raise CannotStack
        self._calls = pooled_first(trace.calls)
        self._buffers = trace.buffers
        self._shapes = {name: tuple(p.shape) for name, p in named.items()}
        self._used = used_sizes(self._calls, self._shapes)

    def outputs(
        self, weights: Mapping[str, Tensor], images: Tensor, patches: Tensor | None = None
    ) -> Tensor:
        """The outputs (P, N, F) at the points whose parameters are stacked, (P, *shape) each.

        ``patches`` are those of the first convolution (``patches_of``), where they are at hand.
        Without gradients. Raises CannotStack.
        """
        made: dict[int, Stacked] = {}

        def given(value: Any) -> Any:
            if not isinstance(value, Ref):
                return value
            if value.kind == "images":
                return images
            if value.kind == "made":
                return made[int(value.key)]
            return (weights if value.kind == "parameter" else self._buffers)[str(value.key)]

        for call in self._calls:
            args = [given(value) for value in call.args]
            if call.output in self._used:
                args[0] = cropped(args[0], self._used[call.output])
            kwargs = {name: given(value) for name, value in call.kwargs.items()}
            made[call.output] = stacked_call(call.func, call.shape, args, kwargs, patches)
        last = made[int(self._output.key)]
        if last.maps:
            raise CannotStack
        return last.tensor

    def patches_of(self, images: Tensor) -> Tensor | None:
        """What the first convolution's filters lie over (places, weights of a filter)."""
        first = self._calls[0]
        of_images = first.args[:1] == (Ref("images", ""),)
        if first.func is not torch.conv2d or not of_images or images.ndim != 4:
            return None
        weight, *options = first.args[1:]
        if not isinstance(weight, Ref) or weight.kind != "parameter":
            return None
        how = convolution_of(self._shapes[str(weight.key)], *options, **first.kwargs)
        if first.output in self._used:
            images = cropped(images, self._used[first.output])
        return patches_under(images, how) if how.small else None


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
