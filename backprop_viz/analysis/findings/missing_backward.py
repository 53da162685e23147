"""An optimizer that steps though no backward ran: it has no gradient to go by."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events, is_zero, tracked
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase


def find(recording: Recording) -> Iterator[Finding]:
    """``no_backward``: the step found no gradient, or nothing but zeros.

    Silent where gradients are there that an earlier backward left, and where the loop itself
    changes weights, which it may do without ``.grad``.
    """
    step, groups = recording.span(Phase.UPDATE), recording.groups
    if step is None or recording.span(Phase.BACKWARD) is not None:
        return
    if not groups or not groups[0].parameters:
        return
    followed = [i for i, event in forward_events(recording) if tracked(event)]
    updates = [event for event in recording.events if event.phase is Phase.UPDATE]
    moved = [event for event in updates if not event.is_of_step]
    grads = [event.inputs[1] for event in moved]
    found = tuple(grad for grad in grads if grad is not None)
    if followed and len(found) == len(grads) and is_zero(found):
        yield Finding("no_backward", "error", (groups[0].rule,), event=followed[-1])
