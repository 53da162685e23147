"""What a backward does at its nodes in which no Python runs but ours, noted once it is over."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import partial
from itertools import chain, repeat
from operator import itemgetter
from typing import Any, Self

from torch import Tensor
from torch.autograd.graph import Node as GradFn
from torch.utils.hooks import RemovableHandle

from backprop_viz.capture.graph.graphs import grad_fn_name, leaf_of
from backprop_viz.capture.graph.walked_graph import WalkedGraph
from backprop_viz.capture.logs.event_log import WRITTEN_UNSEEN, Copy, EventLog, EventRow
from backprop_viz.capture.tensors.copied_together import copied_together
from backprop_viz.capture.tensors.handed_gradients import HandedGradients
from backprop_viz.capture.tensors.memory import NotCopied
from backprop_viz.capture.watches.interventions import Grads
from backprop_viz.capture.watches.parameter_watch import ParameterWatch
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import CodePlace

_LOST = NotCopied(WRITTEN_UNSEEN)
# A node's id, what it has sent and was given, and the versions of what it has sent.
_Row = tuple[int, Grads, Grads, list[int]]
# Of a leaf its name, and its ``.grad`` before and after.
_Leaf = tuple[str | None, Copy, Copy]


class CalmBackward:
    """Keeps what goes between nodes while backward runs, and makes events of it afterwards.

    Nobody else writes to a gradient meanwhile, so it is then what it was. ``nodes`` are those of
    the graph, by their ids.
    """

    def __init__(
        self,
        log: EventLog,
        nodes: Sequence[GradFn],
        parameters: ParameterWatch,
        names: Mapping[int, str],
        place: CodePlace | None,
        walked: WalkedGraph,
    ) -> None:
        self._log, self._nodes, self._parameters = log, nodes, parameters
        self._whole = _Whole(walked) if log.snapshots.cuts else None
        self._names = names
        self._place = place  # of the line that runs the backward
        self._rows: list[_Row] = []
        self._handles: list[RemovableHandle] = []
        # By the id of the node that adds to a leaf, that leaf and its ``.grad`` before.
        self._leaves: dict[int, tuple[Tensor, Copy]] = {}

    def hook(self) -> bool:
        """Keep what goes through the nodes from now on; False if others have hooks there."""
        ran, handles = self._ran, self._handles
        leaves: dict[int, Tensor] = {}
        for node_id, node in enumerate(self._nodes):
            leaf = leaf_of(node)
            if leaf is not None:
                leaves[node_id] = leaf
            handles.append(node.register_hook(partial(ran, node_id)))
        grads = self._log.grads(list(leaves.values()))
        self._leaves = dict(zip(leaves, zip(leaves.values(), grads, strict=True), strict=True))
        return not any(map(has_other_hooks, handles))

    def unhook(self) -> None:
        """Keep nothing any more."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.unhook()
        self._note()

    def _ran(self, node_id: int, sent: Grads, given: Grads) -> None:
        versions = [grad._version for grad in sent if grad is not None]
        self._rows.append((node_id, sent, given, versions))

    def _note(self) -> None:
        """Note what has run. Only what others hold is copied, or else read where it lies, now."""
        if not self._rows:
            return
        rows, self._rows = self._rows, []
        gradients = HandedGradients(self._log.snapshots)
        leaves = self._grown(rows, gradients)
        shared = gradients.held_by_others(*_counted(rows))
        late = _LateEvents(self._nodes, rows, gradients, leaves, self._place, self._whole)
        if shared:
            late.look_at(shared)
        self._log.note_later(len(rows), late.made, late.nbytes)

    def _grown(self, rows: Sequence[_Row], gradients: HandedGradients) -> "dict[int, _Leaf]":
        """What has become of each leaf's ``.grad``, by the id of the node that has added to it."""
        leaves = self._leaves
        grown = [(node_id, given[0]) for node_id, _, given, _ in rows if node_id in leaves]
        grads = [leaves[node_id][0].grad for node_id, _ in grown]
        plain = [i for i, grad in enumerate(grads) if type(grad) is Tensor]
        copies = copied_together([grad for grad in grads if type(grad) is Tensor])
        together = dict(zip(plain, copies, strict=True))
        found: dict[int, _Leaf] = {}
        for i, (node_id, arrived) in enumerate(grown):
            leaf, before = leaves[node_id]
            name = self._names.get(id(leaf))
            now = gradients.accumulated(leaf, arrived, together.get(i), before is None)
            found[node_id] = name, before, now
            self._parameters.has_grown(name, now)
        return found


