"""Whether a breakpoint holds at what has just happened: an event, or the end of a phase."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from backprop_viz.analysis.cursor.breakpoints import first_hit, holds, layer_ends
from backprop_viz.capture.recorder import Recorder
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.graph import Graph
from backprop_viz.recording.trace.phases import Phase

_NUMBER = re.compile(r"( \(\d+\)|\d+)$")  # what tells layers of one title apart


class EventHolds:
    """The ``breakpoints`` of a loop, asked after each event of an iteration, and after a phase.

    A layer ends with the last of its operations, which is known when another layer's has run.
    """

    def __init__(self) -> None:
        self.breakpoints: tuple[Breakpoint, ...] = ()
        self._held_after = 0  # so many events of the iteration
        self._running: set[str] = set()  # layers with a breakpoint that may have begun
        # For which graph and breakpoints the nodes were found.
        self._found_in: tuple[Graph, tuple[Breakpoint, ...]] | None = None
        self._nodes: dict[int, Breakpoint] = {}

    def begin(self) -> None:
        """Another iteration begins."""
        self._held_after = 0
        self._running.clear()

    def forget_lines(self) -> None:
        """The loop goes on in another file, in which none is."""
        self.breakpoints = tuple(b for b in self.breakpoints if b.kind != "line")

    def held(self, recording: Recording) -> None:
        """The loop is held here."""
        self._held_after = len(recording.events)

    def phase_ended(self, recording: Recording) -> bool:
        """Whether one holds at the end of a phase, where the loop has not been held already."""
        end = len(recording.events)
        held = end == self._held_after
        return not held and first_hit(recording, self.breakpoints, max(end - 1, 0)) is not None

    def reached(
        self, event: Event, recorder: Recorder, each: Callable[[], bool]
    ) -> Iterator[Recording]:
        """The iteration wherever it is to be held, now that this event has happened.

        ``each``: whether it is held after each event, asked anew once it was held.
        """
        if (ended := self._layer_ended(event, recorder)) is not None:
            yield ended
        if each() or self._holds(event, recorder):
            yield recorder.recording()

    def _layer_ended(self, event: Event, recorder: Recorder) -> Recording | None:
        """The iteration without its newest event, if a layer with a breakpoint ended before it."""
        keys = {str(b.key) for b in self.breakpoints if b.kind == "layer"}
        if not keys or event.phase not in (Phase.FORWARD, Phase.LOSS):
            self._running.clear()
            return None
        begun, found = self._running & keys, None
        if begun:
            recording = recorder.recording()
            last = len(recording.events) - 2
            name = layer_ends(recording).get(last)
            if name in begun and recording.events[last].phase is event.phase:
                self._running.discard(name)
                found = _without_newest(recording)
        parts = {event.op, event.module or "", "pool" if "pool" in event.op else ""}
        # What no module of its own has run may be any layer.
        alone = not event.module
        self._running |= {k for k in keys if alone or {k, _NUMBER.sub("", k)} & parts}
        return found

    def _holds(self, event: Event, recorder: Recorder) -> bool:
        """Whether one holds at the newest event."""
        if event.phase is Phase.BACKWARD and event.node is not None:
            self._find_nodes(recorder)
            if event.node in self._nodes and self._nodes[event.node] in self.breakpoints:
                return True
        return any(_holds_at(b, event, recorder) for b in self.breakpoints)

    def _find_nodes(self, recorder: Recorder) -> None:
        """Find the nodes with a breakpoint in the graph that backward runs."""
        wanted = (recorder.graph, tuple(b for b in self.breakpoints if b.kind == "node"))
        if self._found_in != wanted:
            self._found_in = wanted
            places = ((b, recorder.graph.find(b.key)) for b in wanted[1])
            self._nodes = {node.id: b for b, node in places if node is not None}


def _holds_at(breakpoint_: Breakpoint, event: Event, recorder: Recorder) -> bool:
    """Whether a breakpoint holds at the newest event; those before are looked at if it may."""
    if breakpoint_.kind == "not_finite" and holds(breakpoint_, (event,), 0, None):
        events = recorder.recording().events
        return holds(breakpoint_, events, len(events) - 1, None)
    return breakpoint_.kind != "not_finite" and holds(breakpoint_, (event,), 0, None)


def _without_newest(recording: Recording) -> Recording:
    *spans, last = recording.spans
    shorter = replace(last, stop=last.stop - 1)
    return replace(recording, events=recording.events[:-1], spans=(*spans, shorter))
