"""Computes a network's outputs at many points of its weights at once, on a CPU.

Torch is slowest at a LeNet's first convolution, which has too few channels for its kernels, and at
max pooling. Here the points' filters stand side by side, as channels: a convolution of the images
is one matrix product, one of maps a grouped one, and pooling goes over whole rows of channels.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from backprop_viz.training.surface.stacked_rules import (
    CannotStack,
    Room,
    Stacked,
    convolution_of,
    cropped,
    patches_under,
    stacked_call,
)
from backprop_viz.training.surface.stacked_trace import (
    CallTrace,
    Ref,
    TracedCall,
    first_of_rows,
    pooled_first,
    used_once,
    used_sizes,
)

# This many images at a time: what is computed of them stays in the cache of a core.
_IMAGES = 16
# What is kept of the images of a surface, in bytes.
_PATCHES_BYTES = 128_000_000
# The rows of a batch at all points, in bytes; with larger ones all is done some images at a time.
_ROWS_BYTES = 64_000_000


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
        once = used_once(self._calls, self._output)
        self._rooms = {call.output: Room(once(call.args[:1])) for call in self._calls}
        self._refs = {c.output: _references(enumerate(c.args)) for c in self._calls}
        named_refs = {c.output: _references(c.kwargs.items()) for c in self._calls}
        self._named = {output: refs for output, refs in named_refs.items() if refs}
        self._images = len(images)
        self.convolves = any(call.func is torch.conv2d for call in self._calls)
        # The calls before this one make maps, those after it only rows of its own.
        self._cut = first_of_rows(self._calls)

    def row_length(self, points: int, images: int) -> int | None:
        """How long the rows are that the maps become; None where there is no such place, or they
        are too many for this many points and images.
        """
        if self._cut is None:
            return None
        rows, length = self._calls[self._cut].shape
        fits = points * images * length * 4 <= _ROWS_BYTES
        return length if rows == self._images and fits else None

    def rows(
        self, weights: Mapping[str, Tensor], images: Tensor, patches: Tensor | None, rows: Tensor
    ) -> None:
        """Write what the maps become, (P, N, ``row_length``), into ``rows``. Raises CannotStack.

        ``patches`` are those of the first convolution (``patches_of``), where they are at hand.
        """
        assert self._cut is not None
        self._made(self._calls[: self._cut + 1], weights, images, {}, patches, rows)

    def of_rows(self, weights: Mapping[str, Tensor], rows: Tensor) -> Tensor:
        """The outputs (P, N, F) that follow from the rows of any number of images."""
        assert self._cut is not None
        made = {self._calls[self._cut].output: Stacked(rows, maps=False)}
        return self._made(self._calls[self._cut + 1 :], weights, rows[0], made)

    def outputs(
        self, weights: Mapping[str, Tensor], images: Tensor, patches: Tensor | None = None
    ) -> Tensor:
        """The outputs (P, N, F) at the points whose parameters are stacked, (P, *shape) each.

        Without gradients. Raises CannotStack.
        """
        return self._made(self._calls, weights, images, {}, patches)

    def _made(
        self,
        calls: Sequence[TracedCall],
        weights: Mapping[str, Tensor],
        images: Tensor,
        made: dict[int, Stacked],
        patches: Tensor | None = None,
        rows: Tensor | None = None,
    ) -> Tensor:
        """What the last of some calls makes; ``made`` is what those before have made."""

        sources: dict[str, Mapping[Any, Any]] = {"images": {"": images}, "made": made}
        sources |= {"parameter": weights, "buffer": self._buffers}
        count = images.shape[0]
        for call in calls:
            args, kwargs = list(call.args), call.kwargs
            for place, ref in self._refs[call.output]:
                args[place] = sources[ref.kind][ref.key]
            if call.output in self._used:
                args[0] = cropped(args[0], self._used[call.output])
            if call.output in self._named:
                kwargs = dict(kwargs)
                for name, ref in self._named[call.output]:
                    kwargs[name] = sources[ref.kind][ref.key]
            # As many images as are given, not as many as there were when it was followed.
            own = call.shape[:1] == (self._images,)
            shape = (count, *call.shape[1:]) if own else call.shape
            into = rows if call is calls[-1] else None
            made[call.output] = stacked_call(
                *(self._rooms[call.output], call.func, shape, args, kwargs),
                patches=patches,
                rows=into,
            )
        last = made[calls[-1].output if rows is not None else int(self._output.key)]
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


def _references(values: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Ref]]:
    return [(place, value) for place, value in values if isinstance(value, Ref)]


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
        self._rows = Room()
        self._patches: dict[tuple[int, int], Tensor | None] = {}
        self._room = _PATCHES_BYTES

    def turn_to(self, points: Sequence[Mapping[str, Tensor]]) -> None:
        """Evaluate these points from now on, each the parameters by their names."""
        self._points = points
        self._weights = {} if self._plain else stacked_weights(points)

    def of_batch(self, number: int, images: Tensor) -> Tensor:
        """The outputs (P, N, …) at all points for batch ``number``, which is these images."""
        if not self._plain:
            try:
                return self._all(number, images)
            except CannotStack:
                self._plain = True
                self._patches.clear()
        plain = [functional_call(self._model, dict(point), (images,)) for point in self._points]
        return torch.stack(plain)

    def _all(self, number: int, images: Tensor) -> Tensor:
        found = self._outputs(number, images)
        if not self._checked:
            plain = functional_call(self._model, dict(self._points[0]), (images,))
            if plain.shape != found[0].shape or not torch.allclose(found[0], plain, 1e-4, 1e-5):
                raise CannotStack
            self._checked = True
        return found

    def _outputs(self, number: int, images: Tensor) -> Tensor:
        """The maps some images at a time, the rows that they become all at once: their weights are
        many, and read once.
        """
        parts, points = torch.split(images, _IMAGES), len(self._points)
        first = self._stack_of(parts[0])
        if not first.convolves:
            return self._stack_of(images).outputs(self._weights, images)
        length = first.row_length(points, len(images))
        rows = None if length is None else self._rows.of("", (points, len(images), length), images)
        outputs, begin = [], 0
        for k, some in enumerate(parts):
            stack = self._stack_of(some)
            patches = self._patches_of(stack, number, k, some)
            if rows is None:
                outputs.append(stack.outputs(self._weights, some, patches))
            else:
                end = begin + len(some)
                stack.rows(self._weights, some, patches, rows[:, begin:end])
                begin = end
        return torch.cat(outputs, 1) if rows is None else first.of_rows(self._weights, rows)

    def _stack_of(self, images: Tensor) -> StackedForward:
        shape = tuple(images.shape)
        if shape not in self._stacks:
            self._stacks[shape] = StackedForward(self._model, images)
        return self._stacks[shape]

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
    lie one after the other, as products of them are faster, and of filters the channels.
    """
    found = {}
    for name, first in points[0].items():
        if first.ndim == 2:
            found[name] = torch.stack([point[name].T for point in points]).transpose(1, 2)
        elif first.ndim == 4:
            filters = torch.cat([point[name] for point in points])
            ordered = filters.contiguous(memory_format=torch.channels_last)
            found[name] = torch.unflatten(ordered, 0, (len(points), -1))
        else:
            found[name] = torch.stack([point[name] for point in points])
    return found
