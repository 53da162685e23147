"""The events of an iteration as they come, and the table of their tensors."""

from collections.abc import Iterable
from typing import Any

from torch import Tensor

from backprop_viz.capture.memory import NotCopied
from backprop_viz.capture.snapshots import TensorSnapshots
from backprop_viz.recording.events import Array, Event, TensorIds
from backprop_viz.recording.phases import Phase
from backprop_viz.recording.tensors import TensorTable

# What was to be copied: an array, None where torch has None, or why it could not be.
Copy = Array | NotCopied | None


class EventLog:
    """Appends events. A tensor that cannot be copied is left out, with the reason."""

    def __init__(self, snapshots: TensorSnapshots) -> None:
        self.snapshots = snapshots
        self.events: list[Event] = []
        self.tensors = TensorTable()
        # Tensors made of parameters alone, by the id() of each: no sample has part in them.
        self.weights: set[int] = set()

    def __len__(self) -> int:
        return len(self.events)

    def note(
        self,
        phase: Phase,
        op: str,
        inputs: Iterable[Copy],
        outputs: Iterable[Copy],
        **more: Any,
    ) -> None:
        """Append an event, and its tensors to the table."""
        read, made = tuple(inputs), tuple(outputs)
        missing = {**_missing("input", read), **_missing("output", made)}
        if missing:
            more["missing"] = missing
        ids = self._ids(read), self._ids(made)
        self.events.append(Event(phase, op, *ids, self.tensors, **more))

    def cut(self, events: int, tensors: int) -> None:
        """Drop what came after so many events and tensors."""
        del self.events[events:]
        self.tensors.truncate(tensors)

    def copy(self, tensor: Tensor) -> Copy:
        """A copy of a tensor as it is now."""
        try:
            return self.snapshots.tensor(tensor, id(tensor) in self.weights)
        except NotCopied as reason:
            return reason

    def copies(self, tensors: Iterable[Tensor]) -> tuple[Copy, ...]:
        """A copy of each tensor."""
        return tuple([self.copy(tensor) for tensor in tensors])

    def grad(self, parameter: Tensor) -> Copy:
        """A copy of a parameter's ``.grad`` as it is now."""
        try:
            return self.snapshots.grad(parameter)
        except NotCopied as reason:
            return reason

    def id(self, copy: Copy) -> int | None:
        """The id of a copy in the table."""
        return None if copy is None or isinstance(copy, NotCopied) else self.tensors.add(copy)

    def id_of(self, tensor: Tensor | None) -> int | None:
        """The id of a tensor as it is now."""
        return None if tensor is None else self.id(self.copy(tensor))

    def _ids(self, copies: Iterable[Copy]) -> TensorIds:
        return tuple([self.id(copy) for copy in copies])


def _missing(side: str, copies: tuple[Copy, ...]) -> dict[str, str]:
    return {
        f"{side} {i}": str(copy) for i, copy in enumerate(copies) if isinstance(copy, NotCopied)
    }
