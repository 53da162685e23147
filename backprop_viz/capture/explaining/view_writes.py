"""What was written through a view: ``y[0].mul_(2)`` changes y, though no call says so.

The calls that made the views and wrote to them are one operation together: it reads the tensor as
it was before and what was written, and makes the tensor as the next call found it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from torch import Tensor

from backprop_viz.analysis.inner_views import VIEWS, first_tensor, inner_nodes
from backprop_viz.analysis.provenance import forward_events
from backprop_viz.capture.explaining.nodes import input_nodes, paired_nodes
from backprop_viz.capture.explaining.replay import (
    SERIES,
    CalledStep,
    NotReplayed,
    followed_ids,
    replayed,
    reproduces,
)
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.calls import Call
from backprop_viz.recording.trace.events import Event

# The views that lead from a tensor to a part of it, as the events that made them.
_Chain = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ViewWrite:
    """How a tensor that no call has made came about, by writing to views of its memory.

    ``event`` is the last write's index. ``operation`` is all of them as one event, which makes the
    tensor; ``slot`` is the tensor's place after the outputs of that write. ``latest`` makes it too,
    from the memory as it was last recorded and from each view that was read on the way: so it says
    what a change of those would change. ``operation`` begins where the view was made, as the graph
    does.
    """

    event: int
    slot: int
    operation: Event
    latest: Event

    @property
    def tensor(self) -> int:
        """The tensor's id."""
        (made,) = self.operation.output_ids
        assert made is not None
        return made


class ViewWrites:
    """The writes through views of a recording, by what they made and by their grad_fn nodes."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self.followed = set(followed_ids(recording))
        #: By the node of its memory, each operation whose output is a view of memory of its own.
        self.inner = {node: i for i, node in inner_nodes(recording).items()}
        found = []
        if self.inner or _has_writes(recording):
            found = _Tracer(recording, self.followed, self.inner.values()).found()
        self.made = {each.tensor: each for each, is_new in found if is_new}
        self._told = {each.event: each.latest for each, is_new in found if not is_new}
        self.by_node: dict[int, ViewWrite] = {}
        self._give_nodes([each for each, _ in found])

    def forward_events(self) -> Iterator[tuple[int, Event]]:
        """The operations of forward and loss, each write through views after its last call.

        Of a write it is ``latest``, which reads what has been recorded last.
        """
        added: dict[int, list[Event]] = {}
        for write in self.made.values():
            added.setdefault(write.event, []).append(write.latest)
        for i, event in forward_events(self._recording):
            yield i, event
            yield from ((i, operation) for operation in added.get(i, ()))

    def followed_events(self) -> Iterator[tuple[int, Event]]:
        """The same as autograd follows them: what wrote to a view has read what the view is of."""
        for i, event in self.forward_events():
            yield i, self._told.get(i, event) if event is self._recording.events[i] else event

    def _give_nodes(self, found: list[ViewWrite]) -> None:
        """Say of each which node of the recorded graph it ends in, the last first.

        That is where whatever reads the tensor sends its gradient.
        """
        graph = self._recording.graph
        others = {e.node for _, e in forward_events(self._recording)}
        others |= {node for _, _, node, _ in graph.others}
        others |= {*self.inner}
        targets: dict[int, int] = {}
        for event in self._readers(set(self.made)):
            targets |= self._targets(event, event.node)
        for write in reversed(found):
            node = write.operation.node
            if node is None:
                node = targets.get(write.tensor)
            if node is None:
                continue
            twin = self._replayed(write.operation)
            if twin is None:
                continue
            targets = {**self._targets(write.operation, node), **targets}
            complete = replace(write, operation=replace(write.operation, node=node))
            if write.tensor in self.made:
                self.made[write.tensor] = complete
            own = {node, write.operation.node}
            for each in paired_nodes(graph, node, twin[1][0].grad_fn):
                if each in own or each not in others:
                    self.by_node.setdefault(each, complete)

    def _readers(self, tensors: set[int]) -> Iterator[Event]:
        for _, event in forward_events(self._recording):
            if event.node is not None and not tensors.isdisjoint(event.input_ids):
                yield event

    def _targets(self, event: Event, node: int | None) -> dict[int, int]:
        """The node of each tensor that an operation read."""
        if not event.tracked and node is not None:
            return self._targets_of_function(event, node)
        twin = self._replayed(event)
        if twin is None or node is None:
            return {}
        leaves, made = twin
        nodes = input_nodes(self._recording.graph, node, made[0].grad_fn, leaves)
        found = ((event.input_ids[place], to) for place, to in nodes.items())
        return {tensor: to for tensor, to in found if tensor is not None}

    def _targets_of_function(self, event: Event, node: int) -> dict[int, int]:
        """The same within a Function of somebody's own, which sends to what it was given."""
        nodes = self._recording.graph.nodes
        sends = [to[0] for to in nodes[node].sends if to is not None]
        to = [each for each in sends if nodes[each].name == "CopySlices"]
        read = [tensor for tensor in event.input_ids if tensor in self.made]
        return {read[0]: to[0]} if len(to) == len(read) == 1 and read[0] is not None else {}

    def _replayed(self, event: Event) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]] | None:
        needed = [tensor in self.followed for tensor in event.input_ids]
        try:
            found = replayed(event, needed, checked=False)
        except NotReplayed:
            return None
        return found.inputs, found.outputs


