"""Copies of tensors by where they lie in memory, which keep no tensor alive.

Nor do they refer to one weakly: ``torch.utils.swap_tensors`` refuses such a tensor.
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from numpy import ndarray
from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef

from backprop_viz.analysis.own_steps import same_numbers
from backprop_viz.capture.logs.event_log import Copy
from backprop_viz.capture.tensors.for_numpy import as_numpy
from backprop_viz.capture.tensors.memory import NotCopied, is_plain

# Where the memory of a tensor is, and how it lies in it.
LiesAt = tuple[int, tuple[int, ...], tuple[int, ...], object]


class _Held(NamedTuple):
    copy: Copy
    memory: int | None
    storage: StorageWeakRef

    @property
    def is_there(self) -> bool:
        """Whether the memory is still that of the tensor."""
        expired: bool = self.storage.expired()  # type: ignore[no-untyped-call]
        return self.memory is not None and not expired


class HeldCopies:
    """What tensors were when they were copied, as long as their memory is theirs.

    They are known again by their place, as ``p.data`` is where ``p`` was copied.
    """

    def __init__(self) -> None:
        self._held: dict[LiesAt, _Held] = {}

    def put(self, tensor: Tensor, copy: Copy) -> None:
        """Know a tensor by its copy from now on, if it has a place."""
        if (place := lies_at(tensor)) is None:
            return
        storage = StorageWeakRef(tensor.untyped_storage())  # type: ignore[no-untyped-call]
        self._held[place] = _Held(copy, begins_at(tensor), storage)

    def of(self, tensor: Tensor) -> Copy:
        """The copy of a tensor, if it still is as it was; else None."""
        held = None if (place := lies_at(tensor)) is None else self._held.get(place)
        if held is None or not held.is_there:
            return None
        return held.copy if _is_of(held.copy, tensor) else None

    def forget(self, memory: Collection[int | None]) -> None:
        """These have been written to, and with them the views of their memory."""
        for place, held in list(self._held.items()):
            if held.memory in memory:
                del self._held[place]

    def around(self, tensor: Tensor) -> Iterator[tuple[Tensor, Copy]]:
        """The tensors of the same memory that lie otherwise in it, made anew, and their copies."""
        memory, own = begins_at(tensor), lies_at(tensor)
        if memory is None:
            return
        for (start, shape, stride, dtype), held in self._held.items():
            if held.memory != memory or dtype is not tensor.dtype or not held.is_there:
                continue
            if (start, shape, stride, dtype) != own:
                offset = (start - memory) // tensor.element_size()
                yield tensor.detach().as_strided(shape, stride, offset), held.copy

    def clear(self) -> None:
        """Know none any more."""
        self._held.clear()


def lies_at(tensor: Tensor) -> LiesAt | None:
    """Where a tensor lies; None of one that is sparse, or wrapped."""
    try:
        return tensor.data_ptr(), tuple(tensor.shape), tensor.stride(), tensor.dtype
    except (RuntimeError, ValueError):
        return None


def begins_at(tensor: Tensor) -> int | None:
    """Where the memory begins in which a tensor lies, if it has one."""
    try:
        return tensor.untyped_storage().data_ptr()
    except (RuntimeError, NotImplementedError):
        return None


def are_same(one: Copy, other: Copy) -> bool:
    """Whether both were copied, and are alike to the bit."""
    if isinstance(one, ndarray) and isinstance(other, ndarray):
        return same_numbers(one, other)
    return False


def _is_of(copy: Copy, tensor: Tensor) -> bool:
    """Whether a copy is as the tensor is: nobody tells of what writes by other means than torch."""
    try:
        told = isinstance(copy, ndarray) and is_plain(tensor)
    except NotCopied:
        return True
    return not told or are_same(as_numpy(tensor), copy)
