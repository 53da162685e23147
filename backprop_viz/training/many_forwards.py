"""Makes forwards of one network with many weights on the same images faster, on a CPU.

Of a LeNet's forward torch spends half on max pooling, which it computes with the places of the
maxima, and a sixth on the first convolution, which has too few channels for its kernels.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree

# Up to so many weights a filter, a matrix product for all points is faster than a convolution.
_SMALL_FILTER = 64
# So many numbers of each kind are computed at a time: they stay in the cache of a core.
_CACHED = 100_000
# Larger windows of max pooling are left to torch.
_LARGEST_WINDOW = 4
_POOLS, _RELUS = (F.max_pool2d, torch.max_pool2d), (F.relu, torch.relu, Tensor.relu)


@dataclass(frozen=True, slots=True)
class _Convolution:
    """A convolution of the images that is not computed yet, by the names of its parameters."""

    weight: str
    bias: str | None
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    shape: tuple[int, ...]
    relu: bool = False


class ManyForwards(TorchFunctionMode):
    """While it is active, ``points`` of weights are evaluated one after the other on ``images``.

    ``at`` is the place of the point that is evaluated. A convolution of the images, with the relu
    and the max pooling that follow it, is computed for all points at once when the first of them
    comes to it, and its sums may be rounded in another order. Max pooling gives the same numbers,
    bit for bit. Everything else is torch's. Without gradients only; what is put off is computed by
    whatever is done with it while this is active.
    """

    def __init__(self, points: Sequence[Mapping[str, Tensor]], images: Tensor) -> None:
        super().__init__()
        self._points, self._images = points, images
        self.at = 0
        # What was returned without its numbers. They are filled in if anything asks for them.
        self._pending: dict[int, tuple[Tensor, _Convolution]] = {}
        # What is computed for all points (P, N, C, H, W), with the window it is pooled by.
        self._computed: dict[tuple[_Convolution, tuple[int, ...]], Tensor] = {}

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Compute what there is a faster way for, and leave the rest to torch."""
        kwargs = kwargs or {}
        found: Tensor | None = None
        pending = self._pending.get(id(args[0])) if args else None
        if func is torch.conv2d and args and args[0] is self._images:
            found = self._convolution(*args[1:], **kwargs)
        elif func in _RELUS and pending is not None and not kwargs.get("inplace", False):
            found = self._put_off(replace(pending[1], relu=True))
        elif func in _POOLS and (window := _window(args[0], *args[1:], **kwargs)) is not None:
            if pending is None:
                found = _max_pooled(args[0], window)
            else:
                found = self._of_all(pending[1], window)[self.at]
        if found is not None:
            return found
        if self._pending:
            self._fill_in(args, kwargs)
        return func(*args, **kwargs)

    def begin(self, at: int) -> None:
        """Turn to the point at a place."""
        self.at = at
        self._pending.clear()

    def _convolution(
        self,
        weight: Tensor,
        bias: Tensor | None = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> Tensor | None:
        """A convolution of the images that is put off; None for one that is left to torch."""
        images = self._images
        name, bias_name = self._name(weight), self._name(bias)
        plain = groups == 1 and _pair(dilation) == (1, 1) and not isinstance(padding, str)
        if not plain or name is None or (bias is None) != (bias_name is None):
            return None
        if weight[0].numel() > _SMALL_FILTER or images.ndim != 4:
            return None
        steps, pads = _pair(stride), _pair(padding)
        sizes = zip(images.shape[2:], weight.shape[2:], steps, pads, strict=True)
        shape = [(size + 2 * pad - kernel) // step + 1 for size, kernel, step, pad in sizes]
        shape = [len(images), len(weight), *shape]
        return self._put_off(_Convolution(name, bias_name, steps, pads, tuple(shape)))

    def _put_off(self, convolution: _Convolution) -> Tensor:
        placeholder = self._images.new_empty(convolution.shape)
        self._pending[id(placeholder)] = (placeholder, convolution)
        return placeholder

    def _fill_in(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Compute what a function is given that was put off."""
        for value in _pytree.tree_leaves((args, dict(kwargs))):
            pending = self._pending.pop(id(value), None)
            if pending is not None:
                placeholder, convolution = pending
                placeholder.copy_(self._of_all(convolution, (1, 1))[self.at])

    def _of_all(self, convolution: _Convolution, window: tuple[int, ...]) -> Tensor:
        """A convolution, its relu, and max pooling by a window, of all points."""
        key = (convolution, window)
        if key not in self._computed:
            self._computed[key] = self._compute(convolution, window)
        return self._computed[key]

    def _compute(self, convolution: _Convolution, window: tuple[int, ...]) -> Tensor:
        weights = [point[convolution.weight] for point in self._points]
        filters = torch.cat([weight.flatten(1) for weight in weights])
        height, width = (
            size // across for size, across in zip(convolution.shape[2:], window, strict=True)
        )
        found = self._images.new_empty(
            (len(self._points), len(self._images), len(weights[0]), height, width)
        )
        # Some images at a time, so that what is computed of them stays in the cache.
        some = max(1, _CACHED // (len(filters) * height * width))
        parts = zip(torch.split(self._images, some), torch.split(found, some, 1), strict=True)
        for images, place in parts:
            patches = _patches(images, weights[0], convolution, window)
            # The places in a window one after the other: a maximum is then of whole rows.
            best = filters @ patches[0]
            other = torch.empty_like(best)
            for patch in patches[1:]:
                torch.maximum(best, torch.mm(filters, patch, out=other), out=best)
            if convolution.bias is not None:
                # After the maxima, which rounding leaves where they are.
                best += torch.cat([point[convolution.bias] for point in self._points])[:, None]
            if convolution.relu:
                best.relu_()
            shape = (len(self._points), -1, len(images), height, width)
            place.copy_(best.view(shape).transpose(1, 2))
        return found

    def _name(self, tensor: Tensor | None) -> str | None:
        point = self._points[self.at]
        return next((name for name, each in point.items() if each is tensor), None)


def _patches(
    images: Tensor, weight: Tensor, convolution: _Convolution, window: tuple[int, ...]
) -> Tensor:
    """What the filters lie over, (places in a window, weights of a filter, all windows)."""
    (down, right), (tall, wide) = convolution.padding, window
    padded = F.pad(images, (right, right, down, down)) if down or right else images
    rows, columns = convolution.stride
    found = padded.unfold(2, weight.shape[2], rows).unfold(3, weight.shape[3], columns)
    height, width = found.shape[2] // tall, found.shape[3] // wide
    found = found[:, :, : height * tall, : width * wide]
    # N, C, H, tall, W, wide, kernel's height, kernel's width
    found = torch.unflatten(torch.unflatten(found, 3, (width, wide)), 2, (height, tall))
    ordered: Tensor = found.permute(3, 5, 1, 6, 7, 0, 2, 4)
    return ordered.reshape(tall * wide, weight[0].numel(), -1)


def _window(
    images: Tensor,
    size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[int, ...] | None:
    """The window of max pooling whose windows touch each other; None for any other."""
    window = _pair(size)
    touching = stride is None or stride == [] or _pair(stride) == window
    plain = _pair(padding) == (0, 0) and _pair(dilation) == (1, 1)
    if not touching or not plain or ceil_mode or return_indices or max(window) > _LARGEST_WINDOW:
        return None
    fits = images.shape[-2] >= window[0] and images.shape[-1] >= window[1]
    return window if fits else None


def _max_pooled(images: Tensor, window: tuple[int, ...]) -> Tensor:
    height, width = window
    rows, columns = images.shape[-2] // height * height, images.shape[-1] // width * width
    best = images[..., 0:rows:height, :columns]
    for k in range(1, height):
        best = torch.maximum(best, images[..., k:rows:height, :columns])
    rows_best = best
    best = rows_best[..., 0::width]
    for k in range(1, width):
        best = torch.maximum(best, rows_best[..., k::width])
    return best.contiguous()


def _pair(value: Any) -> tuple[int, ...]:
    if isinstance(value, int):
        return value, value
    given = tuple(value)
    return given * 2 if len(given) == 1 else given
