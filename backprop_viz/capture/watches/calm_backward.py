"""What a backward does at its nodes in which no Python runs but ours, noted once it is over."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import chain, repeat
from operator import itemgetter
from typing import Any, Self

import torch
from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.graph.graphs import grad_fn_name
from backprop_viz.capture.graph.walked_graph import WalkedGraph
from backprop_viz.capture.logs.event_log import WRITTEN_UNSEEN, EventLog, EventRow
from backprop_viz.capture.tensors.handed_gradients import (
    HandedGradients,
    held_by_others,
    with_memory_of,
)
from backprop_viz.capture.tensors.memory import NotCopied
from backprop_viz.capture.watches.grown_leaves import GrownLeaves
from backprop_viz.capture.watches.interventions import Grads
from backprop_viz.capture.watches.node_hooks import NodeHooks
from backprop_viz.capture.watches.parameter_watch import ParameterWatch
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import CodePlace

_LOST = NotCopied(WRITTEN_UNSEEN)
_running = torch._C._current_autograd_node
# A node, what it has sent and was given, and the versions of what it has sent.
_Row = tuple[GradFn, Grads, Grads, Iterable[int]]
_ALL_NEW: Iterable[int] = repeat(0)


class CalmBackward:
    """Keeps what goes between nodes while backward runs, and makes events of it afterwards.

    Nobody else writes to a gradient meanwhile, so it is then what it was. ``nodes`` are all that
    the graph has, ``leaves`` those that they add to. ``at_once``: nothing is held once the
    backward is over.
    """

    def __init__(
        self,
        log: EventLog,
        nodes: Sequence[GradFn],
        leaves: Mapping[GradFn, Tensor],
        parameters: ParameterWatch,
        names: Mapping[int, str],
        place: CodePlace | None,
        walked: WalkedGraph,
        at_once: bool,
    ) -> None:
        self._log, self._nodes, self._parameters = log, nodes, parameters
        self._at_once = at_once
        self._walked = walked
        self._whole = _Whole(walked) if log.snapshots.cuts else None
        self._names = names
        self._place = place  # of the line that runs the backward
        self._rows: list[_Row] = []
        self._followed: list[bool] = []  # whether autograd follows the backward, once that runs
        self._hooks = NodeHooks(_kept_in(self._rows, self._followed))
        self._leaves = GrownLeaves(log, parameters, leaves)

    def hook(self) -> bool:
        """Keep what goes through the nodes from now on; False if others have hooks there."""
        return self._hooks.put(self._nodes)

    def unhook(self) -> None:
        """Keep nothing any more."""
        self._hooks.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.unhook()
        self._note()

    def _shared(self) -> set[int]:
        """The gradients, by id(), of which others have the memory, as a leaf whose ``.grad`` it is.

        Where autograd follows a backward torch takes nothing as that.
        """
        rows, shared = self._rows, _held_by_others(self._rows)
        ran, sent, given = (list(map(itemgetter(i), rows)) for i in range(3))
        taken = [] if self._followed[0] else self._leaves.take_memory(ran, sent, given, shared)
        if not taken:
            return shared
        self._log.snapshots.borrowed.expose(taken)
        return shared | with_memory_of(taken, _gradients(rows))

    def _note(self) -> None:
        """Note what has run. Only what others hold is copied, or else read where it lies, now."""
        rows = self._rows
        if not rows:
            return
        gradients, leaves = HandedGradients(self._log.snapshots), self._leaves
        shared = self._shared()
        adding = leaves.leaves
        arrived = {node: given[0] for node, _, given, _ in rows if node in adding}
        leaves.have_grown(self._log, self._parameters, arrived, shared)
        told = self._names, self._walked.ids, self._place, self._whole
        late = _LateEvents(rows, gradients, leaves, *told)
        if shared:
            late.look_at(shared)
        self._log.note_later(len(rows), late.made, late.nbytes)
        if self._at_once:
            self._log.make_up()
            rows.clear()


def _kept_in(rows: list[_Row], followed: list[bool]) -> Callable[[Grads, Grads], None]:
    """What keeps there what a node has sent and was given, when it has run."""
    keep, running, versions = rows.append, _running, _ALL_NEW

    def ran(sent: Grads, given: Grads) -> None:
        if not rows:
            followed.append(torch.is_grad_enabled())
        for grad in sent:
            if grad is not None and grad._version:
                now = [one._version for one in sent if one is not None]
                keep((running(), sent, given, now))
                return
        keep((running(), sent, given, versions))

    return ran


def _held_by_others(rows: Sequence[_Row]) -> set[int]:
    """The id() of each gradient of which others than the rows have the memory."""

    held = list(_gradients(rows))
    keys = list(map(id, held))
    all_ = dict(zip(keys, held, strict=True))
    all_.pop(id(None), None)
    count = len(keys) - keys.count(id(None))
    del held
    return held_by_others(all_, count, lambda: Counter(map(id, _gradients(rows))))


def _gradients(rows: Sequence[_Row]) -> Iterator[Any]:
    """What all nodes have sent, and what they were given."""
    return chain.from_iterable(chain(map(itemgetter(1), rows), map(itemgetter(2), rows)))


class _LateEvents:
    """What has run, of which the events are made when somebody looks.

    The log holds this, so this does not hold the log: a cycle would keep a whole recording until
    the collector comes to it.
    """

    def __init__(
        self,
        rows: Sequence[_Row],
        gradients: HandedGradients,
        leaves: GrownLeaves,
        names: Mapping[int, str],
        ids: Mapping[GradFn, int],
        place: CodePlace | None,
        whole: "_Whole | None",
    ) -> None:
        self._rows, self._gradients, self._leaves = rows, gradients, leaves
        self._names, self._ids, self._place, self._whole = names, ids, place, whole

    def look_at(self, shared: Set[int]) -> None:
        """Others have the memory of these gradients, by their id()."""
        rows = [row for row in self._rows if not shared.isdisjoint(map(id, row[1] + row[2]))]
        self._compare(rows)
        for node, sent, given, _ in rows:
            for grads, whole in zip((given, sent), self._whole_at(node), strict=True):
                held = [grad if id(grad) in shared else None for grad in grads]
                self._gradients.copies(held, whole=whole)

    def _compare(self, rows: Sequence[_Row]) -> None:
        compare = self._gradients.compare
        for _, sent, _, versions in rows:
            compare(sent, versions, _LOST)

    def nbytes(self) -> int:
        """The bytes that are held, at most: each gradient is sent by one node."""
        sent = [grad for _, grads, _, _ in self._rows for grad in grads if grad is not None]
        return sum([grad.numel() * grad.element_size() for grad in sent])

    def made(self, log: EventLog) -> Iterator[EventRow]:
        """The events, of the log that they are to be in."""
        ids, place, row_of = self._ids, self._place, log.row_of_node
        copies, leaves = self._gradients.copies, self._leaves
        self._compare(self._rows)
        leaves.tell(self._gradients)
        for node, sent, given, _ in self._rows:
            all_read, all_made = self._whole_at(node)
            read, op, number = copies(given, True, all_read), grad_fn_name(node), ids[node]
            if node not in leaves.leaves:
                made = copies(sent, True, all_made)
                yield row_of(Phase.BACKWARD, op, read, made, number, None, place)
                continue
            before, now = leaves.grads(node)
            name = leaves.name(node, self._names)
            yield row_of(Phase.BACKWARD, op, [before, *read], [now], number, name, place)

    def _whole_at(self, node: GradFn) -> "tuple[Iterable[bool], Iterable[bool]]":
        return _ALL if self._whole is None else self._whole.at(node)


class _Whole:
    """Tells which gradients no sample has part in, where a part of the samples is copied."""

    def __init__(self, walked: WalkedGraph) -> None:
        self._of_weights, self._edges = walked.of_weights, walked.edges

    def at(self, node: GradFn) -> tuple[Iterable[bool], Iterable[bool]]:
        """Of each that a node is given, and of each that it sends."""
        of_weights = self._of_weights
        return repeat(node in of_weights), [to in of_weights for to, _ in self._edges[node]]


_ALL = repeat(True), repeat(True)
