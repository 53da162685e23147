"""In which iteration a node of autograd was made, and by which operation.

torch numbers the nodes that a thread makes: 0, 1, 2, ... A number says that without keeping the
node alive.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from weakref import WeakKeyDictionary

import torch
from torch import nn
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.graph.held_losses import HeldLosses
from backprop_viz.recording.trace.quick_records import quickly_made
from backprop_viz.recording.trace.torch_error import CodePlace

_REMEMBERED = 1000
_WITH_OPERATIONS = 3  # so many of the newest iterations


@quickly_made
@dataclass(frozen=True, slots=True)
class MadeBy:
    """The operation that made a node: its name, its event's index and its line."""

    op: str
    event: int
    place: CodePlace | None


@dataclass
class NodesOfIteration:
    """The nodes of an iteration: those from ``start`` on, until the next one's."""

    start: int
    # Of each operation: the number of the node that it has made, -1 of none, and a ``MadeBy``'s.
    _numbers: list[int] = field(default_factory=list)
    _ops: list[str] = field(default_factory=list)
    _events: list[int] = field(default_factory=list)
    _places: list[CodePlace | None] = field(default_factory=list)

    def note(self, node: GradFn | None, op: str, event: int, place: CodePlace | None) -> None:
        """An operation has made a node, the last of its own; None: it has made none."""
        self.note_many((node,), (op,), (place,), event)

    def note_many(
        self,
        nodes: Sequence[GradFn | None],
        ops: Sequence[str],
        places: Sequence[CodePlace | None],
        event: int,
    ) -> None:
        """The same of each of many operations; of the first this is the event."""
        self._numbers += [-1 if node is None else node._sequence_nr() for node in nodes]
        self._ops += ops
        self._events += range(event, event + len(nodes))
        self._places += places

    def maker(self, node: GradFn) -> MadeBy | None:
        """The operation that made a node; several nodes may be one operation's."""
        # One that hands its input on as it is has made no node: its number has come before.
        place = bisect_left(list(accumulate(self._numbers, max)), node_number(node))
        if place == len(self._numbers):
            return None
        return MadeBy(self._ops[place], self._events[place], self._places[place])

    def cut(self, events: int) -> None:
        """Forget the operations from an event on."""
        kept = len(self._events)
        while kept and self._events[kept - 1] >= events:
            kept -= 1
        del self._numbers[kept:], self._ops[kept:], self._events[kept:], self._places[kept:]

    def forget_operations(self) -> None:
        """Keep the start alone."""
        del self._numbers[:], self._ops[:], self._events[:], self._places[:]


class GraphAges:
    """The iterations of a model that were recorded, the oldest first."""

    def __init__(self) -> None:
        self._iterations: list[NodesOfIteration] = []
        self._beside = 0  # nodes made since the newest began that are none of the loop's
        self.losses = HeldLosses()

    def begin(self) -> NodesOfIteration:
        """An iteration begins."""
        number: int = torch.autograd._get_sequence_nr()
        self._beside = 0
        self._iterations.append(NodesOfIteration(number))
        del self._iterations[:-_REMEMBERED]
        for old in self._iterations[-_WITH_OPERATIONS - 1 : -_WITH_OPERATIONS]:
            old.forget_operations()
        return self._iterations[-1]

    def forget_newest(self) -> None:
        """No iteration has begun, after all."""
        self._iterations.pop()

    @property
    def start(self) -> int:
        """The number of the newest iteration's first node."""
        return self._iterations[-1].start if self._iterations else 0

    @property
    def grown(self) -> bool:
        """Whether the loop made a node since the newest iteration began, in this thread."""
        return torch.autograd._get_sequence_nr() != self.start + self._beside

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What runs in here is no iteration of the loop, nor are the nodes that it makes."""
        iterations, beside = list(self._iterations), self._beside
        first = torch.autograd._get_sequence_nr()
        try:
            yield
        finally:
            self._iterations[:] = iterations
            self._beside = beside + torch.autograd._get_sequence_nr() - first

    @property
    def newest(self) -> int:
        """The ``place`` of what the newest iteration makes."""
        return len(self._iterations)

    def place(self, node: GradFn) -> int:
        """In which recorded iteration a node was made, from 1; 0 is before the first."""
        return bisect_right(self._iterations, node_number(node), key=_start)

    def ago(self, node: GradFn) -> int | None:
        """How many iterations ago a node was made: 0 is the newest; None: before the first."""
        number = node_number(node)
        later = sum(one.start > number for one in self._iterations)
        return later if later < len(self._iterations) else None

    def maker(self, node: GradFn) -> MadeBy | None:
        """The operation that made a node, in whichever iteration."""
        ago = self.ago(node)
        return None if ago is None else self._iterations[-1 - ago].maker(node)


def _start(iteration: NodesOfIteration) -> int:
    return iteration.start


_ages: "WeakKeyDictionary[nn.Module, GraphAges]" = WeakKeyDictionary()


def graph_ages(model: nn.Module) -> GraphAges:
    """The recorded iterations of a model."""
    return _ages.setdefault(model, GraphAges())


def node_number(node: GradFn) -> int:
    """The number that torch has given a node."""
    number: int = node._sequence_nr()
    return number


def node_numbers(nodes: Iterable[GradFn]) -> list[int]:
    """The same of each node; that of a leaf's is greater than any other."""
    return [node._sequence_nr() for node in nodes]
