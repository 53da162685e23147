"""The part of an iteration's graph that the pass at the cursor made: of one micro-batch, say."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from backprop_viz.analysis.phase_runs import PhaseRun, phase_runs
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.trace.graph import Graph


@dataclass(frozen=True, slots=True)
class GraphOfPass:
    """``nodes`` are the ids of what a pass made and of all that its backward can reach.

    ``run`` is one of the pass's phases, the first; ``start`` is the event with which that begins.
    """

    nodes: frozenset[int]
    run: PhaseRun

    @property
    def start(self) -> int:
        """The events of this pass begin here."""
        return self.run.span.start


def graph_of_pass(cursor: Cursor) -> GraphOfPass | None:
    """The nodes of the pass that the cursor is in, or that was the last before it.

    None where the iteration has only one pass, or where it is that of the whole graph.
    """
    runs = [run for run in phase_runs(cursor.recording) if run.batch]
    if not runs or runs[-1].batch < 2:
        return None
    begun = [run.batch for run in runs if run.span.start < cursor.position]
    found = _graph_of(cursor.recording, begun[-1] if begun else 1)
    return found if 0 < len(found.nodes) < len(cursor.recording.graph.nodes) else None


@lru_cache(maxsize=4)
def _graph_of(recording: Recording, batch: int) -> GraphOfPass:
    runs = [run for run in phase_runs(recording) if run.batch == batch]
    events = (event for run in runs for event in recording.events[run.span.start : run.span.stop])
    made = {event.node for event in events if event.node is not None}
    return GraphOfPass(frozenset(reachable(recording.graph, made)), runs[0])


def reachable(graph: Graph, starts: Iterable[int]) -> set[int]:
    """The ids of these nodes and of all that edges lead to from them."""
    following: dict[int, list[int]] = {}
    for a, b in graph.edges:
        following.setdefault(a, []).append(b)
    found = set(starts)
    waiting = list(found)
    for node in waiting:
        for child in following.get(node, ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found
