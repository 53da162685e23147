"""How far a backward has come: how many of its nodes have run."""

from dataclasses import dataclass
from functools import lru_cache

from backprop_viz.analysis.graph.graph_of_pass import reachable
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.trace.phases import Phase


@dataclass(frozen=True, slots=True)
class NodesDone:
    """``done`` nodes of ``count`` have run in the iteration's ``nth`` backward, from 1."""

    nth: int
    done: int
    count: int


def nodes_done(cursor: Cursor) -> NodesDone:
    """How far the backward at the cursor has come.

    Micro-batches have a backward each, with nodes of its own. One that ran again with
    retain_graph, in the same phase, is another backward, too.
    """
    recording, span = cursor.recording, cursor.span(Phase.BACKWARD)
    if span is None:
        return NodesDone(1, 0, len(recording.graph.nodes))
    before = sum(s.phase is Phase.BACKWARD and s.start < span.start for s in recording.spans)
    ran = [
        sum(span.start <= i < cursor.position for i in indices)
        for indices in recording.runs.values()
    ]
    again = max(ran, default=0)
    done = sum(each == again for each in ran) if again else 0
    return NodesDone(before + max(again, 1), done, _reached(recording, span.start, span.stop))


@lru_cache(maxsize=4)
def _reached(recording: Recording, start: int, stop: int) -> int:
    """How many nodes a backward reaches whose events these are; all of them until one ran."""
    ran = (recording.events[i].node for i in range(start, min(stop, len(recording.events))))
    found = {node for node in ran if node is not None}
    if not found:
        return len(recording.graph.nodes)
    return len(reachable(recording.graph, found))
