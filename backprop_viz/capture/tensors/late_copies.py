"""Copies of many tensors at an instant, of which the arrays are made when somebody asks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import overload

from torch import Tensor

from backprop_viz.capture.tensors.array_memory import ArrayMemory
from backprop_viz.capture.tensors.copied_apart import CopiedApart, flats_of, layout_apart
from backprop_viz.capture.tensors.copied_together import CopiedTogether, layout_of
from backprop_viz.capture.tensors.memory import NotCopied, to_array
from backprop_viz.recording.trace.events import Array

# What was to be copied: an array, None where torch has None, or why it could not be.
Copy = Array | NotCopied | None
Together = CopiedTogether | CopiedApart


class LateCopies(Sequence[Copy]):
    """The copy of each of many tensors, in their order; its array is made when asked for.

    A row is a copy, or which of those that were copied ``together`` it is.
    """

    __slots__ = ("_rows", "_together")

    def __init__(self, rows: Iterable[Copy | int] = (), together: Together | None = None) -> None:
        self._rows, self._together = list(rows), together

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, number: int) -> Copy: ...
    @overload
    def __getitem__(self, number: slice) -> list[Copy]: ...
    def __getitem__(self, number: int | slice) -> Copy | list[Copy]:
        if isinstance(number, slice):
            return [self[i] for i in range(*number.indices(len(self)))]
        row = self._rows[number]
        if isinstance(row, int):
            assert self._together is not None
            return self._together.array(row)
        return row

    def __iter__(self) -> Iterator[Copy]:
        rows, together = self._rows, self._together
        if together is None:
            return iter([row for row in rows if not isinstance(row, int)])
        return iter([together.array(row) if isinstance(row, int) else row for row in rows])

    def is_none(self, number: int) -> bool:
        """Whether torch had None there."""
        return self._rows[number] is None

    def with_some(self, others: Mapping[int, Copy]) -> "LateCopies":
        """The same with other copies in some places."""
        found = LateCopies(self._rows, self._together)
        for number, copy in others.items():
            found._rows[number] = copy
        return found

    def changed_from(self, before: "LateCopies") -> list[int]:
        """Which of as many as there were before are no longer the same copies."""
        if self is before:
            return []
        return [number for number in range(len(self)) if not self.is_as(before, number)]

    def is_as(self, before: "LateCopies", number: int) -> bool:
        """Whether one is the same copy as before."""
        now, was = self._rows[number], before._rows[number]
        if now is None or was is None:
            return now is was
        if isinstance(now, int) and isinstance(was, int) and self._together is before._together:
            return now == was
        return self[number] is before[number]

    @property
    def nbytes(self) -> int:
        """The bytes of those that were copied together."""
        return 0 if self._together is None else self._together.nbytes


def copies_of(tensors: Sequence[Tensor], memory: ArrayMemory) -> LateCopies:
    """A copy of each, or why it cannot be copied."""
    layout = layout_of(tensors)
    if layout is not None:
        return LateCopies(range(len(tensors)), CopiedTogether(layout, memory))
    plain = [tensor for tensor in tensors if layout_of((tensor,)) is not None]
    layout, known = layout_of(plain), {id(tensor): i for i, tensor in enumerate(plain)}
    together = None if layout is None else CopiedTogether(layout, memory)
    copies: dict[int, Copy | int] = {**_apart(tensors), **known}
    rows = [copies[id(one)] if id(one) in copies else _by_itself(one) for one in tensors]
    return LateCopies(rows, together)


def _apart(tensors: Sequence[Tensor]) -> dict[int, Array]:
    """By the id() of each that is in a device's memory, its copy."""
    plain = [tensor for tensor in tensors if layout_apart((tensor,)) is not None]
    layout = layout_apart(plain)
    if layout is None:
        return {}
    copied = CopiedApart(layout, flats_of(plain))
    return {id(tensor): copied.array(i) for i, tensor in enumerate(plain)}


def _by_itself(tensor: Tensor) -> Copy:
    try:
        return to_array(tensor)
    except NotCopied as reason:
        return reason
