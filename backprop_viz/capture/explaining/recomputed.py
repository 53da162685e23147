"""What a reentrant checkpoint runs again in backward: its nodes, by the operations of forward.

``torch.utils.checkpoint`` with ``use_reentrant=True`` runs a part of the network without a graph.
Its backward runs that part again, with a graph that nothing recorded, and goes backward through it.
The operations are those of forward: each is made again here, and what nodes it makes then are the
nodes that ran.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from torch.autograd.graph import Node as GradFn

from backprop_viz.analysis.own_steps import same_numbers
from backprop_viz.analysis.provenance import Makers
from backprop_viz.capture.explaining.problems import whole
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.capture.explaining.rounding import is_sum_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase

_LEAF = "AccumulateGrad"


class Recomputed:
    """The nodes of what ran again within backward.

    ``made_by`` has for each of them the index of its operation's event, and ``first`` for that the
    node of the operation's output. ``also`` has, for the event of a node at which gradients arrived
    from inside and from outside, the event of the checkpoint's node, and at which of its outputs
    the one from outside arrived.
    """

    def __init__(self, recording: Recording, makers: Makers) -> None:
        self.made_by: dict[int, int] = {}
        self.first: dict[int, int] = {}
        self.also: dict[int, tuple[int, int]] = {}
        self._recording = recording
        self._same: dict[tuple[int, int, bool], tuple[int, int, bool]] = {}
        nodes = recording.graph.nodes
        functions = [n.id for n in nodes if not n.name[-1:].isdigit() and n.name != _LEAF]
        if not functions:
            return
        unknown = {n.id for n in nodes if n.name[-1:].isdigit() and makers.of(n.id) is None}
        for node in functions if unknown else ():
            made = makers.of(node)
            ran = recording.ran_at.get(node)
            if made is not None and ran is not None:
                self._find(made, ran, unknown)

    def operation(self, node: int) -> tuple[int, Event] | None:
        """The operation of a node that ran again, as if autograd had followed it."""
        made = self.made_by.get(node)
        if made is None:
            return None
        event = self._recording.events[made]
        return made, replace(event, node=self.first[made], tracked=True)

    def same_as(self, number: Number) -> Number | None:
        """The same gradient outside of the checkpoint, or inside it: it is handed on as it is."""
        key = None if number.event is None else (number.event, number.slot, number.arrived)
        found = None if key is None else self._same.get(key)
        if found is None:
            return None
        event, slot, arrived = found
        record = self._recording.events[event]
        tensor = record.input_ids[slot + (record.op == _LEAF)]
        assert tensor is not None
        return replace(number, tensor=tensor, event=event, slot=slot, arrived=arrived)

    def _find(self, made: int, function: int, unknown: set[int]) -> None:
        """Match what ran just before a Function's node to the operations of its forward."""
        events = self._recording.events
        inside = list(self._inside(function, unknown))
        forward = range(made, -1, -1)
        first = next((i for i in forward if events[i].tracked or events[i].grad_enabled), -1) + 1
        if not inside:
            return
        ends = [i for i in range(made, first - 1, -1) if events[i].node == events[function].node]
        makers = {tensor: i for i in range(first, made + 1) for tensor in events[i].output_ids}
        slots = [slot for slot, came in enumerate(events[function].inputs) if came is not None]
        for root in self._roots(inside, unknown):
            slot = next((k for k in slots if self._is_handed_on(function, k, root)), None)
            if slot is None and not self._is_zero(root):
                continue
            # What ran last in forward runs first in backward; of an unused output nothing does.
            end = next((i for i in ends if self._follow(i, root, makers)), None)
            if end is None:
                continue
            ends, slots = [i for i in ends if i < end], [k for k in slots if k != slot]
            if slot is not None:
                self._same[root, 0, True] = function, slot, True
        for i in inside if slots else ():
            self._add(i, inside, function, slots)
        for i in inside:
            came = events[i].inputs[1] if events[i].op == _LEAF else None
            if came is None or events[i].parameter is not None:
                continue
            for slot, sent in enumerate(events[function].outputs):
                if sent is not None and same_numbers(came, sent):
                    self._same[function, slot, False] = i, 0, True

    def _roots(self, inside: Sequence[int], unknown: set[int]) -> list[int]:
        """Those of the events inside whose nodes no other one inside sends to, in order."""
        events, edges = self._recording.events, self._recording.graph.edges
        fed = {to for one, to in edges if one in unknown}
        return [i for i in inside if events[i].node in unknown and events[i].node not in fed]

    def _is_handed_on(self, function: int, slot: int, root: int) -> bool:
        """Whether what arrived at a Function's output is what arrived at a node inside."""
        events = self._recording.events
        came, begins = events[function].inputs[slot], events[root].inputs[0]
        return came is not None and begins is not None and same_numbers(begins, came)

    def _is_zero(self, root: int) -> bool:
        """Whether nothing arrived: of an unused output a checkpoint's backward makes zeros."""
        begins = self._recording.events[root].inputs[0]
        return begins is not None and not begins.any()

    def _add(self, event: int, inside: Sequence[int], function: int, slots: Sequence[int]) -> None:
        """Note what arrived from outside at an output that others inside have read, too."""
        events, nodes = self._recording.events, self._recording.graph.nodes
        came, target = events[event].inputs[0], (events[event].node, 0)
        if came is None or events[event].op == _LEAF or (event, 0, True) in self._same:
            return
        sent = [
            array
            for i in inside
            if (node := events[i].node) is not None
            for to, array in zip(nodes[node].sends, events[i].outputs, strict=False)
            if to == target and array is not None
        ]
        for slot in slots:
            outside = events[function].inputs[slot]
            if outside is None or is_sum_of(came, sent):
                continue
            if is_sum_of(came, [*sent, outside]):
                self.also[event] = function, slot

    def _follow(self, end: int, root: int, makers: Mapping[int | None, int]) -> bool:
        """Match an operation to what ran at an event, and those before it to what ran after."""
        node = self._recording.events[root].node
        assert node is not None
        due = self._match(end, node, makers)
        while due:
            operation, at = due.pop()
            if operation not in self.first:
                due += self._match(operation, at, makers)
        return end in self.first

    def _inside(self, function: int, unknown: set[int]) -> Iterator[int]:
        """The events of the nodes that ran within a Function's, in order."""
        events, edges = self._recording.events, self._recording.graph.edges
        leaves = {to for one, to in edges if one in unknown}
        start = function
        while start and events[start - 1].phase is Phase.BACKWARD:
            inside = events[start - 1].node in unknown | leaves
            if not (inside or events[start - 1].is_beside_nodes):
                break
            start -= 1
        while start < function and events[start].node not in unknown:
            start += 1
        yield from (i for i in range(start, function) if events[i].node is not None)

    def _match(
        self, operation: int, node: int, makers: Mapping[int | None, int]
    ) -> list[tuple[int, int]]:
        """Give the nodes of an operation to it, and name those of the operations before it."""
        event, nodes = self._recording.events[operation], self._recording.graph.nodes
        try:
            leaves, made = whole(event, ()).replayed([True] * len(event.input_ids))
        except NotReplayed:
            return []
        places = {id(leaf): place for place, leaf in enumerate(leaves)}
        parameters = self._recording.by_parameter
        own, before = list[int](), list[tuple[int, int]]()
        due: list[tuple[GradFn | None, int]] = [(made[0].grad_fn, node)]
        while due:
            twin, at = due.pop()
            leaf = getattr(twin, "variable", None)
            if leaf is not None:
                read = event.input_ids[places[id(leaf)]]
                maker, parameter = makers.get(read), parameters.get(nodes[at].parameter or "")
                if parameter is not None and parameter.value_id != read:
                    return []  # another layer of the same kind
                if maker is not None:
                    before.append((maker, at))
                continue
            if twin is None or twin.name() != nodes[at].name:
                return []
            own.append(at)
            pairs = zip(twin.next_functions, nodes[at].sends, strict=False)
            due += [(to, sent[0]) for (to, _), sent in pairs if to is not None and sent is not None]
        self.first[operation] = node
        self.made_by.update((one, operation) for one in own)
        return before
