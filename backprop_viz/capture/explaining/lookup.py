"""What the engine asks of a recording again and again, found once."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.analysis.own_steps import same_numbers
from backprop_viz.analysis.provenance import OF_FUNCTION, Makers, forward_events
from backprop_viz.capture.explaining.recomputed import Recomputed
from backprop_viz.capture.explaining.rounding import is_sum_of
from backprop_viz.capture.explaining.view_writes import ViewWrite, ViewWrites
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact, FactorColumn, Part
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase


class Lookup:
    """Who made a tensor, which operation made a node, who sends what to a node."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.view_writes = ViewWrites(recording)
        self.followed = self.view_writes.followed
        # By an operation whose output is a view of memory of its own, that memory's node.
        self._inner_of = {i: node for node, i in self.view_writes.inner.items()}
        self._makers = Makers(recording)
        # By a tensor's id: the operation that made it, and at which output.
        self.made: dict[int, tuple[int, int]] = {}
        for i, event in forward_events(recording):
            for slot, tensor in enumerate(event.output_ids):
                if tensor is not None and tensor not in event.input_ids:
                    self.made.setdefault(tensor, (i, slot))
        # By a tensor that a Function's backward was given: the event of its node, and its place.
        self._given: dict[int, tuple[int, int]] = {}
        self._know_given()
        self._know_steps()
        for tensor, write in self.view_writes.made.items():
            self.made.setdefault(tensor, (write.event, write.slot))
        # By a node and one of its outputs: the nodes that send a gradient there, and through which
        # of their own outputs.
        self.senders: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for node in recording.graph.nodes:
            for i, target in enumerate(node.sends):
                if target is not None:
                    self.senders.setdefault(target, []).append((node.id, i))

    @cached_property
    def recomputed(self) -> Recomputed:
        """What a checkpoint ran again in backward."""
        return Recomputed(self.recording, self._makers)

    def same_as(self, number: Number) -> Number | None:
        """Another number that this one is, handed on as it is.

        Of a gradient that a function has returned that is what its last operation made.
        """
        event = None if number.event is None else self.recording.events[number.event]
        if event is None or event.op != OF_FUNCTION or event.phase is not Phase.BACKWARD:
            return self.recomputed.same_as(number)
        made = self.made.get(number.tensor)
        return None if made is None else replace(number, event=made[0], slot=made[1])

    def operation_of(self, node: int) -> int | None:
        """The operation that made a node, or that did in forward what was run again."""
        made = self._makers.of(node)
        return self.recomputed.made_by.get(node) if made is None else made

    def _know_steps(self) -> None:
        """What a loop's own lines compute an update from, and the gradients that they read."""
        events = self.recording.events
        if not any(event.is_beside_graph for event in events):
            return
        for i, event in enumerate(events):
            is_grad = event.phase is Phase.BACKWARD and event.parameter is not None
            made = event.output_ids if is_grad or event.is_beside_graph else ()
            for slot, tensor in enumerate(made):
                if tensor is not None and (is_grad or tensor not in event.input_ids):
                    self.made.setdefault(tensor, (i, slot))
        self._know_returned()

    def _know_given(self) -> None:
        """Which of the gradients that came to a node its own backward has read."""
        read = set[int | None]()
        for i, event in enumerate(self.recording.events):
            if event.is_beside_nodes:
                read.update(event.input_ids)
                continue
            came = event.input_ids if read and event.node is not None else ()
            for slot, tensor in enumerate(came):
                if tensor is not None and tensor in read:
                    self._given[tensor] = i, slot
            read.clear()

    def _know_returned(self) -> None:
        """Gradients that ``torch.autograd.grad`` has returned: other tensors, the same numbers."""
        recording, tensors = self.recording, self.recording.tensors
        known = {*self.made, *(one.value_id for one in recording.parameters)}
        steps = [event for event in recording.events if event.is_beside_graph]
        read = {t for event in steps for t in event.input_ids if t is not None and t not in known}
        wanted = {t: tensors[t] for t in read if tensors[t].any()}
        for i, event in enumerate(recording.events if wanted else ()):
            sent = event.output_ids if event.phase is Phase.BACKWARD else ()
            for slot, tensor in enumerate(sent):
                if tensor is None:
                    continue
                for other, array in wanted.items():
                    if same_numbers(tensors[tensor], array):
                        self.made.setdefault(other, (i, slot))

    def written(self, tensor: int) -> ViewWrite | None:
        """How a tensor that no call has made was written to through views."""
        return self.view_writes.made.get(tensor)

    def made_node(self, node: int | None) -> tuple[int, Event] | None:
        """The operation that made a node, and its index: of a write through views, the last's."""
        if node is None:
            return None
        write = self.view_writes.by_node.get(node)
        if write is not None:
            return write.event, write.operation
        made = self._makers.of(node)
        if made is None:
            return self.recomputed.operation(node)
        return made, self.recording.events[made]

    def follows_backward(self, node: int | None) -> bool:
        """Whether a backward ran before the operation that a node belongs to."""
        made = self.made_node(node)
        before = self.recording.events[: 0 if made is None else made[0]]
        return any(e.phase is Phase.BACKWARD and e.node is not None for e in before)

    def roots_of(self, node: int | None) -> list[tuple[int, int]]:
        """The outputs that have nodes, with these, of the operation that made a node."""
        write = None if node is None else self.view_writes.by_node.get(node)
        if write is not None and write.operation.node is not None:
            return [(0, write.operation.node)]
        made = None if node is None else self.operation_of(node)
        if made is None:
            return []
        if node in self.recomputed.made_by:
            return [(0, self.recomputed.first[made])]
        inner = self._inner_of.get(made)
        inside = [] if inner is None else [(0, inner)]
        return inside + [(slot, n) for slot, n, _ in self.outputs_of(made)]

    def grad_fn(self, made: Tensor, node: int) -> GradFn | None:
        """Of an output made again, what stands at its ``node``: if need be, its memory's."""
        memory = made._base
        if memory is not None and node in self.view_writes.inner:
            return memory.grad_fn
        return made.grad_fn

    def outputs_of(self, operation: int) -> list[tuple[int, int, int]]:
        """The outputs of a forward event that have nodes: output, node, and which of its outputs.

        What shares the node of the first output is not listed.
        """
        event, others = self.recording.events[operation], self.recording.graph.others
        first = [] if event.node is None else [(0, event.node, 0)]
        return first + [(slot, node, nr) for i, slot, node, nr in others if i == operation]

    def needs_gradient(self, event: Event) -> list[bool]:
        """Of each tensor that an operation read, whether autograd followed it."""
        return [tensor in self.followed for tensor in event.input_ids]

    def number(self, tensor: int, index: Iterable[int]) -> Number:
        """An element of a tensor of the forward pass, with the operation that made it."""
        event, slot = self.made.get(tensor, (None, 0))
        return Number(tensor, tuple(index), event, slot)

    def with_makers(
        self, parts: Iterable[Part], event: int, node: int | None = None
    ) -> tuple[Part, ...]:
        """Parts of a forward event, their numbers with the operations that made them.

        Parts of a node's gradient: ``node`` is its event, at which gradients arrived.
        """

        def completed(column: FactorColumn) -> FactorColumn:
            return self._with_maker(column, node if column.arrived else event)

        return tuple(replace(part, factors=tuple(map(completed, part.factors))) for part in parts)

    def facts_with_makers(self, facts: Iterable[Fact]) -> tuple[Fact, ...]:
        """The same for facts."""
        return tuple(
            replace(
                fact,
                numbers=tuple(
                    number if number.event is not None else self.number(number.tensor, number.index)
                    for number in fact.numbers
                ),
            )
            for fact in facts
        )

    def _with_maker(self, column: FactorColumn, of: int | None) -> FactorColumn:
        if column.tensor is None or column.event is not None:
            return column
        if column.intermediate or column.arrived:
            return replace(column, event=of)
        event, slot = self.made.get(column.tensor, (None, 0))
        column = replace(column, event=event, slot=slot)
        return column if of is None else self.as_given(column, self.recording.events[of])

    def as_given(self, column: FactorColumn, event: Event) -> FactorColumn:
        """A factor of an event's terms: of a Function's, what has arrived at its node is that."""
        given = None if column.tensor is None else self._given.get(column.tensor)
        if given is None or not event.is_beside_nodes:
            return column
        return replace(column, event=given[0], slot=given[1], arrived=True)

    def last_run(self, node: int, before: int) -> int | None:
        """The last event before another in which backward ran a node."""
        ran = [i for i in self.recording.runs.get(node, ()) if i < before]
        return ran[-1] if ran else None

    def sent_to(self, node: int, slot: int, event: int) -> list[tuple[int, int]]:
        """The events, and their outputs, that sent what arrived at a node's output ``slot``.

        ``event`` is the node's own. A parameter's node runs in every backward, and what an
        ``autograd.grad`` took out arrived nowhere: only what ran in the same backward counts, and
        since the node's last run.
        """
        recording, found = self.recording, []
        earlier = self.last_run(node, event)
        span = recording.span_of(event)
        since = max(-1 if earlier is None else earlier, -1 if span is None else span.start - 1)
        for sender, output in self.senders.get((node, slot), ()):
            ran = self.last_run(sender, event)
            if ran is None or ran <= since:
                continue
            other = recording.events[ran]
            alike = other.place == recording.events[event].place
            if alike and other.output_ids[output] is not None:
                found.append((ran, output))
        outside = self.recomputed.also.get(event)
        if outside is not None:
            function = recording.events[outside[0]].node
            assert function is not None
            return found + self.sent_to(function, outside[1], outside[0])
        return self._of_last_backward(found, recording.events[event], slot)

    def _of_last_backward(
        self, found: list[tuple[int, int]], event: Event, slot: int
    ) -> list[tuple[int, int]]:
        """Those of the backward that an event is of, where others ran before from its line.

        What an ``autograd.grad`` has taken out is in no leaf; so the last ones sum to what arrived.
        """
        came, events = event.inputs[slot + (event.op == "AccumulateGrad")], self.recording.events
        for first in range(len(found) if len(found) > 1 and came is not None else 0):
            last = sorted(found)[first:]
            sent = [array for i, output in last if (array := events[i].outputs[output]) is not None]
            if came is not None and is_sum_of(came, sent):
                return [each for each in found if each in last]
        return found
