"""The numbers that a loop has handed to Python or numpy."""

from typing import NamedTuple

from backprop_viz.recording.trace.events import Array, NumbersTaken
from backprop_viz.recording.trace.tensors import TensorTable
from backprop_viz.recording.trace.torch_error import CodePlace

# So many are noted: a loop over the elements of a tensor takes one after the other.
_MOST_TAKEN = 1000


class TakenArray(NamedTuple):
    """What is to be a ``NumbersTaken``. ``tensor`` is None while it has no id in the table."""

    call: str
    array: Array
    tensor: int | None
    after: int
    place: CodePlace | None

    def is_as(self, other: "TakenArray") -> bool:
        """Whether the same is told twice."""
        same = self.array is other.array and self.call == other.call
        return same and (self.after, self.place) == (other.after, other.place)


class TakenNumbers:
    """The first thousand of them, in order."""

    def __init__(self) -> None:
        self._taken: list[TakenArray] = []

    def note(self, taken: TakenArray) -> None:
        """Numbers were taken; at once again it is the same."""
        again = self._taken and taken.is_as(self._taken[-1])
        if not again and len(self._taken) < _MOST_TAKEN:
            self._taken.append(taken)

    def cut(self, events: int, tensors: int) -> None:
        """Drop what came after so many events, and what is not among so many tensors."""
        kept = [one for one in self._taken if one.after <= events]
        self._taken = [one for one in kept if one.tensor is None or one.tensor < tensors]

    def told(self, table: TensorTable) -> tuple[NumbersTaken, ...]:
        """All of them, as far as their tensors are in the table now."""
        found = []
        for call, array, tensor, after, place in self._taken:
            known = table.known(array) if tensor is None else tensor
            if known is not None:
                found.append(NumbersTaken(call, known, after, place))
        return tuple(found)
