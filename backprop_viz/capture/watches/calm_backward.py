"""What a backward does at its nodes in which no Python runs but ours, noted once it is over."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import chain, compress, repeat
from typing import Any, Self

import torch
from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.code.own_faults import note
from backprop_viz.capture.graph.found_nodes import NumberedNodes
from backprop_viz.capture.graph.graphs import grad_fn_name
from backprop_viz.capture.graph.walked_graph import WalkedGraph
from backprop_viz.capture.logs.event_log import WRITTEN_UNSEEN, EventLog, EventRow
from backprop_viz.capture.tensors.borrowed import is_lent, is_shared
from backprop_viz.capture.tensors.handed_gradients import HandedGradients
from backprop_viz.capture.tensors.holders import (
    Memories,
    held_by_others,
    hold_alone,
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
        self._ran = _Ran()
        self._hooks = NodeHooks(self._ran.keeper())
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
        ran = self._ran
        shared = ran.held_by_others(self._walked.roots, self._leaves.first_apart)
        taken = [] if ran.is_followed else self._leaves.take_memory(ran.sent, ran.given, shared)
        if not taken:
            return shared
        self._log.snapshots.borrowed.expose(taken)
        return shared | with_memory_of(taken, ran.gradients())

    def _note(self) -> None:
        """Note what has run. Only what others hold is copied, or else read where it lies, now."""
        ran = self._ran
        if not ran.nodes:
            return
        gradients, leaves = HandedGradients(self._log.snapshots), self._leaves
        leaves.came(ran.nodes, ran.given)
        shared = self._shared()
        leaves.have_grown(self._log, self._parameters, ran.given, shared)
        told = self._names, self._walked.numbered, self._place, self._whole
        late = _LateEvents(ran, gradients, leaves, *told)
        if shared:
            late.look_at(shared)
        self._log.note_later(len(ran.nodes), late.made, late.nbytes)
        if self._at_once:
            self._log.make_up()
            ran.clear()


class _Ran:
    """The nodes that have run, in order, and what each has sent and was given.

    ``versions`` are those of what a node has sent, by its number; all are 0 where it has none.
    """

    def __init__(self) -> None:
        self.nodes: list[GradFn] = []
        self.sent: list[Grads] = []
        self.given: list[Grads] = []
        self.versions: dict[int, list[int]] = {}
        self.is_followed = False  # whether autograd follows the backward

    def keeper(self) -> Callable[[Grads, Grads], None]:
        """What keeps here what a node has sent and was given, when it has run."""
        nodes, versions, running = self.nodes, self.versions, _running
        keep_node, keep_sent, keep_given = nodes.append, self.sent.append, self.given.append

        def ran(sent: Grads, given: Grads) -> None:
            try:
                if not nodes:
                    self.is_followed = torch.is_grad_enabled()
                for grad in sent:
                    if grad is not None and grad._version:
                        versions[len(nodes)] = [one._version for one in sent if one is not None]
                        break
                keep_node(running())
                keep_sent(sent)
                keep_given(given)
            except Exception as fault:
                note(fault)

        return ran

    def clear(self) -> None:
        """Hold nothing any more."""
        for held in (self.nodes, self.sent, self.given):
            held.clear()

    def gradients(self) -> Iterator[Any]:
        """What all nodes have sent, and what they were given."""
        return chain.from_iterable(chain(self.sent, self.given))

    def held_by_others(self, roots: Sequence[GradFn | None], leaves_apart: bool) -> set[int]:
        """The id() of each gradient of which others have the memory, after a backward from these.

        torch's own nodes send what they have just made, what they were given, or views of either,
        and keep none of it unless autograd follows. So all memory is new but for that of what the
        backward began with; and what was made only to send a view of it, nobody else can have.

        New memory goes on to nodes, to who has asked for a gradient, and to a leaf. All of them
        hold the tensor itself but the leaf, whose ``.grad`` may be another with that memory:
        ``leaves_apart`` if none is.
        """
        keys = list(map(id, self.gradients()))
        all_ = dict(zip(keys, self.gradients(), strict=True))
        all_.pop(id(None), None)
        is_new = not self.is_followed and self._begins_with_new(roots)
        alone = is_new and hold_alone(all_, len(keys) - keys.count(id(None)))
        if alone and leaves_apart and not any(map(is_shared, self._given_to(roots))):
            return set()
        memories = Memories.of(all_.values())
        return held_by_others(all_, memories, Counter(keys), not is_new, bases_unseen=is_new)

    def _begins_with_new(self, roots: Sequence[GradFn | None]) -> bool:
        """Whether what these were given to begin with is whole, in memory of torch's.

        A leaf (None) may be given that after others have sent something.
        """
        begun = self._given_to(roots)
        return None not in roots and not any(one._is_view() or is_lent(one) for one in begun)

    def _given_to(self, roots: Sequence[GradFn | None]) -> Iterator[Tensor]:
        # One root runs first.
        begins = (True,) if len(roots) == 1 else map(roots.__contains__, self.nodes)
        given = chain.from_iterable(compress(self.given, begins))
        return (grad for grad in given if grad is not None)


class _LateEvents:
    """What has run, of which the events are made when somebody looks.

    The log holds this, so this does not hold the log: a cycle would keep a whole recording until
    the collector comes to it.
    """

    def __init__(
        self,
        ran: _Ran,
        gradients: HandedGradients,
        leaves: GrownLeaves,
        names: Mapping[int, str],
        numbered: NumberedNodes,
        place: CodePlace | None,
        whole: "_Whole | None",
    ) -> None:
        self._ran, self._gradients, self._leaves = ran, gradients, leaves
        self._names, self._numbered = names, numbered
        self._place, self._whole = place, whole

    def look_at(self, shared: Set[int]) -> None:
        """Others have the memory of these gradients, by their id()."""
        ran = self._ran
        exchanged = enumerate(zip(ran.sent, ran.given, strict=True))
        numbers = [
            i for i, (sent, given) in exchanged if not shared.isdisjoint(map(id, sent + given))
        ]
        self._compare(numbers)
        for number in numbers:
            grads = ran.given[number], ran.sent[number]
            for some, whole in zip(grads, self._whole_at(ran.nodes[number]), strict=True):
                held = [grad if id(grad) in shared else None for grad in some]
                self._gradients.copies(held, whole=whole)

    def _compare(self, numbers: Iterable[int]) -> None:
        compare, sent, versions = self._gradients.compare, self._ran.sent, self._ran.versions
        for number in numbers:
            compare(sent[number], versions.get(number, _ALL_NEW), _LOST)

    def nbytes(self) -> int:
        """The bytes that are held, at most: each gradient is sent by one node."""
        sent = [grad for grads in self._ran.sent for grad in grads if grad is not None]
        return sum([grad.numel() * grad.element_size() for grad in sent])

    def made(self, log: EventLog) -> Iterator[EventRow]:
        """The events, of the log that they are to be in."""
        ids, place, row_of = self._numbered.ids, self._place, log.row_of_node
        copies, leaves, ran = self._gradients.copies, self._leaves, self._ran
        self._compare(range(len(ran.nodes)))
        leaves.tell(self._gradients)
        for node, sent, given in zip(ran.nodes, ran.sent, ran.given, strict=True):
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
        self._of_weights = walked.of_weights

    def at(self, node: GradFn) -> tuple[Iterable[bool], Iterable[bool]]:
        """Of each that a node is given, and of each that it sends."""
        of_weights = self._of_weights
        return repeat(node in of_weights), [to in of_weights for to, _ in node.next_functions]


_ALL = repeat(True), repeat(True)
