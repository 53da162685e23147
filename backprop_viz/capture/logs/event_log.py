"""The events of an iteration as they come, and the table of their tensors."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.tensors.memory import NotCopied
from backprop_viz.capture.tensors.snapshots import Copy as Copy
from backprop_viz.capture.tensors.snapshots import TensorSnapshots
from backprop_viz.recording.calls import Call
from backprop_viz.recording.events import Array, Event, NumbersTaken
from backprop_viz.recording.phases import Phase
from backprop_viz.recording.tensors import TensorTable
from backprop_viz.recording.torch_error import CodePlace

# Why a tensor has no numbers that others have written to while it was read without a copy.
WRITTEN_UNSEEN = "written_unseen"
# So many are noted: a loop over the elements of a tensor takes one after the other.
_MOST_TAKEN = 1000
_NONE: dict[str, Any] = {}


class EventLog:
    """Appends events. A tensor that cannot be copied is left out, with the reason."""

    def __init__(self, snapshots: TensorSnapshots) -> None:
        self.snapshots = snapshots
        # Those that are made, and what is to be made of those after them, in order.
        self.made: list[Event] = []
        self._later: list[Event | Callable[[EventLog], Iterable[Event]]] = []
        self._late = 0  # how many events that will be
        self._late_bytes: list[Callable[[], int]] = []  # what tells how much the latter hold
        self._least = 0  # so many tensors belong to events that were made later
        self.tensors = TensorTable()
        # Tensors made of parameters alone, by the id() of each: no sample has part in them.
        self.weights: set[int] = set()
        # Of events that are told of later, where they happened.
        self.place: CodePlace | None = None
        # Called with each event, in the thread that it happened in.
        self.when_noted: Callable[[Event], None] | None = None
        # What handed numbers to Python or numpy.
        self.taken: list[NumbersTaken] = []
        # How many events somebody holds: those stay as they are.
        self._given_out = 0

    def __len__(self) -> int:
        return len(self.made) + self._late

    def __getitem__(self, event: int) -> Event:
        """An event, by its index from 0."""
        return self.made[event] if event < len(self.made) else self.events[event]

    @property
    def events(self) -> list[Event]:
        """All events that have happened."""
        if self._later:
            self._make_up()
        return self.made

    def note(
        self,
        phase: Phase,
        op: str,
        inputs: Iterable[Copy],
        outputs: Iterable[Copy],
        *,
        place: CodePlace | None = None,
        **more: Any,
    ) -> Event:
        """Append an event, and its tensors to the table.

        ``place``: the line of the user's code, where that is known already.
        """
        read, made = tuple(inputs), tuple(outputs)
        read_ids, made_ids = self.tensors.add_all(read), self.tensors.add_all(made)
        if (None in read_ids or None in made_ids) and NotCopied in map(type, read + made):
            more["missing"] = {**_missing("input", read), **_missing("output", made)}
        place = self.place or place or user_line()
        event = Event(phase, op, read_ids, made_ids, self.tensors, place=place, **more)
        if self._later:
            self._later.append(event)
            self._late += 1
        else:
            self.made.append(event)
        if self.when_noted is not None:
            self.when_noted(event)
        return event

    def note_operation(
        self,
        phase: Phase,
        op: str,
        read: Sequence[Copy],
        made: Sequence[Copy],
        line: int | None,
        tracked: bool,
        call: Call | None,
        module: str | None,
        place: CodePlace | None,
    ) -> Event:
        """``note`` of an operation that runs while nobody is told of events."""
        read_ids, made_ids = self.tensors.add_all(read), self.tensors.add_all(made)
        missing = _NONE
        if None in read_ids or None in made_ids:
            missing = _not_copied(read, made)
        place = self.place or place or user_line()
        event = Event(
            phase,
            op,
            read_ids,
            made_ids,
            self.tensors,
            None,
            None,
            line,
            tracked,
            _NONE,
            call,
            missing,
            module,
            place,
            torch.is_grad_enabled(),
        )
        if self._later:
            self._later.append(event)
            self._late += 1
        else:
            self.made.append(event)
        return event

    def event_of_node(
        self,
        phase: Phase,
        op: str,
        read: Sequence[Copy],
        made: Sequence[Copy],
        node: int,
        parameter: str | None,
        place: CodePlace | None,
    ) -> Event:
        """The event of a node that has run, whose tensors are in the table now."""
        read_ids, made_ids = self.tensors.add_all(read), self.tensors.add_all(made)
        missing = _NONE
        if None in read_ids or None in made_ids:
            missing = _not_copied(read, made)
        ids = read_ids, made_ids, self.tensors
        state = _NONE
        place = self.place or place
        return Event(
            phase, op, *ids, node, parameter, None, True, state, None, missing, None, place
        )

    def note_later(
        self,
        count: int,
        made: "Callable[[EventLog], Iterable[Event]]",
        nbytes: Callable[[], int],
    ) -> None:
        """So many events have happened, which ``made`` gives this log when somebody looks.

        ``nbytes`` tells how many bytes of tensors are held until then.
        """
        if count:
            self._later.append(made)
            self._late += count
            self._late_bytes.append(nbytes)

    @property
    def nbytes(self) -> int:
        """The bytes of all tensors, at most: also of those of events that are made later."""
        return self.tensors.nbytes + sum([tell() for tell in self._late_bytes])

    def _make_up(self) -> None:
        """Make the events that have happened and are not made yet."""
        later, self._later, self._late = self._later, [], 0
        self._late_bytes = []
        with torch._C.DisableTorchFunction():
            for one in later:
                if isinstance(one, Event):
                    self.made.append(one)
                else:
                    self.made.extend(one(self))
        self._least = len(self.tensors)

    def cut(self, events: int, tensors: int) -> None:
        """Drop what came after so many events and tensors."""
        del self.events[events:]
        tensors = max(tensors, self._least)
        self.tensors.truncate(tensors)
        self.taken = [t for t in self.taken if t.after <= events and t.tensor < tensors]
        self._given_out = min(self._given_out, events)

    def given_out(self) -> tuple[Event, ...]:
        """The events so far."""
        self._given_out = len(self.events)
        return tuple(self.events)

    def note_taken(self, call: str, copies: Iterable[Copy]) -> None:
        """Take note that the numbers of these tensors went to Python or numpy."""
        place = user_line()
        for copy in copies:
            tensor = None if isinstance(copy, NotCopied) else self.tensors.known(copy)
            told = None if tensor is None else NumbersTaken(call, tensor, len(self), place)
            if told is not None and len(self.taken) < _MOST_TAKEN and told not in self.taken[-1:]:
                self.taken.append(told)

    def set_node(self, event: int, node: int | None) -> None:
        """Give an event its node in the graph."""
        before = self.events[event]
        if before.node == node:
            return
        if event < self._given_out:
            self.events[event] = replace(before, node=node)
        else:
            object.__setattr__(before, "node", node)

    def lose(self, array: Array) -> None:
        """The numbers of an array are not known any more: events say so."""
        lost = self.tensors.known(array)
        for i, event in enumerate(self.events):
            if lost is None or lost not in event.input_ids + event.output_ids:
                continue
            missing = dict(event.missing)
            for side, ids in ("input", event.input_ids), ("output", event.output_ids):
                missing |= {
                    f"{side} {k}": WRITTEN_UNSEEN for k, id_ in enumerate(ids) if id_ == lost
                }
            read, made = (
                tuple(None if id_ == lost else id_ for id_ in ids)
                for ids in (event.input_ids, event.output_ids)
            )
            self.events[i] = replace(event, input_ids=read, output_ids=made, missing=missing)

    def weights_made(self, read: Sequence[Tensor], made: Iterable[Tensor]) -> None:
        """Take note of what an operation has made of parameters alone, and of what it has not."""
        weights = self.weights
        of_weights = bool(read)
        for tensor in read:
            if id(tensor) not in weights:
                of_weights = False
                break
        for tensor in made:
            (weights.add if of_weights else weights.discard)(id(tensor))

    def copy(self, tensor: Tensor) -> Copy:
        """A copy of a tensor as it is now."""
        return self.snapshots.tensors((tensor,), self.weights)[0]

    def copies(self, tensors: Iterable[Tensor], made: bool = False) -> tuple[Copy, ...]:
        """A copy of each tensor. ``made``: as ``TensorSnapshots.tensors`` says."""
        return self.snapshots.tensors(tensors, self.weights, made)

    def grad(self, parameter: Tensor) -> Copy:
        """A copy of a parameter's ``.grad`` as it is now."""
        try:
            return self.snapshots.grad(parameter)
        except NotCopied as reason:
            return reason

    def all_copies(self, tensors: Sequence[Tensor]) -> list[Copy]:
        """``copy`` of each, which are copied together."""
        return self.snapshots.many_tensors(tensors, self.weights)

    def grads(self, parameters: Sequence[Tensor]) -> list[Copy]:
        """``grad`` of each, which are copied together."""
        return self.snapshots.many_grads(parameters)

    def id(self, copy: Copy) -> int | None:
        """The id of a copy in the table."""
        return None if copy is None or isinstance(copy, NotCopied) else self.tensors.add(copy)

    def id_of(self, tensor: Tensor | None) -> int | None:
        """The id of a tensor as it is now."""
        return None if tensor is None else self.id(self.copy(tensor))


def _not_copied(read: Sequence[Copy], made: Sequence[Copy]) -> dict[str, Any]:
    """Why which of an event's tensors were not copied."""
    if NotCopied not in map(type, (*read, *made)):
        return _NONE
    return {**_missing("input", tuple(read)), **_missing("output", tuple(made))}


def _missing(side: str, copies: tuple[Copy, ...]) -> dict[str, str]:
    return {
        f"{side} {i}": str(copy) for i, copy in enumerate(copies) if isinstance(copy, NotCopied)
    }
