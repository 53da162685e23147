"""In which iteration a node of autograd was made, and by which operation.

torch numbers the nodes that a thread makes: 0, 1, 2, ... A number says that without keeping the
node alive.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
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
    _numbers: list[int] = field(default_factory=list)
    # What a ``MadeBy`` has.
    _made: list[tuple[str, int, CodePlace | None]] = field(default_factory=list)

    def note(self, node: GradFn | None, op: str, event: int, place: CodePlace | None) -> None:
        """An operation has made a node, the last of its own; None: it has made none."""
        number = -1 if node is None else node_number(node)
        # Nor has one made a node that hands its input on as it is.
        if number > (self._numbers[-1] if self._numbers else -1):
            self._numbers.append(number)
            self._made.append((op, event, place))

    def note_many(
        self, made: Iterable[tuple[GradFn | None, str, CodePlace | None]], event: int
    ) -> None:
        """The same of each of many operations; of the first this is the event."""
        numbers, all_ = self._numbers, self._made
        last = numbers[-1] if numbers else -1
        for node, op, place in made:
            if node is not None and (number := node._sequence_nr()) > last:
                last = number
                numbers.append(number)
                all_.append((op, event, place))
            event += 1

    def maker(self, node: GradFn) -> MadeBy | None:
        """The operation that made a node; several nodes may be one operation's."""
        place = bisect_left(self._numbers, node_number(node))
        return MadeBy(*self._made[place]) if place < len(self._made) else None

    def cut(self, events: int) -> None:
        """Forget the operations from an event on."""
        while self._made and self._made[-1][1] >= events:
            self._made.pop()
            self._numbers.pop()

    def forget_operations(self) -> None:
        """Keep the start alone."""
        self._numbers.clear()
        self._made.clear()


class GraphAges:
    """The iterations of a model that were recorded, the oldest first."""

    def __init__(self) -> None:
        self._iterations: list[NodesOfIteration] = []
        self.losses = HeldLosses()

    def begin(self) -> NodesOfIteration:
        """An iteration begins."""
        number: int = torch.autograd._get_sequence_nr()
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
