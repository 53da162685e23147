"""What each backward of an iteration started from, and the parts of which that is the sum."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase

_SUMS = {"add": 1.0, "add_": 1.0, "sub": -1.0, "sub_": -1.0}
# What multiplies a part by a number leaves it the part that it is.
_FACTORS = ("mul", "mul_", "div", "div_")


@dataclass(frozen=True, slots=True)
class LossPart:
    """A number that is added, with its sign, and the operation that made it."""

    op: str
    value: float


@dataclass(frozen=True, slots=True)
class LossRoot:
    """The operation that made what a backward started from: its event, and the number.

    ``parts``: what was added up to it, if anything was; its value but for rounding is their sum.
    """

    event: int
    op: str
    value: float
    parts: tuple[LossPart, ...] = ()


_known: "WeakKeyDictionary[Recording, tuple[LossRoot, ...]]" = WeakKeyDictionary()


def loss_roots(recording: Recording) -> tuple[LossRoot, ...]:
    """What each backward started from, in order; of those that started from one number."""
    known = _known.get(recording)
    if known is None:
        known = _known[recording] = _found(recording)
    return known


def _found(recording: Recording) -> tuple[LossRoot, ...]:
    by_node = {
        event.node: i
        for i, event in enumerate(recording.events)
        if event.node is not None and event.phase in (Phase.FORWARD, Phase.LOSS)
    }
    reads: dict[int, list[int]] = {}
    for sender, node in recording.graph.edges:
        reads.setdefault(sender, []).append(node)
    sent: set[int | None] = set()
    due: set[int] = set()  # the nodes that something was sent to
    roots: list[LossRoot] = []
    for event in recording.events:
        if event.phase is not Phase.BACKWARD or event.node is None:
            continue
        # A gradient that no node has sent is the one that backward starts with; but those of
        # several nodes are added up first.
        made = by_node.get(event.node)
        first = event.parameter is None and not sent.intersection(event.input_ids[:1])
        first = first and event.node not in due
        due.discard(event.node)
        due.update(reads.get(event.node, ()))
        sent.update(event.output_ids)
        value = None if made is None else _number(recording.events[made])
        if first and made is not None and value is not None:
            op = recording.events[made].op
            roots.append(LossRoot(made, op, value, _parts(recording, made)))
    return tuple(roots)


def _parts(recording: Recording, root: int) -> tuple[LossPart, ...]:
    """The numbers that are added up to an event's output; none if it adds nothing up."""
    if recording.events[root].op not in _SUMS:
        return ()
    makers = {
        tensor: i
        for i, event in enumerate(recording.events[: root + 1])
        for tensor in event.output_ids
        if event.phase in (Phase.FORWARD, Phase.LOSS)
    }
    found: list[LossPart] = []

    def add(tensor: int | None, sign: float) -> None:
        value = None if tensor is None else recording.tensors[tensor]
        if value is None or value.size != 1 or np.iscomplexobj(value):
            return
        event = recording.events[makers[tensor]] if tensor in makers else None
        if event is not None and event.op in _SUMS:
            for read, factor in zip(event.input_ids, (1.0, _SUMS[event.op]), strict=False):
                add(read, sign * factor)
            return
        while event is not None and event.op in _FACTORS:
            inner = next((i for i in event.input_ids if i in makers), None)
            if inner is None:
                break
            event = recording.events[makers[inner]]
        found.append(LossPart("" if event is None else event.op, sign * float(value.item())))

    add(recording.events[root].output_ids[0], 1.0)
    return tuple(found)


def _number(event: Event) -> float | None:
    """What an event made, if that is one real number."""
    made = event.outputs[0] if event.outputs else None
    if made is None or made.size != 1 or np.iscomplexobj(made):
        return None
    return float(made.item())
