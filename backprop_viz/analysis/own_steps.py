"""The operations by which somebody's own code has computed what it moved or sent.

That is a loop's own lines, an optimizer whose rule is not known, and a Function's backward.
"""

from backprop_viz.analysis.optimizers import optimizer_of
from backprop_viz.analysis.phase_runs import MOVED_BY_HAND
from backprop_viz.analysis.provenance import tracked
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.phases import Phase


def is_told_by_operations(event: Event) -> bool:
    """Whether no rule is known by which a weight, a state or a gradient became what it is."""
    if event.phase is Phase.BACKWARD and event.node is not None:  # torch's own have a number
        return event.op != "AccumulateGrad" and not event.op[-1:].isdigit()
    updates = event.phase is Phase.UPDATE and optimizer_of(event.op) is None
    return updates or event.op == MOVED_BY_HAND


def moved_by(recording: Recording, moved: int, tensor: int) -> tuple[int, int] | None:
    """The operation that made what an update, the event ``moved``, tells of, and its output.

    ``tensor``: the new weight or ``.grad``, or what the optimizer keeps. The operation is the last
    before that with the same numbers, bit for bit: one of the step's own, else one that a forward
    ran without a graph, as where a model moves its teacher itself. None if none is recorded.
    Of a node it is one of its backward's own.
    """
    events, new = recording.events, recording.tensors[tensor]
    of_node = events[moved].node is not None
    for i in range(moved - 1, -1, -1):
        if not (events[i].is_beside_nodes if of_node else _is_of_update(events[i])):
            break
        for slot, made in enumerate(events[i].outputs if events[i].is_beside_graph else ()):
            if made is not None and same_numbers(made, new):
                return i, slot
    if of_node:
        return None
    for i in range(moved - 1, -1, -1):
        event = events[i]
        in_forward = event.phase in (Phase.FORWARD, Phase.LOSS) and not tracked(event)
        made = event.outputs[0] if in_forward and len(event.outputs) == 1 else None
        if made is not None and same_numbers(made, new):
            return i, 0
    return None


def operations_of_move(recording: Recording, moved: int) -> tuple[int, ...]:
    """All the operations that have led to a new weight, in order."""
    (new,) = recording.events[moved].output_ids
    last = None if new is None else moved_by(recording, moved, new)
    if last is None:
        return ()
    events, wanted, found = recording.events, set(recording.events[last[0]].output_ids), list[int]()
    for i in range(last[0], -1, -1):
        if not _is_of_update(events[i]):
            break
        if events[i].is_beside_graph and not wanted.isdisjoint(events[i].output_ids):
            found.append(i)
            wanted.update(events[i].input_ids)
    return tuple(reversed(found))


def _is_of_update(event: Event) -> bool:
    """Whether it may be one of a step: what changes a ``.grad`` in it counts as backward."""
    return event.phase is Phase.UPDATE or event.is_beside_nodes or event.op == MOVED_BY_HAND


def same_numbers(one: Array, other: Array) -> bool:
    """Whether two arrays are alike to the last bit."""
    if (one.shape, one.dtype) != (other.shape, other.dtype):
        return False
    first = (0,) * one.ndim  # large ones are not copied to find that it differs
    if one.size and one[first].tobytes() != other[first].tobytes():
        return False
    return one.tobytes() == other.tobytes()
