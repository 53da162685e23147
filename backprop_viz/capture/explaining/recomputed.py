"""What a reentrant checkpoint runs again in backward: its nodes, by the operations of forward.

``torch.utils.checkpoint`` with ``use_reentrant=True`` runs a part of the network without a graph.
Its backward runs that part again, with a graph that nothing recorded, and goes backward through it.
The operations are those of forward: each is made again here, and what nodes it makes then are the
nodes that ran.
"""

from collections.abc import Iterator
from dataclasses import replace

from torch.autograd.graph import Node as GradFn

from backprop_viz.analysis.own_steps import same_numbers
from backprop_viz.analysis.provenance import Makers
from backprop_viz.capture.explaining.problems import whole
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase

_LEAF = "AccumulateGrad"


class Recomputed:
    """The nodes of what ran again within backward.

    ``made_by`` has for each of them the index of its operation's event, and ``first`` for that the
    node of the operation's output.
    """

    def __init__(self, recording: Recording, makers: Makers) -> None:
        self.made_by: dict[int, int] = {}
        self.first: dict[int, int] = {}
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
        begins, came = events[inside[0]].inputs[0], events[function].inputs[0]
        if begins is None or came is None or not same_numbers(begins, came):
            return  # of several outputs it is not told which one it is
        makers = {tensor: i for i in range(first, made + 1) for tensor in events[i].output_ids}
        due = [(made, events[inside[0]].node)]
        while due:
            operation, node = due.pop()
            assert node is not None
            if operation not in self.first:
                due += self._match(operation, node, makers)
        if made not in self.first:
            return
        self._same[inside[0], 0, True] = function, 0, True
        for i in inside:
            came = events[i].inputs[1] if events[i].op == _LEAF else None
            if came is None or events[i].parameter is not None:
                continue
            for slot, sent in enumerate(events[function].outputs):
                if sent is not None and same_numbers(came, sent):
                    self._same[function, slot, False] = i, 0, True

    def _inside(self, function: int, unknown: set[int]) -> Iterator[int]:
        """The events of the nodes that ran within a Function's, in order."""
        events, edges = self._recording.events, self._recording.graph.edges
        leaves = {to for one, to in edges if one in unknown}
        start = function
        while start and events[start - 1].phase is Phase.BACKWARD:
            if events[start - 1].node not in unknown | leaves:
                break
            start -= 1
        while start < function and events[start].node not in unknown:
            start += 1
        yield from range(start, function)

    def _match(
        self, operation: int, node: int, makers: dict[int | None, int]
    ) -> list[tuple[int, int]]:
        """Give the nodes of an operation to it, and name those of the operations before it."""
        event, nodes = self._recording.events[operation], self._recording.graph.nodes
        try:
            leaves, made = whole(event, ()).replayed([True] * len(event.input_ids))
        except NotReplayed:
            return []
        places = {id(leaf): place for place, leaf in enumerate(leaves)}
        own, before = list[int](), list[tuple[int, int]]()
        due: list[tuple[GradFn | None, int]] = [(made[0].grad_fn, node)]
        while due:
            twin, at = due.pop()
            leaf = getattr(twin, "variable", None)
            if leaf is not None:
                maker = makers.get(event.input_ids[places[id(leaf)]])
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
