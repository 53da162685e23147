"""The calls of a forward and a loss of which the events are made when somebody looks."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress
from operator import attrgetter, ne

from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.graph.found_nodes import NumberedNodes
from backprop_viz.capture.graph.graphs import First, Operation, first_made
from backprop_viz.capture.graph.node_keys import Maker
from backprop_viz.capture.logs.event_log import WRITTEN_UNSEEN, Copy, EventLog, EventRow
from backprop_viz.capture.logs.waiting_rows import WaitingCall, WaitingColumns
from backprop_viz.capture.tensors.array_memory import ArrayMemory
from backprop_viz.capture.tensors.holders import (
    Memories,
    are_alone,
    held_by_others,
    in_pieces,
)
from backprop_viz.capture.tensors.late_copies import LateCopies
from backprop_viz.capture.tensors.memory import Copied, NotCopied
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.tensors.templates import Order, Template

_LOST = NotCopied(WRITTEN_UNSEEN)
_version_of: Callable[[Tensor], int] = attrgetter("_version")


@dataclass
class WaitingCalls:
    """Calls that a backward goes through, all of them, with the node that each has made.

    ``known`` are the copies of what they read and have not made, by its id(), but for parameters:
    of those ``weights`` has copies, and ``numbers`` which by its id(). ``numbered`` are the nodes
    of the whole graph. ``orders``: by its id(), the axes in memory of each that is not contiguous.
    """

    calls: WaitingColumns
    nodes: Sequence[GradFn | None]
    known: dict[int, Copied | NotCopied]
    orders: Mapping[int, Order]
    weights: LateCopies
    numbers: Mapping[int, int]
    numbered: NumberedNodes = field(default_factory=NumberedNodes)
    settled: bool = False
    # What is told of those that others hold, who may change it; by the id() of each.
    firsts: dict[int, First] = field(default_factory=dict)

    def settle(self, memory: ArrayMemory) -> None:
        """Others may write from now on: copy what they hold."""
        if self.settled:
            return
        self.settled = True
        calls, known = self.calls, self.known
        keys = list(map(id, calls.results))
        made: dict[int, Tensor] = dict(zip(keys, calls.results, strict=True))
        times, versions, unclear = self._times(), list[int](), dict[int, Tensor]()
        for some in in_pieces(list(made)):
            tensors = [made[key] for key in some]
            versions += map(_version_of, tensors)
            if not are_alone(tensors, sum(map(times.__getitem__, some)) + len(some)):
                unclear.update(zip(some, tensors, strict=True))
        if versions != calls.versions:
            now = dict(zip(made, versions, strict=True))
            written = compress(keys, map(ne, map(now.get, keys), calls.versions))
            known.update(dict.fromkeys(set(written) - known.keys(), _LOST))
        tensors = []  # each is to be held by the calls alone
        made.clear()
        # Memory of numpy's is no result's alone: it is that of what a call was given, too. What has
        # been handed back as it was given is known by its copy.
        for key in held_by_others(unclear, Memories.of(unclear.values()), times):
            self.firsts[key] = first_made(unclear[key])
            if key not in known and key not in self.numbers:
                try:
                    known[key] = Copied(unclear[key], None, False, memory)
                except NotCopied as reason:
                    known[key] = reason

    def _times(self) -> Counter[int]:
        """How often each tensor is held here, by its id()."""
        given = list(chain.from_iterable(self.calls.args))
        for kwargs in filter(None, self.calls.kwargs):
            given += kwargs.values()
        # One that waits has tensors as they are, or in a list.
        for some in [value for value in given if type(value) is list]:
            given += some
        return Counter(map(id, chain(self.calls.results, given)))

    def nbytes(self) -> int:
        """The bytes that are held, at most."""
        return sum([result.nbytes for result in self.calls.results])

    def made(self, log: EventLog) -> Iterator[EventRow]:
        """The events, of the log that they are to be in."""
        self.settle(log.snapshots.memory)
        ids = self.numbered.ids
        for call, node in zip(self._each(), self.nodes, strict=True):
            template, (line, place) = Template(call.args, call.kwargs, self.orders), call.lines
            yield log.row(
                call.phase,
                call.op,
                [self._read(call, tensor) for tensor in template.read],
                (self._read(call, call.result),),
                node=None if node is None else ids.get(node),
                line=line,
                tracked=call.tracked,
                call=template.call(call.name, None),
                module=call.module,
                place=place,
                grad_enabled=call.grad_enabled,
            )

    def _each(self) -> Iterator[WaitingCall]:
        return map(WaitingCall, *self.calls)

    def _read(self, call: WaitingCall, tensor: Tensor) -> Copy:
        unsure = call.unsure.get(id(tensor))
        return self._array(tensor) if unsure is None else unsure.array

    def _array(self, tensor: Tensor) -> Copy:
        copied = self.known.get(id(tensor))
        if copied is None:
            number = self.numbers.get(id(tensor))
            if number is not None:
                return self.weights[number]
            try:
                copied = Copied.borrowing(tensor) or Copied(tensor)
            except NotCopied as reason:
                copied = reason
            self.known[id(tensor)] = copied
        return copied.array if isinstance(copied, Copied) else copied

    def makers(self) -> list[Maker]:
        """What the nodes are named after, in order."""
        return list(zip(self.calls.phases, self.calls.ops, self.nodes, strict=True))

    def operations(self) -> list[Operation]:
        """The operations, in order."""
        return [
            Operation(
                call.phase,
                call.op,
                tuple(nested_tensors((call.args, call.kwargs))),
                (call.result,),
                node,
                self.firsts.get(id(call.result)) or first_made(call.result),
                call.module,
            )
            for call, node in zip(self._each(), self.nodes, strict=True)
        ]
