"""Whether a breakpoint holds at the event that has just happened, within a phase."""

import re
from collections.abc import Sequence
from dataclasses import replace

from backprop_viz.analysis.cursor.breakpoints import holds, layer_ends
from backprop_viz.capture.recorder import Recorder
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.graph import Graph
from backprop_viz.recording.trace.phases import Phase

_NUMBER = re.compile(r"( \(\d+\)|\d+)$")  # what tells layers of one title apart


class EventHolds:
    """Asked after each event of an iteration; what holds at a phase's end alone is not its affair.

    A layer ends with the last of its operations, which is known when another layer's has run.
    """

    def __init__(self) -> None:
        self._running: set[str] = set()  # layers with a breakpoint that may have begun
        # For which graph and breakpoints the nodes were found.
        self._found_in: tuple[Graph, tuple[Breakpoint, ...]] | None = None
        self._nodes: dict[int, Breakpoint] = {}

    def begin(self) -> None:
        """Another iteration begins."""
        self._running.clear()

    def layer_ended(
        self, event: Event, recorder: Recorder, breakpoints: Sequence[Breakpoint]
    ) -> Recording | None:
        """The iteration without its newest event, if a layer with a breakpoint ended before it."""
        keys = {str(b.key) for b in breakpoints if b.kind == "layer"}
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

    def holds(self, event: Event, recorder: Recorder, breakpoints: Sequence[Breakpoint]) -> bool:
        """Whether one holds at the newest event."""
        if event.phase is Phase.BACKWARD and event.node is not None:
            self._find_nodes(recorder, breakpoints)
            if event.node in self._nodes and self._nodes[event.node] in breakpoints:
                return True
        return any(holds(b, event, None) for b in breakpoints)

    def _find_nodes(self, recorder: Recorder, breakpoints: Sequence[Breakpoint]) -> None:
        """Find the nodes with a breakpoint in the graph that backward runs."""
        wanted = (recorder.graph, tuple(b for b in breakpoints if b.kind == "node"))
        if self._found_in != wanted:
            self._found_in = wanted
            places = ((b, recorder.graph.find(b.key)) for b in wanted[1])
            self._nodes = {node.id: b for b, node in places if node is not None}


def _without_newest(recording: Recording) -> Recording:
    *spans, last = recording.spans
    shorter = replace(last, stop=last.stop - 1)
    return replace(recording, events=recording.events[:-1], spans=(*spans, shorter))
