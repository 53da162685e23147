"""The events of an iteration as they come, and the table of their tensors."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import torch
from torch import Tensor

from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.logs.taken_numbers import TakenArray, TakenNumbers
from backprop_viz.capture.logs.waiting_rows import WIDTH
from backprop_viz.capture.tensors.from_device import wait_for_copies
from backprop_viz.capture.tensors.late_copies import LateCopies
from backprop_viz.capture.tensors.memory import NotCopied
from backprop_viz.capture.tensors.snapshots import Copy as Copy
from backprop_viz.capture.tensors.snapshots import TensorSnapshots
from backprop_viz.recording.trace.calls import Call
from backprop_viz.recording.trace.events import Array, Event, NumbersTaken, TensorIds
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import TensorTable
from backprop_viz.recording.trace.torch_error import CodePlace

# Why a tensor has no numbers that others have written to while it was read without a copy.
WRITTEN_UNSEEN = "written_unseen"
_NONE: dict[str, Any] = {}
# The arguments of an event that is not made yet, in their order, and where its node is in them.
EventRow = list[Any]
_READ, _MADE, _NODE = 2, 3, 5


class EventLog:
    """Appends events. A tensor that cannot be copied is left out, with the reason."""

    def __init__(self, snapshots: TensorSnapshots) -> None:
        self.snapshots = snapshots
        # To make an event takes longer than to note what it is made of, so that is done when
        # somebody looks at it. What is to come after these is in ``_later``, in order.
        self._rows: list[Event | EventRow] = []
        self._events = 0  # so many are events for certain
        self._later: list[Event | EventRow | Callable[[EventLog], Iterable[Event | EventRow]]] = []
        self._late = 0  # how many events that will be
        self._late_nodes: dict[int, int | None] = {}  # what is known already of those events
        self._late_bytes: list[Callable[[], int]] = []  # what tells how much the latter hold
        self._least = 0  # so many tensors belong to events that were made later
        self.tensors = TensorTable()
        # Tensors made of parameters alone, by the id() of each: no sample has part in them.
        self.weights: set[int] = set()
        # Of events that are told of later, where they happened.
        self.place: CodePlace | None = None
        # Called with each event, in the thread that it happened in.
        self.when_noted: Callable[[Event], None] | None = None
        # Whether nobody asks meanwhile which events there are.
        self.waits = False
        # What handed numbers to Python or numpy.
        self._taken = TakenNumbers()
        # How many events somebody holds: those stay as they are.
        self._given_out = 0
        # Calls of which the events come after all of these, ``WIDTH`` things of each as a
        # ``WaitingCall`` has them, and what notes them.
        self.waiting: list[Any] = []
        self.note_waiting: Callable[[], None] | None = None

    def __len__(self) -> int:
        return len(self._rows) + self._late + len(self.waiting) // WIDTH

    def catch_up(self) -> None:
        """Note the calls that wait."""
        if self.note_waiting is not None:
            self.note_waiting()

    def __getitem__(self, event: int) -> Event:
        """An event, by its index from 0."""
        row = self._row(event)
        if isinstance(row, list):
            row = self._rows[event] = Event(*row)
        return row

    def ids(self, event: int) -> tuple[TensorIds, TensorIds]:
        """The ids of the tensors that an event has read and made."""
        row = self._row(event)
        if isinstance(row, list):
            return row[_READ], row[_MADE]
        return row.input_ids, row.output_ids

    def _row(self, event: int) -> Event | EventRow:
        if event >= len(self._rows):
            self._make_late()
        if event >= len(self._rows):
            self.make_up()
        return self._rows[event]

    @property
    def events(self) -> list[Event]:
        """All events that have happened."""
        self.make_up()
        rows = self._rows
        for i in range(self._events, len(rows)):
            row = rows[i]
            if isinstance(row, list):
                rows[i] = Event(*row)
        self._events = len(rows)
        return cast(list[Event], rows)

    def note(
        self,
        phase: Phase,
        op: str,
        inputs: Iterable[Copy],
        outputs: Iterable[Copy],
        *,
        node: int | None = None,
        parameter: str | None = None,
        line: int | None = None,
        tracked: bool = True,
        state_ids: Mapping[str, tuple[int | None, int]] = _NONE,
        call: Call | None = None,
        module: str | None = None,
        place: CodePlace | None = None,
        grad_enabled: bool = True,
    ) -> CodePlace | None:
        """Append an event, and its tensors to the table. The line that it happened in.

        ``place``: the line of the user's code, where that is known already.
        """
        if self.waiting:
            self.catch_up()
        place = self.place or place or user_line()
        row = self.row(
            phase,
            op,
            tuple(inputs),
            tuple(outputs),
            node=node,
            parameter=parameter,
            line=line,
            tracked=tracked,
            state_ids=state_ids,
            call=call,
            module=module,
            place=place,
            grad_enabled=grad_enabled,
        )
        self.append(row)
        return place

    def append(self, row: EventRow) -> None:
        """Append the event of a row, before which none waits."""
        if self.when_noted is not None:
            event = Event(*row)
            self._append(event)
            wait_for_copies()  # it is read now
            self.when_noted(event)
        else:
            self._append(row)

    def row(
        self,
        phase: Phase,
        op: str,
        read: Sequence[Copy],
        made: Sequence[Copy],
        *,
        node: int | None,
        line: int | None,
        tracked: bool,
        call: Call | None,
        module: str | None,
        place: CodePlace | None,
        grad_enabled: bool,
        parameter: str | None = None,
        state_ids: Mapping[str, tuple[int | None, int]] = _NONE,
    ) -> EventRow:
        """What an event is made of, whose tensors are in the table now."""
        read_ids, made_ids = self.tensors.add_all(read), self.tensors.add_all(made)
        missing = _NONE
        if None in read_ids or None in made_ids:
            missing = not_copied(read, made)
        row: EventRow = [phase, op, read_ids, made_ids, self.tensors, node, parameter, line]
        row += tracked, state_ids, call, missing, module, place, grad_enabled
        return row

    def _append(self, event: Event | EventRow) -> None:
        if self._later:
            self._later.append(event)
            self._late += 1
        else:
            self._rows.append(event)

    def row_of_node(
        self,
        phase: Phase,
        op: str,
        read: Sequence[Copy],
        made: Sequence[Copy],
        node: int,
        parameter: str | None,
        place: CodePlace | None,
    ) -> EventRow:
        """The event of a node that has run, whose tensors are in the table now."""
        read_ids, made_ids = self.tensors.add_all(read), self.tensors.add_all(made)
        missing = _NONE
        if None in read_ids or None in made_ids:
            missing = not_copied(read, made)
        place = self.place or place
        ids = read_ids, made_ids, self.tensors
        return [phase, op, *ids, node, parameter, None, True, _NONE, None, missing, None, place]

    def note_later(
        self,
        count: int,
        made: "Callable[[EventLog], Iterable[Event | EventRow]]",
        nbytes: Callable[[], int],
    ) -> None:
        """So many events have happened, which ``made`` gives this log when somebody looks.

        ``nbytes`` tells how many bytes of tensors are held until then.
        """
        self.catch_up()
        if count:
            self._later.append(made)
            self._late += count
            self._late_bytes.append(nbytes)

    def note_many(
        self,
        count: int,
        made: "Callable[[EventLog], Iterable[EventRow]]",
        nbytes: Callable[[], int],
    ) -> None:
        """As ``note_later``, if somebody may wait for the events; else they are noted now."""
        if self.waits and self.when_noted is None:
            self.note_later(count, made, nbytes)
            return
        self.catch_up()
        for row in made(self):
            self.append(row)

    def tensors_stay(self) -> None:
        """What is told already has to do with the tensors so far."""
        self._least = len(self.tensors)

    def made(self) -> tuple[Event, ...]:
        """The events that are known at once, for a thread that may ask while others go on."""
        return tuple([Event(*row) if isinstance(row, list) else row for row in tuple(self._rows)])

    @property
    def nbytes(self) -> int:
        """The bytes of all tensors, at most: also of those of events that are made later."""
        return self.tensors.nbytes + sum([tell() for tell in self._late_bytes])

    def make_up(self) -> None:
        """Put what was to come later after the rest, and then what waits."""
        self.catch_up()
        self._make_late()

    def _make_late(self) -> None:
        """Put what was to come later after the rest: no call that waits becomes an event."""
        if not self._later:
            return
        later, self._later, self._late = self._later, [], 0
        self._late_bytes = []
        with torch._C.DisableTorchFunction():
            for one in later:
                if callable(one):
                    self._rows.extend(one(self))
                else:
                    self._rows.append(one)
        self._least = len(self.tensors)
        nodes, self._late_nodes = self._late_nodes, {}
        for event, node in nodes.items():
            self.set_node(event, node)

    def cut(self, events: int, tensors: int) -> None:
        """Drop what came after so many events and tensors."""
        self.make_up()
        del self._rows[events:]
        self._events = min(self._events, events)
        tensors = max(tensors, self._least)
        self.tensors.truncate(tensors)
        self._taken.cut(events, tensors)
        self._given_out = min(self._given_out, events)

    def given_out(self) -> tuple[Event, ...]:
        """The events so far."""
        self._given_out = len(self.events)
        return tuple(self.events)

    def note_taken(self, call: str, copies: Iterable[Copy]) -> None:
        """Take note that the numbers of these tensors went to Python or numpy."""
        place = user_line()
        for copy in copies:
            if copy is None or isinstance(copy, NotCopied):
                continue
            tensor = self.tensors.known(copy)
            if tensor is not None or self.snapshots.is_of_parameters(copy):
                self._taken.note(TakenArray(call, copy, tensor, len(self), place))

    @property
    def taken(self) -> tuple[NumbersTaken, ...]:
        """Which numbers went to Python or numpy, of the tensors that are in the table now."""
        return self._taken.told(self.tensors)

    def set_node(self, event: int, node: int | None) -> None:
        """Give an event its node in the graph."""
        if len(self._rows) <= event < len(self._rows) + self._late:
            self._late_nodes[event] = node
            return
        before = self._row(event)
        if isinstance(before, list):
            before[_NODE] = node
            return
        if before.node == node:
            return
        if event < self._given_out:
            self._rows[event] = replace(before, node=node)
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
        self.catch_up()
        return self.snapshots.tensors((tensor,), self.weights)[0]

    def copies(self, tensors: Iterable[Tensor], made: bool = False) -> tuple[Copy, ...]:
        """A copy of each tensor. ``made``: as ``TensorSnapshots.tensors`` says."""
        self.catch_up()
        return self.snapshots.tensors(tensors, self.weights, made)

    def grad(self, parameter: Tensor) -> Copy:
        """A copy of a parameter's ``.grad`` as it is now."""
        try:
            return self.snapshots.grad(parameter)
        except NotCopied as reason:
            return reason

    def all_copies(self, tensors: Sequence[Tensor]) -> LateCopies:
        """``copy`` of each of a model's parameters."""
        self.catch_up()
        return self.snapshots.many_tensors(tensors, self.weights)

    def grads(self, parameters: Sequence[Tensor]) -> LateCopies:
        """``grad`` of each of a model's parameters."""
        return self.snapshots.many_grads(parameters)

    def id(self, copy: Copy) -> int | None:
        """The id of a copy in the table."""
        return None if copy is None or isinstance(copy, NotCopied) else self.tensors.add(copy)

    def id_of(self, tensor: Tensor | None) -> int | None:
        """The id of a tensor as it is now."""
        return None if tensor is None else self.id(self.copy(tensor))


def not_copied(read: Sequence[Copy], made: Sequence[Copy]) -> dict[str, Any]:
    """Why which of an event's tensors were not copied."""
    if NotCopied not in map(type, (*read, *made)):
        return _NONE
    return {**_missing("input", tuple(read)), **_missing("output", tuple(made))}


def _missing(side: str, copies: tuple[Copy, ...]) -> dict[str, str]:
    return {
        f"{side} {i}": str(copy) for i, copy in enumerate(copies) if isinstance(copy, NotCopied)
    }
