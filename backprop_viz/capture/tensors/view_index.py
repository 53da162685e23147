"""Which elements of a tensor a view of its memory shows."""

from collections.abc import Callable

from torch import Tensor

# What a tensor is indexed by, axis by axis.
ViewIndex = tuple[int | slice, ...]


def index_within(view: Tensor, base: Tensor) -> ViewIndex | None:
    """What ``base`` is indexed by to give ``view``; None where no numbers and slices do that."""
    if view.dtype != base.dtype or not view.numel() or view.numel() > base.numel():
        return None
    left = view.data_ptr() - base.data_ptr()
    strides, sizes = base.stride(), base.shape
    starts = [0] * base.ndim
    for axis in sorted(range(base.ndim), key=lambda axis: -strides[axis]):
        if strides[axis] and sizes[axis] > 1:
            starts[axis], left = divmod(left, strides[axis] * base.element_size())
    axes = list(zip(view.shape, view.stride(), strict=True))
    found: list[int | slice] = []
    for size, stride, start in zip(sizes, strides, starts, strict=True):
        step = axes[0][1] // stride if axes and stride and not axes[0][1] % stride else 0
        stop = start + (axes[0][0] - 1) * step + 1 if axes else 0
        if step and stop <= size:
            found.append(slice(start, stop, step))
            del axes[0]
        else:
            found.append(start)
    index = tuple(found)
    fits = not axes and all(0 <= start < size for start, size in zip(starts, sizes, strict=True))
    return index if fits and _are_same(base.detach()[index], view) else None


def _are_same(one: Tensor, other: Tensor) -> bool:
    """Whether two views show the same memory in the same way."""
    alike = one.data_ptr() == other.data_ptr() and one.shape == other.shape
    strides = zip(one.stride(), other.stride(), one.shape, strict=True) if alike else ()
    return alike and all(a == b for a, b, size in strides if size > 1)


def shape_from(view: Tensor, base: Tensor) -> tuple[Callable[..., Tensor], tuple[int, ...]] | None:
    """The call that makes a tensor of another that is all of its memory, in another shape.

    That is the method with what it is given; None where neither holds all of the other in order.
    """
    is_all = view.numel() == base.numel() and view.data_ptr() == base.data_ptr()
    if not is_all or view.dtype != base.dtype:
        return None
    if view.is_contiguous() and base.is_contiguous():
        return Tensor.reshape, tuple(base.shape)
    if view.ndim != base.ndim:
        return None
    axes = list(zip(view.shape, view.stride(), strict=True))
    order = []
    for axis in zip(base.shape, base.stride(), strict=True):
        if axes.count(axis) != 1:
            return None
        order.append(axes.index(axis))
    return Tensor.permute, tuple(order)
