"""What a backward does at its nodes in which no Python runs but ours, noted once it is over."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Self

from torch import Tensor
from torch.autograd.graph import Node as GradFn
from torch.utils.hooks import RemovableHandle

from backprop_viz.capture.graph.graphs import grad_fn_name, leaf_of
from backprop_viz.capture.logs.event_log import WRITTEN_UNSEEN, Copy, EventLog, EventRow
from backprop_viz.capture.tensors.copied_together import copied_together
from backprop_viz.capture.tensors.handed_gradients import HandedGradients
from backprop_viz.capture.tensors.memory import Copied, NotCopied
from backprop_viz.capture.watches.interventions import Grads
from backprop_viz.capture.watches.parameter_watch import ParameterWatch
from backprop_viz.recording.phases import Phase
from backprop_viz.recording.torch_error import CodePlace

_LOST = NotCopied(WRITTEN_UNSEEN)


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
    ) -> None:
        self._log, self._nodes, self._parameters = log, nodes, parameters
        self._names = names
        self._place = place  # of the line that runs the backward
        # A node's id, what it has sent and was given, and the versions of what it has sent.
        self._rows: list[tuple[int, Grads, Grads, list[int]]] = []
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
        gradients = HandedGradients(self._log.snapshots)
        all_: dict[int, Tensor] = {}
        times: dict[int, int] = {}
        grown: dict[int, Copy] = {}
        copies = self._grads_together()
        for node_id, sent, given, versions in self._rows:
            for grad in sent + given:
                if grad is not None:
                    key = id(grad)
                    all_[key] = grad
                    times[key] = times.get(key, 0) + 1
            if [grad._version for grad in sent if grad is not None] != versions:
                gradients.compare(sent, versions, _LOST)
            if node_id in self._leaves:
                leaf, _ = self._leaves[node_id]
                grown[node_id] = gradients.accumulated(leaf, given[0], copies.get(node_id))
                self._parameters.has_grown(self._names.get(id(leaf)), grown[node_id])
        grad = None  # it counts as one who holds the last
        shared = gradients.held_by_others(all_, times)
        late = _LateEvents(self._nodes, gradients, self._place)
        for node_id, sent, given, _ in self._rows:
            if node_id in grown:
                read = [self._leaves[node_id][1], *gradients.copies(given)]
                late.add_made(self._row(node_id, read, [grown[node_id]]))
            elif shared.isdisjoint(map(id, sent + given)):
                late.add(node_id, given, sent)
            else:
                read = gradients.copies(given)
                late.add_made(self._row(node_id, read, gradients.copies(sent)))
        self._log.note_later(len(self._rows), late.made, late.nbytes)
        self._rows = []

    def _grads_together(self) -> dict[int, Copied | None]:
        """By the id of the node that has added to it, a copy of each ``.grad`` that is small."""
        ids, grads = [], []
        for node_id, _, _, _ in self._rows:
            grad = self._leaves[node_id][0].grad if node_id in self._leaves else None
            if type(grad) is Tensor:
                ids.append(node_id)
                grads.append(grad)
        return dict(zip(ids, copied_together(grads), strict=True))

    def _row(self, node_id: int, read: Sequence[Copy], made: Sequence[Copy]) -> EventRow:
        leaf = self._leaves.get(node_id)
        name = None if leaf is None else self._names.get(id(leaf[0]))
        op = grad_fn_name(self._nodes[node_id])
        return self._log.row_of_node(Phase.BACKWARD, op, read, made, node_id, name, self._place)


class _LateEvents:
    """What has run, of which most events are made when somebody looks.

    The log holds this, so this does not hold the log: a cycle would keep a whole recording until
    the collector comes to it.
    """

    def __init__(
        self,
        nodes: Sequence[GradFn],
        gradients: HandedGradients,
        place: CodePlace | None,
    ) -> None:
        self._nodes, self._gradients, self._place = nodes, gradients, place
        self._rows: list[EventRow | tuple[int, Grads, Grads]] = []

    def add(self, node_id: int, given: Grads, sent: Grads) -> None:
        """A node has run, and nobody else has any of these tensors."""
        self._rows.append((node_id, given, sent))

    def add_made(self, row: EventRow) -> None:
        """A node has run, of which the tensors are copied already."""
        self._rows.append(row)

    def nbytes(self) -> int:
        """The bytes that are held, at most: each gradient is sent by one node."""
        rows = [row for row in self._rows if isinstance(row, tuple)]
        sent = [grad for _, _, grads in rows for grad in grads if grad is not None]
        return sum([grad.numel() * grad.element_size() for grad in sent])

    def made(self, log: EventLog) -> Iterator[EventRow]:
        """The events, of the log that they are to be in."""
        nodes, gradients, place = self._nodes, self._gradients, self._place
        row_of = log.row_of_node
        for row in self._rows:
            if isinstance(row, list):
                yield row
                continue
            node_id, given, sent = row
            read, made = gradients.copies(given, ours=True), gradients.copies(sent, ours=True)
            op = grad_fn_name(nodes[node_id])
            yield row_of(Phase.BACKWARD, op, read, made, node_id, None, place)


def has_other_hooks(handle: RemovableHandle) -> bool:
    """Whether others have a hook where this one is."""
    hooks = handle.hooks_dict_ref()
    return hooks is not None and len(hooks) > 1