def _counted(rows: Sequence[_Row]) -> tuple[dict[int, Tensor], Mapping[int, int]]:
    """By the id() of each gradient, the gradient and how often the rows hold it."""
    all_: dict[int, Any] = {}
    times: Counter[int] = Counter()
    for part in (1, 2):
        grads = list(chain.from_iterable(map(itemgetter(part), rows)))
        keys = list(map(id, grads))
        times.update(keys)
        all_.update(zip(keys, grads, strict=True))
    all_.pop(id(None), None)
    return all_, times


class _LateEvents:
    """What has run, of which the events are made when somebody looks.

    The log holds this, so this does not hold the log: a cycle would keep a whole recording until
    the collector comes to it.
    """

    def __init__(
        self,
        nodes: Sequence[GradFn],
        rows: Sequence[_Row],
        gradients: HandedGradients,
        leaves: "Mapping[int, _Leaf]",
        place: CodePlace | None,
        whole: "_Whole | None",
    ) -> None:
        self._nodes, self._rows, self._gradients = nodes, rows, gradients
        self._leaves, self._place, self._whole = leaves, place, whole

    def look_at(self, shared: Set[int]) -> None:
        """Others have the memory of these gradients, by their id()."""
        rows = [row for row in self._rows if not shared.isdisjoint(map(id, row[1] + row[2]))]
        self._compare(rows)
        for node_id, sent, given, _ in rows:
            for grads, whole in zip((given, sent), self._whole_at(node_id), strict=True):
                held = [grad if id(grad) in shared else None for grad in grads]
                self._gradients.copies(held, whole=whole)

    def _compare(self, rows: Sequence[_Row]) -> None:
        for _, sent, _, versions in rows:
            if [grad._version for grad in sent if grad is not None] != versions:
                self._gradients.compare(sent, versions, _LOST)

    def nbytes(self) -> int:
        """The bytes that are held, at most: each gradient is sent by one node."""
        sent = [grad for _, grads, _, _ in self._rows for grad in grads if grad is not None]
        return sum([grad.numel() * grad.element_size() for grad in sent])

    def made(self, log: EventLog) -> Iterator[EventRow]:
        """The events, of the log that they are to be in."""
        nodes, place, row_of = self._nodes, self._place, log.row_of_node
        copies, leaves = self._gradients.copies, self._leaves
        self._compare(self._rows)
        for node_id, sent, given, _ in self._rows:
            all_read, all_made = self._whole_at(node_id)
            read, op = copies(given, True, all_read), grad_fn_name(nodes[node_id])
            if node_id not in leaves:
                made = copies(sent, True, all_made)
                yield row_of(Phase.BACKWARD, op, read, made, node_id, None, place)
                continue
            name, before, now = leaves[node_id]
            yield row_of(Phase.BACKWARD, op, [before, *read], [now], node_id, name, place)

    def _whole_at(self, node_id: int) -> "tuple[Iterable[bool], Iterable[bool]]":
        return _ALL if self._whole is None else self._whole.at(self._nodes[node_id])


class _Whole:
    """Tells which gradients no sample has part in, where a part of the samples is copied."""

    def __init__(self, walked: WalkedGraph) -> None:
        self._of_weights, self._edges = walked.of_weights, walked.edges

    def at(self, node: GradFn) -> tuple[Iterable[bool], Iterable[bool]]:
        """Of each that a node is given, and of each that it sends."""
        of_weights = self._of_weights
        return repeat(node in of_weights), [to in of_weights for to, _ in self._edges[node]]


_ALL = repeat(True), repeat(True)


def has_other_hooks(handle: RemovableHandle) -> bool:
    """Whether others have a hook where this one is."""
    hooks = handle.hooks_dict_ref()
    return hooks is not None and len(hooks) > 1
