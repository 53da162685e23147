"""Gradients that zero_grad cleared before an optimizer could use them."""

from collections.abc import Iterator

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase


def find(recording: Recording) -> Iterator[Finding]:
    """``cleared_before_step``; ``never_stepped``, where no optimizer stepped at all."""
    ends = [span.stop for span in recording.spans if span.phase is Phase.UPDATE]
    cleared: list[int] = []
    for indices in recording.happened_to.values():
        clearing = _clearing(recording, indices)
        if clearing is not None:
            cleared.append(clearing)
    if not cleared:
        return
    last, count = max(cleared), len(cleared)
    if any(end > last for end in ends):
        yield Finding("cleared_before_step", "warning", (count,), event=last)
    elif not ends and sum(span.phase is Phase.BACKWARD for span in recording.spans) > 1:
        yield Finding("never_stepped", "warning", (count,), event=last)


def _clearing(recording: Recording, indices: tuple[int, ...]) -> int | None:
    """Where what backward added to a parameter's ``.grad`` was cleared, and it never moved."""
    added, found = False, None
    for i in indices:
        event = recording.events[i]
        if event.phase is Phase.UPDATE:
            return None
        if event.phase is Phase.ZERO_GRAD and added:
            added, found = False, i
        added |= event.op == "AccumulateGrad"
    return None if added else found
