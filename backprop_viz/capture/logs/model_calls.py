"""The calls of a model within an iteration, and which of them the loss goes back to."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.graph.graph_ages import node_number
from backprop_viz.capture.graph.graphs import walk_all
from backprop_viz.capture.logs.event_log import EventLog
from backprop_viz.recording.beside import Beside
from backprop_viz.recording.trace.phases import Phase

# Those whose events may be beside the iteration.
_PHASES = Phase.FORWARD, Phase.LOSS


class _Place(NamedTuple):
    """How many events, lines and nodes of autograd there were."""

    events: int
    lines: int
    nodes: int


@dataclass
class _Stretch:
    """A call, or what ran after it; ``needed``: the loss goes back to it.

    ``whole``: a backward went through no call, and any of its events may be what cut it off.
    """

    start: _Place
    stop: _Place
    needed: bool = False
    whole: bool = False
    # Which events were looked at last for what they made, and the ids of that.
    _seen: tuple[range, frozenset[int | None]] = range(0), frozenset()

    @property
    def events(self) -> range:
        return range(self.start.events, self.stop.events)

    @property
    def lines(self) -> range:
        return range(self.start.lines, self.stop.lines)

    def made(self, log: EventLog) -> frozenset[int | None]:
        """The ids of the tensors that it has made, not only handed on as ``x.float()`` may do."""
        events = self.events
        if self._seen[0] != events:
            told = map(log.ids, events)
            made = {id_ for read_ids, made_ids in told for id_ in made_ids if id_ not in read_ids}
            self._seen = events, frozenset(made - {None})
        return self._seen[1]


class ModelCalls:
    """Tells the calls that an iteration is made of from those beside it, such as an accuracy.

    A call belongs to the iteration if a backward goes through its graph, or if what it made is
    read by one that does. So does what runs after it with its output; but what autograd does not
    follow and the loss does not read, is beside it too. This is known when a backward begins;
    until then all belongs to the iteration.
    """

    def __init__(self) -> None:
        # Each call, followed by what ran after it up to the next one or the next phase.
        self._stretches: list[_Stretch] = []
        self._roots: set[int | None] = set()  # the ids of what a backward has started from
        self._judged = 0  # how many of the stretches there were at the last backward
        self.beside = Beside()
        self._whole = 0  # up to so many events nothing is beside a lone call
        self.before_update: int | None = None  # how many of the stretches, at the first one

    def is_one(self) -> bool:
        """Whether the model was called once."""
        return len(self._stretches) == 2

    def all_needed(self, events: int, roots: Iterable[int | None]) -> None:
        """A backward goes through all of so many events, from tensors of these ids."""
        for one in self._stretches:
            one.needed = True
        self._judged = len(self._stretches)
        self._whole = events
        self._roots.update(roots)

    def begin(self, events: int, lines: int, nodes: int | None = None) -> None:
        """The model is called, after so many events and lines of the iteration.

        Where another loss begins without a call, ``nodes`` of autograd had been made before.
        """
        place = _place(events, lines)
        if nodes is not None:
            place = place._replace(nodes=nodes)
        self._stretches += [_Stretch(place, place), _Stretch(place, place)]

    def ran(self, phase: Phase, events: int, lines: int) -> None:
        """A stretch of forward or of the loss has ended."""
        if not self._stretches:
            return
        place, (call, after) = _place(events, lines), self._stretches[-2:]
        if phase is Phase.FORWARD:
            call.stop = after.start = place
        after.stop = place

    def cut(self, events: int) -> None:
        """Drop a call that has raised, whose events began here."""
        if self._stretches and self._stretches[-2].start.events >= events:
            del self._stretches[-2:]

    def updates(self) -> None:
        """An update begins."""
        if self.before_update is None:
            self.before_update = len(self._stretches)

    def judge(
        self,
        roots: Mapping[GradFn | None, int | None],
        events: EventLog,
        buffers: Collection[int],
    ) -> bool:
        """A backward goes through what these nodes lead to; whether more or less is left out now.

        ``roots``: each with the id of the tensor that it has made; None: one without a graph.
        ``buffers``: the ids of tensors that a call changes and the next one reads, though neither
        is needed for the other.
        """
        if self.before_update is not None and not (roots or self._roots):
            return self._leave_out_logged(events, self.before_update)
        if self.is_one() and not roots and self._stretches[1].stop.events <= self._whole:
            return False
        self._roots.update(roots.values())
        since = self._stretches[self._judged :] if roots else []
        self._judged = len(self._stretches) if roots else self._judged
        nodes = [node for node in roots if node is not None]
        if roots and not nodes:
            self._keep_whole(since)
        if len(self._stretches) == 2:  # a call alone is not in question
            self._stretches[0].needed = self._stretches[1].needed = True
        else:
            numbers = sorted(map(node_number, walk_all(nodes)))
            for one in self._stretches:
                place = bisect_left(numbers, one.start.nodes)
                one.needed |= place < len(numbers) and numbers[place] < one.stop.nodes
            if not any(call.needed for call in since[::2]):
                self._keep_whole(since)
            self._keep_what_is_read(events, set(buffers))
        before, self.beside = self.beside, self._beside(events)
        return self.beside != before

    def _leave_out_logged(self, events: EventLog, updated: int) -> bool:
        """No backward has run: what is computed after an update without a call is no loss.

        It is a number that somebody looks at, as the norm of the weights.
        """
        for number, (call, after) in enumerate(self._pairs()):
            if call.events or 2 * number < updated:
                self._keep_whole((call, after))
        before, self.beside = self.beside, self._beside(events)
        return self.beside != before

    def _keep_whole(self, stretches: Iterable[_Stretch]) -> None:
        for one in stretches:
            one.needed = one.whole = True

    def has(self, event: int) -> bool:
        """Whether an event, or what began with it, belongs to the iteration."""
        return event not in self.beside.events

    def _keep_what_is_read(self, events: EventLog, buffers: Collection[int]) -> None:
        """Need the calls whose numbers go into the loss, though no gradient comes back."""
        # A loss of detached numbers is read from its root on.
        read = set(self._roots)
        for call, after in reversed(list(self._pairs())):
            made = _made_from(events, after.events, set(call.made(events)))
            if not made.difference(buffers).isdisjoint(read):
                call.needed = after.needed = True
            for i in (
                *(call.events if call.needed else ()),
                *(after.events if after.needed else ()),
            ):
                read.update(events.ids(i)[0])

    def _beside(self, events: EventLog) -> Beside:
        out: set[int] = set()
        lines: set[int] = set()
        # The ids of what has been made from the output of the calls that are needed, and of others.
        own: set[int | None] = set()
        beside: set[int | None] = set()
        for call, after in self._pairs():
            (own if call.needed else beside).update(call.made(events))
            _made_from(events, after.events, own)
            _made_from(events, after.events, beside)
            for one in (call, after):
                if not (call.needed or one.needed):
                    # A step may have run since, before what is computed with its output.
                    out.update(i for i in one.events if events[i].phase in _PHASES)
                    lines.update(one.lines)
        read: set[int | None] = set(self._roots)
        for call, after in reversed(list(self._pairs())):
            for i in reversed(after.events):
                event = events[i]
                # What became of a gradient is never beside.
                if after.whole or event.phase not in _PHASES:
                    continue
                followed = event.tracked and beside.isdisjoint(event.output_ids)
                mine = followed and not own.isdisjoint(event.output_ids)
                if i in out or not (mine or not read.isdisjoint(event.output_ids)):
                    out.add(i)
                else:
                    read.update(event.input_ids)
            # Nothing comes before the first call that it could have read.
            for i in call.events if call.needed and call is not self._stretches[0] else ():
                read.update(events.ids(i)[0])
        return Beside(frozenset(out), frozenset(lines))

    def _pairs(self) -> Iterator[tuple[_Stretch, _Stretch]]:
        return zip(self._stretches[::2], self._stretches[1::2], strict=True)


def _made_from(events: EventLog, after: Iterable[int], made: set[int | None]) -> set[int | None]:
    """Add to ``made`` what those of these events have made that read of it."""
    for i in after:
        read_ids, made_ids = events.ids(i)
        if not made.isdisjoint(read_ids):
            made.update(made_ids)
    made.discard(None)
    return made


def _place(events: int, lines: int) -> _Place:
    return _Place(events, lines, torch.autograd._get_sequence_nr())
