"""The operations since the last backward began, with the graph and the layers that they make."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain

import torch
from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.graph.graphs import Operation, grad_fn_of, is_functions_node
from backprop_viz.capture.graph.last_made import LastLayers
from backprop_viz.capture.graph.layer_graphs import PassSource, traced
from backprop_viz.capture.graph.walked_graph import WalkedGraph
from backprop_viz.capture.logs.event_log import EventLog
from backprop_viz.capture.logs.waiting_calls import WaitingCalls
from backprop_viz.capture.logs.waiting_rows import WIDTH
from backprop_viz.recording.trace.layers import ForwardPass, LayerGraph
from backprop_viz.recording.trace.phases import Phase

# The tensors that a pass began with, by name, each with its id in the table of tensors
# and the shape that it had then.
Sources = Mapping[str, tuple[Tensor, int | None, torch.Size]]


class ForwardLog:
    """Notes operations with the numbers of their events, and walks the graph of what they made."""

    def __init__(
        self, log: EventLog, walked: WalkedGraph, names: Mapping[int, str], last: LastLayers
    ) -> None:
        self._log, self._walked, self._names, self._last = log, walked, names, last
        self._operations: list[Operation] = []
        self._numbers: list[int] = []
        self._before = 0  # so many are of before the last backward
        # The nodes of what the first so many operations made, as they were when it was asked for.
        self._nodes, self._looked = set[GradFn | None](), 0
        # By the number of events before it; the layers are found when somebody asks for them.
        self._passes: dict[int, ForwardPass | Callable[[], LayerGraph]] = {}

    def __len__(self) -> int:
        return len(self._operations) + len(self._log.waiting) // WIDTH

    @property
    def operations(self) -> list[Operation]:
        """Those that are held, in the order in which they ran."""
        self._log.catch_up()
        return self._operations

    @property
    def results(self) -> list[Tensor]:
        """What each operation made first."""
        self._log.catch_up()
        return [operation.made[0] for operation in self._operations]

    def has_made(self, nodes: Sequence[GradFn]) -> bool:
        """Whether one of the nodes is that of what an operation made first.

        Only new ones are looked at, unless none is found: what is written to has another node then.
        """
        self._log.catch_up()
        new = self._operations[self._looked :]
        self._nodes.update(grad_fn_of(operation.made[0]) for operation in new)
        self._looked = len(self._operations)
        if any(node in self._nodes for node in nodes):
            return True
        return any(grad_fn_of(operation.made[0]) in nodes for operation in self._operations)

    @property
    def made(self) -> Iterator[Tensor]:
        """All that the operations made."""
        self._log.catch_up()
        return chain.from_iterable(operation.made for operation in self._operations)

    def new_results(self, belongs: Callable[[int], bool]) -> list[Tensor]:
        """The same of those since the last backward whose events belong to the iteration."""
        rows = list(self._rows())[self._before :]
        return [operation.made[0] for operation, number in rows if belongs(number)]

    def holds(self, start: int, stop: int) -> bool:
        """Whether an operation is held whose event lies in between."""
        self._log.catch_up()
        return any(start <= number < stop for number in self._numbers)

    def ran(self, operation: Operation) -> None:
        """An operation has run, which the next event is about."""
        self._operations.append(operation)
        self._numbers.append(len(self._log))

    def cut(self, operations: int) -> None:
        """Drop what came after so many operations."""
        self._log.catch_up()
        self._hold(self._operations[:operations], self._numbers[:operations])

    def _hold(self, operations: list[Operation], numbers: list[int]) -> None:
        """Hold these alone, and no node of the others: torch can have its memory."""
        self._operations, self._numbers = operations, numbers
        self._nodes, self._looked = set(), 0

    def clear(self, belongs: Callable[[int], bool]) -> None:
        """Let go of what the backward goes through that begins: torch can have its memory.

        Of the rest it is not known yet whether another one does.
        """
        nodes = self._walked.all
        kept = [
            (o, i)
            for o, i in self._rows()
            if o.grad_fn is not None and not (belongs(i) and o.grad_fn in nodes)
        ]
        self._hold([o for o, _ in kept], [i for _, i in kept])
        self._before = len(kept)

    def drop(self) -> bool:
        """No update is made of what is held; whether any of it came after the last backward.

        A later backward may go through it, as through what a GAN's generator has made.
        """
        self._log.catch_up()
        grown = len(self._operations) > self._before
        self._before = len(self._operations)
        return grown

    def _rows(self) -> Iterator[tuple[Operation, int]]:
        self._log.catch_up()
        return zip(self._operations, self._numbers, strict=True)

    def walk(
        self,
        roots: Sequence[Tensor],
        output: Tensor | None,
        sources: Sources,
        belongs: Callable[[int], bool],
    ) -> None:
        """Number the nodes of the graph of these results, and give each operation its node."""
        walked, log = self._walked, self._log
        rows = [row for row in self._rows() if belongs(row[1])]
        found = set(walked.find(roots, [o for o, _ in rows], output, log.weights))
        ids = walked.ids
        self._bind(rows)
        self._passes = {start: one for start, one in self._passes.items() if belongs(start)}
        # What was held at the last backward is shown again where this graph leads to it.
        new = set(self._numbers[self._before :])
        shown = [(o, i) for o, i in rows if i in new or o.grad_fn in found]
        if any(operation.phase is Phase.FORWARD for operation, _ in shown):
            steps, numbers = traced([o for o, _ in shown]), [i for _, i in shown]
            given = _not_made(sources, [o for o, _ in shown])
            start = next((i for i in numbers if i in new), numbers[0])
            made_of = steps, numbers, given, self._names, ids
            self._passes[start] = partial(self._last.made, *made_of)

    def walk_waiting(
        self,
        roots: Sequence[Tensor],
        output: Tensor | None,
        sources: Sources,
        calls: WaitingCalls,
        plain: bool,
    ) -> bool:
        """``walk`` and ``clear`` of the first backward, of which the most is done when asked for.

        ``calls`` are all that wait. False where the backward does not go through all that
        autograd has followed, or is not the first: then nothing is done. ``plain``: as
        ``WalkedGraph.find`` has it.
        """
        walked, log = self._walked, self._log
        if self._before or self._passes or walked.nodes:
            return False
        rows = list(zip(self._operations, self._numbers, strict=True))
        ahead = [o for o, _ in rows]
        walked.find(roots, ahead, output, log.weights, calls.makers, plain)
        calls.numbered = walked.numbered
        nodes = chain(calls.nodes, [operation.grad_fn for operation in ahead])
        if not all(map(walked.all.__contains__, filter(None, nodes))):
            return False
        self._bind(rows)
        numbers = [*self._numbers, *range(len(log) - len(calls.nodes), len(log))]
        made = ahead, calls, numbers, sources, self._names, self._last
        self._passes = {numbers[0]: partial(_layers_of_waiting, *made)}
        self._hold([], [])
        return True

    def _bind(self, rows: Sequence[tuple[Operation, int]]) -> None:
        """Give each operation's event its node in the graph that was walked."""
        walked, log = self._walked, self._log
        before = walked.others
        # The last to make a tensor, or to write to it: by then its grad_fn is that one's.
        last = {id(operation.made[0]): i for operation, i in rows}
        for operation, i in rows:
            grad_fn = operation.grad_fn
            if grad_fn is None and last[id(operation.made[0])] == i:
                # The output of a custom Function gets its grad_fn only when the Function returns.
                returned = grad_fn_of(operation.made[0])
                grad_fn = returned if is_functions_node(returned) else None
            log.set_node(i, None if grad_fn is None else walked.ids.get(grad_fn))
        numbers = {i for _, i in rows}
        kept = (other for other in before if other[0] not in numbers)
        walked.others = (*kept, *self._others(rows))

    @property
    def passes(self) -> list[ForwardPass]:
        """The passes so far. Their layers are found when somebody asks for them."""
        found = []
        for start in sorted(self._passes):
            one = self._passes[start]
            made = one if isinstance(one, ForwardPass) else ForwardPass(start, one())
            self._passes[start] = made
            found.append(made)
        return found

    def _others(self, rows: Iterable[tuple[Operation, int]]) -> Iterator[tuple[int, int, int, int]]:
        """The nodes of outputs that are not the first, where they are others, as ``Graph`` has."""
        for operation, i in rows:
            for slot, (grad_fn, output_nr) in enumerate(operation.others, 1):
                node = None if grad_fn is None else self._walked.ids.get(grad_fn)
                if node is not None and grad_fn is not operation.grad_fn:
                    yield i, slot, node, output_nr


def _layers_of_waiting(
    ahead: Sequence[Operation],
    calls: WaitingCalls,
    numbers: Sequence[int],
    sources: Sources,
    names: Mapping[int, str],
    last: LastLayers,
) -> LayerGraph:
    """The layers of a pass of which these operations ran before those that waited."""
    ran = [*ahead, *calls.operations()]
    given = _not_made(sources, ran)
    return last.made(traced(ran), numbers, given, names, calls.numbered.ids)


def _not_made(sources: Sources, operations: Iterable[Operation]) -> dict[str, PassSource]:
    """The sources but for those that an operation has made: what one network gave to another.

    What was detached on the way is a source: no gradient goes through it to what made it.
    """
    keys = {id(tensor) for tensor, *_ in sources.values()}
    made = {
        id(tensor)
        for operation in operations
        for tensor in operation.made
        if id(tensor) in keys
        and tensor.requires_grad
        and not any(tensor is read for read in operation.read)
    }
    return {
        name: PassSource(id(tensor), number, shape)
        for name, (tensor, number, shape) in sources.items()
        if id(tensor) not in made
    }
