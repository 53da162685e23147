"""What a function of torch makes of the maps and rows of many points at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

# Up to this many weights per filter, a matrix product is faster than a convolution of the images.
_SMALL_FILTER = 64
# Larger windows of max pooling are left to torch.
_LARGEST_WINDOW = 4
_CHANNELS_LAST = torch.channels_last
Found = TypeVar("Found")
ELEMENTWISE: frozenset[Any] = frozenset(
    {
        *(F.relu, torch.relu, Tensor.relu, torch.tanh, Tensor.tanh, torch.sigmoid),
        *(Tensor.sigmoid, F.leaky_relu, F.elu, F.gelu, F.silu, F.softplus),
    }
)
RELUS: frozenset[Any] = frozenset({F.relu, torch.relu, Tensor.relu})
MAX_POOLS: frozenset[Any] = frozenset({F.max_pool2d, torch.max_pool2d})
_POOLS: frozenset[Any] = MAX_POOLS | {F.avg_pool2d, F.adaptive_avg_pool2d}
SHAPERS: frozenset[Any] = frozenset(
    {Tensor.view, Tensor.reshape, Tensor.flatten, torch.flatten, torch.reshape}
)
_SUMS: frozenset[Any] = frozenset({torch.add, Tensor.add, Tensor.__add__})


class CannotStack(Exception):  # noqa: N818 - not an error
    """The network does something for which there is no rule here: torch evaluates it."""


@dataclass(slots=True)
class Stacked:
    """What is computed of all points: maps (N, P * C, H, W), or rows (P, N, F).

    ``bias`` (P * C,) is still to be added to maps: after max pooling there are fewer numbers, and
    rounding leaves the maxima where they are.
    """

    computed: Tensor
    maps: bool
    bias: Tensor | None = None

    @property
    def tensor(self) -> Tensor:
        """What is computed, with its bias."""
        if self.bias is not None:
            self.computed += self.bias[:, None, None]
            self.bias = None
        return self.computed


@dataclass(slots=True)
class Room:
    """Where a call writes what it computes: memory of its own, the same at each time.

    ``overwrites``: its first argument is used by nobody else, and may be written over.
    """

    overwrites: bool = False
    _held: dict[str, Tensor] = field(default_factory=dict)
    _found: Any = None
    _of: Any = None

    def of(self, name: str, shape: Sequence[int], like: Tensor) -> Tensor:
        """Memory for numbers as in ``like``; what was in it is of no use any more."""
        held = self._held.get(name)
        if held is None or held.shape != torch.Size(shape) or held.dtype != like.dtype:
            held = self._held[name] = torch.empty(*shape, dtype=like.dtype)
        return held

    def once(self, of: object, find: Callable[[], Found]) -> Found:
        """What follows from how it is called and from ``of``: found anew for another ``of``."""
        if self._of is not of:
            self._of, self._found = of, find()
        found: Found = self._found
        return found


def stacked_call(
    room: Room,
    func: Any,
    shape: tuple[int, ...],
    args: list[Any],
    kwargs: dict[str, Any],
    *,
    patches: Tensor | None = None,
    rows: Tensor | None = None,
) -> Stacked:
    """What a call makes of all points, of which the network makes ``shape`` at one.

    A first convolution takes ``patches``; what makes rows of maps writes them into ``rows``.
    Raises CannotStack.
    """
    if func is torch.conv2d:
        return _convolved(room, *args, **kwargs, patches=patches)
    if func in SHAPERS:
        return _flattened(args[0], shape, rows)
    rule = RULES[func]
    return rule(room, func, *args, **kwargs)


def cropped(value: Any, size: tuple[int, ...]) -> Any:
    """The upper left part of images or maps, of ``size`` (height, width) at most."""
    height, width = size
    if isinstance(value, Tensor):
        return value[..., :height, :width]
    if tuple(value.computed.shape[-2:]) == size:
        return value
    # With its bias: it would be added to the part, and again where all of it is used.
    return Stacked(value.tensor[..., :height, :width], value.maps)


@dataclass(frozen=True, slots=True)
class ImageConvolution:
    """How a convolution goes over its input."""

    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    kernel: tuple[int, ...]  # channels, height, width

    @property
    def small(self) -> bool:
        """Whether a matrix product is faster, where it is one of the images."""
        channels, height, width = self.kernel
        return self.dilation == (1, 1) and channels * height * width <= _SMALL_FILTER

    def under(self, size: tuple[int, ...]) -> tuple[int, ...]:
        """The size (height, width) of the input that an output of ``size`` is made of, unpadded."""
        along = zip(size, self.kernel[1:], self.stride, self.dilation, strict=True)
        return tuple((n - 1) * step + (side - 1) * apart + 1 for n, side, step, apart in along)


def convolution_of(
    shape: Sequence[int],
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> ImageConvolution:
    """How a convolution by a weight (…, channels, height, width) is made."""
    if groups != 1 or isinstance(padding, str):
        raise CannotStack
    return ImageConvolution(_pair(stride), _pair(padding), _pair(dilation), tuple(shape[-3:]))


def _convolved(
    room: Room, images: Any, weight: Tensor, bias: Tensor | None = None, *options: Any, **named: Any
) -> Stacked:
    patches = named.pop("patches")
    how, filters, flat_filters, biases = room.once(
        weight, lambda: _filters(weight, bias, *options, **named)
    )
    if isinstance(images, Stacked):
        if not images.maps:
            raise CannotStack
        found = F.conv2d(
            images.tensor,
            filters.contiguous(memory_format=_CHANNELS_LAST),
            *(biases, how.stride, how.padding, how.dilation, len(weight)),
        )
    elif how.small and images.ndim == 4:
        if patches is None:
            patches = patches_under(images, how)
        height, width = _sizes(images, how)
        flat = room.of("flat", (patches.shape[0], filters.shape[0]), patches)
        torch.mm(patches, flat_filters, out=flat)
        found = flat.view(images.shape[0], height, width, -1).permute(0, 3, 1, 2)
        return Stacked(found, maps=True, bias=biases)
    else:
        found = F.conv2d(images, filters, biases, how.stride, how.padding, how.dilation)
        found = found.contiguous(memory_format=_CHANNELS_LAST)
    return Stacked(found, maps=True)


def _filters(
    weight: Tensor, bias: Tensor | None = None, *options: Any, **named: Any
) -> tuple[ImageConvolution, Tensor, Tensor, Tensor | None]:
    """How a convolution is made, the filters of all points, as columns too, and their biases."""
    how, filters = convolution_of(weight.shape, bias, *options, **named), weight.flatten(0, 1)
    return how, filters, filters.flatten(1).T, None if bias is None else bias.flatten()


def _sizes(images: Tensor, how: ImageConvolution) -> tuple[int, int]:
    sizes = zip(images.shape[2:], how.kernel[1:], how.stride, how.padding, strict=True)
    height, width = ((size + 2 * pad - side) // step + 1 for size, side, step, pad in sizes)
    return height, width


def patches_under(images: Tensor, how: ImageConvolution) -> Tensor:
    """What the filters lie over, (places of all images, weights of a filter)."""
    down, right = how.padding
    padded = F.pad(images, (right, right, down, down)) if down or right else images
    _, tall, wide = how.kernel
    found = padded.unfold(2, tall, how.stride[0]).unfold(3, wide, how.stride[1])
    # N, C, height, width, kernel's height, kernel's width
    ordered = found.permute(0, 2, 3, 1, 4, 5)
    return ordered.reshape(-1, images.shape[1] * tall * wide)


def _flattened(value: Any, shape: tuple[int, ...], rows: Tensor | None) -> Stacked:
    if len(shape) != 2:
        raise CannotStack
    if isinstance(value, Tensor):  # the images themselves, the same at each point
        return Stacked(value.reshape(1, *shape), maps=False)
    if value.maps:
        maps = value.tensor
        if shape[0] != len(maps):
            raise CannotStack
        # (N, P, C, H, W), of which each point's (C, H, W) become a row.
        of_points = maps.unflatten(1, (-1, shape[1] // maps[0, 0].numel()))
        if rows is None:
            rows = maps.new_empty(of_points.shape[1], *shape)
        rows.view(*rows.shape[:2], *of_points.shape[2:]).copy_(of_points.transpose(0, 1))
        return Stacked(rows, maps=False)
    if value.tensor.shape[1:] != shape:
        raise CannotStack
    return Stacked(value.tensor, maps=False)


def _linear(_: Room, __: Any, rows: Any, weight: Tensor, bias: Tensor | None = None) -> Stacked:
    if not isinstance(rows, Stacked) or rows.maps:
        raise CannotStack
    given = rows.tensor.expand(len(weight), -1, -1)
    columns = weight.transpose(1, 2)
    found = given @ columns if bias is None else torch.baddbmm(bias[:, None], given, columns)
    return Stacked(found, maps=False)


def _elementwise(
    room: Room, func: Callable[..., Tensor], value: Any, *rest: Any, **named: Any
) -> Stacked:
    plain = not any(isinstance(v, Tensor | Stacked) for v in (*rest, *named.values()))
    if not isinstance(value, Stacked) or not plain or named.get("inplace", False):
        raise CannotStack
    if func in RELUS and room.overwrites:
        return Stacked(torch.relu_(value.tensor), value.maps)
    return Stacked(func(value.tensor, *rest, **named), value.maps)


def _pooled(room: Room, func: Callable[..., Any], maps: Any, *rest: Any, **named: Any) -> Stacked:
    if not isinstance(maps, Stacked) or not maps.maps:
        raise CannotStack
    if func in MAX_POOLS:
        window = room.once(func, lambda: pooling_window(*rest, **named))
        fits = window is not None and all(
            size >= side for size, side in zip(maps.computed.shape[-2:], window, strict=True)
        )
        if window is not None and fits:
            return Stacked(max_pooled(maps.computed, window, room), True, maps.bias)
    found = func(maps.tensor, *rest, **named)
    if not isinstance(found, Tensor):
        raise CannotStack
    return Stacked(found, maps=True)


def pooling_window(
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
    return window


def max_pooled(images: Tensor, window: tuple[int, ...], room: Room) -> Tensor:
    """The maxima of windows that touch each other, of maps with the channels last."""
    (tall, wide), (height, width) = window, images.shape[-2:]
    rows, down, right = images.permute(0, 2, 3, 1), height // tall * tall, width // wide * wide
    best = _largest([rows[:, k:down:tall] for k in range(tall)], "rows", room)
    best = _largest([best[:, :, k:right:wide] for k in range(wide)], "columns", room)
    found: Tensor = best.permute(0, 3, 1, 2)
    return found


def _largest(slices: list[Tensor], name: str, room: Room) -> Tensor:
    """The maxima of slices of maps, one after the other: each is whole rows of channels."""
    best, *others = slices
    if not others:
        return best
    out = room.of(name, best.shape, best)
    for other in others:
        best = torch.maximum(best, other, out=out)
    return best


def _normalised(
    _: Room,
    __: Any,
    maps: Any,
    mean: Tensor | None,
    variance: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Stacked:
    if training or mean is None or variance is None or not isinstance(maps, Stacked):
        raise CannotStack
    if not maps.maps or weight is None or bias is None:
        raise CannotStack
    again = (len(weight),)
    found = F.batch_norm(
        maps.tensor,
        mean.repeat(again),
        variance.repeat(again),
        *(weight.flatten(), bias.flatten(), False, momentum, eps),
    )
    return Stacked(found, maps=True)


def _added(_: Room, __: Any, one: Any, other: Any) -> Stacked:
    both = isinstance(one, Stacked) and isinstance(other, Stacked)
    if not both or one.maps != other.maps or one.tensor.shape != other.tensor.shape:
        raise CannotStack
    return Stacked(one.tensor + other.tensor, one.maps)


RULES: dict[Any, Callable[..., Stacked]] = {
    torch.conv2d: _convolved,
    F.linear: _linear,
    F.batch_norm: _normalised,
    **dict.fromkeys(SHAPERS, _flattened),
    **dict.fromkeys(ELEMENTWISE, _elementwise),
    **dict.fromkeys(_POOLS, _pooled),
    **dict.fromkeys(_SUMS, _added),
}


def _pair(value: Any) -> tuple[int, ...]:
    if isinstance(value, int):
        return value, value
    given = tuple(value)
    return given * 2 if len(given) == 1 else given