def _has_writes(recording: Recording) -> bool:
    """Whether any call wrote into what a view may be of: most networks have none."""
    viewed: set[int | None] = set()
    for _, event in forward_events(recording):
        if event.call is None or not event.input_ids:
            continue
        if event.call.name in VIEWS:
            viewed.update((event.input_ids[0], *event.output_ids))
        elif event.call.writes and event.input_ids[0] in viewed:
            return True
    return False


@dataclass(eq=False)
class _Memory:
    """What the views of one tensor lie in.

    ``starts``: the tensor as it was recorded, each time with the event that read or made it so.
    ``writes`` are the events that wrote to the tensor or to a view of it.
    """

    starts: list[tuple[int, int]]
    # The operation that made the tensor, if that is a view itself, of memory within the operation.
    inside: int | None = None
    writes: list[int] = field(default_factory=list)

    def start(self, chain: _Chain) -> tuple[int, int]:
        """From where a view is followed: not from later on, for a write changes its grad_fn."""
        if self.inside is not None:
            return self.starts[0]
        if not chain:
            return self.starts[-1]
        return next(start for start in reversed(self.starts) if start[0] <= chain[0])


class _Tracer:
    """Follows the memory of tensors through the calls of a recording."""

    def __init__(self, recording: Recording, followed: set[int], inner: Iterable[int]) -> None:
        self._recording, self._followed = recording, followed
        # By the tensor that it made, each operation that hands out a view of memory of its own.
        self._inner = {recording.events[i].output_ids[0]: i for i in inner}
        self._places: dict[int, tuple[_Memory, _Chain]] = {}
        self._written: list[_Memory] = []
        self._known = {recording.input_id, recording.labels_id}
        self._known |= {parameter.value_id for parameter in recording.parameters}

    def found(self) -> list[tuple[ViewWrite, bool]]:
        """The writes in order, each with whether no call has made its tensor."""
        found = []
        for i, event in forward_events(self._recording):
            for tensor in event.input_ids:
                if tensor is not None and tensor not in self._known:
                    write = self._write_of(tensor, i)
                    if write is not None:
                        found.append((write, True))
                    self._known.add(tensor)
            self._known.update(event.output_ids)
            write = self._step(i, event)
            if write is not None:
                found.append((write, False))
        return found

    def _step(self, i: int, event: Event) -> ViewWrite | None:
        """Take note of a call; what it wrote through a view, if autograd follows it."""
        made = event.output_ids[0] if len(event.output_ids) == 1 else None
        target = first_tensor(event)
        if event.call is None or made is None or target is None or None in event.input_ids:
            return None
        if event.call.name in VIEWS:
            memory, chain = self._place(target)
            self._places.setdefault(made, (memory, (*chain, i)))
            return None
        is_known = target in self._places or target in self._inner
        if not is_known or not event.call.writes:
            return None
        place = memory, chain = self._place(target)
        memory.writes.append(i)
        if memory not in self._written:
            self._written.append(memory)
        self._places[made] = place
        if not chain:
            memory.starts.append((i, made))
        if event.node is None or not (chain or memory.inside is not None):
            return None
        operation = replace(self._operation(memory, chain, made), node=event.node)
        latest = self._operation(memory, chain, made, latest=True) if chain else event
        return ViewWrite(i, 0, operation, latest)

    def _place(self, tensor: int) -> tuple[_Memory, _Chain]:
        """In which memory a tensor is; in one that begins with it, if in none that is known."""
        begins = _Memory([(-1, tensor)], self._inner.get(tensor))
        return self._places.setdefault(tensor, (begins, ()))

    def _write_of(self, tensor: int, read_by: int) -> ViewWrite | None:
        """How a tensor came about that no call has made; None if not by a write that is known."""
        shape = self._recording.tensors[tensor].shape
        for memory in reversed(self._written):
            chains = {chain: None for own, chain in self._places.values() if own is memory}
            for chain in ((), *chains):
                if not self._may_be(memory, chain, shape):
                    continue
                operation = self._operation(memory, chain, tensor)
                if not _reproduced(operation):
                    continue
                last = memory.writes[-1]
                latest = self._operation(memory, chain, tensor, latest=True)
                self._places[tensor] = (memory, chain)
                if not chain:
                    memory.starts.append((read_by, tensor))
                if operation.tracked:
                    self._followed.add(tensor)
                slot = len(self._recording.events[last].output_ids)
                return ViewWrite(last, slot, operation, latest)
        return None

    def _may_be(self, memory: _Memory, chain: _Chain, shape: tuple[int, ...]) -> bool:
        """Whether a view has been written to since it was recorded, and has this shape."""
        since, tensor = memory.start(chain)
        if memory.writes[-1] <= since:
            return False
        made = self._recording.events[chain[-1]].output_ids[0] if chain else tensor
        assert made is not None
        return self._recording.tensors[made].shape == shape

    def _operation(
        self, memory: _Memory, chain: _Chain, tensor: int, *, latest: bool = False
    ) -> Event:
        """The calls of a memory since its tensor was recorded, as one that makes a view of it.

        ``latest``: since it was last recorded; of what the writes read, only what they write to is
        a view, the rest is read as it was recorded.
        """
        events = self._recording.events
        since, start = memory.starts[-1] if latest else memory.start(chain)
        needed = set(chain)
        begins = None if latest else memory.inside
        if begins is not None:
            needed.add(begins)
        for i in memory.writes:
            if i > since:
                needed.add(i)
                for read in events[i].input_ids[: 1 if latest else None]:
                    needed.update(self._chain(memory, read) or ())
        rows = sorted(needed)

        def is_inside(place: int, read: int | None) -> bool:
            return not (latest and place) and self._chain(memory, read) is not None

        everything = [read for i in rows for read in enumerate(events[i].input_ids)]
        outside = {read: None for place, read in everything if not is_inside(place, read)}
        first = [start] if begins is None else []
        inputs = [*first, *outside]
        places = {read: place for place, read in enumerate(inputs) if place >= len(first)}
        # Where each view of the memory is, among the inputs and what the steps make.
        made: dict[_Chain | None, int] = {(): 0}
        steps: list[CalledStep] = []
        orders: dict[int, tuple[int, ...]] = {}
        for i in rows:
            reads = []
            for place, each in enumerate(events[i].input_ids):
                inside = self._chain(memory, each) if is_inside(place, each) else None
                reads.append(places[each] if inside is None else made[inside])
            made[self._chain(memory, events[i].output_ids[0])] = len(inputs) + len(steps)
            steps.append(CalledStep(events[i], tuple(reads)))
            orders |= _orders(events[i], reads, len(inputs))
        call = Call(SERIES, (tuple(steps), made[chain]), orders=tuple(orders.items()))
        return replace(
            events[memory.writes[-1]],
            input_ids=tuple(inputs),
            output_ids=(tensor,),
            call=call,
            node=None,
            tracked=not self._followed.isdisjoint(inputs),
        )

    def _chain(self, memory: _Memory, tensor: int | None) -> _Chain | None:
        """The views that lead to a tensor in this memory; None for one that lies elsewhere."""
        place = None if tensor is None else self._places.get(tensor)
        return place[1] if place is not None and place[0] is memory else None


def _orders(event: Event, reads: Sequence[int], inputs: int) -> dict[int, tuple[int, ...]]:
    """How the tensors lie in memory that a step reads of the inputs of all."""
    assert event.call is not None
    return {reads[at]: order for at, order in event.call.orders if reads[at] < inputs}


def _reproduced(operation: Event) -> bool:
    try:
        made = replayed(operation, [False] * len(operation.input_ids), checked=False)
    except NotReplayed:
        return False
    return reproduces(operation, made.outputs)
