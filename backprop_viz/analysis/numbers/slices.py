"""A tensor of any rank as rows and columns: two of its axes, and an index for each other one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backprop_viz.recording.trace.tensors import Array

_Shape = Sequence[int]


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a tensor is shown.

    ``rows`` and ``columns`` are axes; None where the tensor has too few: a vector is one row, a
    scalar one number. ``index`` has a place for every axis; at those two it means nothing.
    """

    rows: int | None
    columns: int | None
    index: tuple[int, ...]

    @property
    def others(self) -> tuple[int, ...]:
        """The axes of which one place is shown."""
        return tuple(i for i in range(len(self.index)) if i not in (self.rows, self.columns))

    def of(self, array: Array) -> Array:
        """The numbers (rows, columns), a view of the array."""
        shown = array[
            tuple(
                slice(None) if axis in (self.rows, self.columns) else at
                for axis, at in enumerate(self.index)
            )
        ]
        if self.rows is not None and self.columns is not None and self.rows > self.columns:
            shown = shown.T
        return shown.reshape(1, -1) if shown.ndim < 2 else shown

    def place(self, row: int, column: int) -> tuple[int, ...]:
        """The full index of a number that is shown."""
        found = list(self.index)
        if self.rows is not None:
            found[self.rows] = row
        if self.columns is not None:
            found[self.columns] = column
        return tuple(found)

    def shown_at(self, index: Sequence[int]) -> tuple[int, int] | None:
        """The row and column of an element; None if it is not in the slice."""
        if len(index) != len(self.index):
            return None
        if any(index[axis] != self.index[axis] for axis in self.others):
            return None
        row = 0 if self.rows is None else index[self.rows]
        return row, 0 if self.columns is None else index[self.columns]

    def with_rows(self, axis: int) -> "Slice":
        """The same with another axis down; if that ran across, the two change places."""
        return replace(self, rows=axis, columns=self.rows if axis == self.columns else self.columns)

    def with_columns(self, axis: int) -> "Slice":
        """The same with another axis across; if that ran down, the two change places."""
        return replace(self, columns=axis, rows=self.columns if axis == self.rows else self.rows)

    def at(self, axis: int, place: int) -> "Slice":
        """The same at another place of one of the other axes."""
        return replace(
            self, index=tuple(place if i == axis else p for i, p in enumerate(self.index))
        )

    def fits(self, shape: _Shape) -> bool:
        """Whether a tensor of this shape has such a slice."""
        return len(shape) == len(self.index) and all(
            self.index[axis] < shape[axis] for axis in self.others
        )


def first_slice(shape: _Shape, first: Sequence[int] = ()) -> Slice:
    """The last two axes, at the places ``first`` of the first ones, else at 0."""
    count = len(shape)
    index = tuple(
        min(first[i], max(shape[i] - 1, 0)) if i < len(first) else 0 for i in range(count)
    )
    return Slice(count - 2 if count > 1 else None, count - 1 if count else None, index)
