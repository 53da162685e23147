"""Gradients that no optimizer uses: cleared before it could, or added up without end."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import loss_is_divided
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase

# Fewer may be added up on purpose before the step comes.
_PILED_FROM = 32


def find(recording: Recording) -> Iterator[Finding]:
    """``cleared_before_step``; ``never_stepped``, where no optimizer stepped in any turn.

    One who only looks at gradients may clear them once, when that is done.
    ``gradients_pile_up``: none has stepped, and nothing is cleared.
    """
    ends = [span.stop for span in recording.spans if span.phase is Phase.UPDATE]
    cleared: list[tuple[int, int]] = []
    for indices in recording.happened_to.values():
        clearing = _clearing(recording, indices)
        if clearing is not None:
            cleared.append(clearing)
    if not cleared:
        yield from _piled_up(recording)
        return
    first, last = min(start for start, _ in cleared), max(end for _, end in cleared)
    count = len(cleared)
    if any(end > last for end in ends):
        yield Finding("cleared_before_step", "warning", (count,), event=last)
    elif ends or any(group.only_cleared for group in recording.groups):
        return  # what the source says of a step is told by itself
    elif any(s.phase is Phase.BACKWARD and s.start > first for s in recording.spans):
        yield Finding("never_stepped", "warning", (count,), event=last)


def _piled_up(recording: Recording) -> Iterator[Finding]:
    """Every weight is what it was, though backward came again and again, always from one line."""
    moves = any(event.phase is Phase.UPDATE for event in recording.events)
    if moves or not recording.groups or loss_is_divided(recording):
        return
    added = {
        name: [i for i in indices if recording.events[i].op == "AccumulateGrad"]
        for name, indices in recording.happened_to.items()
    }
    name = max(added, key=lambda each: len(added[each]), default="")
    times = added.get(name, [])
    events = [recording.events[i] for i in times]
    if len(times) < _PILED_FROM or len({event.place for event in events}) > 1:
        return  # as yet, or of several losses
    yield Finding("gradients_pile_up", "warning", (len(times),), name, times[-1])


def _clearing(recording: Recording, indices: tuple[int, ...]) -> tuple[int, int] | None:
    """Where what backward added to a parameter's ``.grad`` was cleared, and it never moved.

    That is first, and last.
    """
    added, found = False, list[int]()
    for i in indices:
        event = recording.events[i]
        if event.phase is Phase.UPDATE:
            return None
        if event.phase is Phase.ZERO_GRAD and added:
            added = False
            found.append(i)
        added |= event.op == "AccumulateGrad"
    return None if added or not found else (found[0], found[-1])
