"""zero_grad was left out: the gradients of the iteration before are in those of this one."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import loss_is_divided
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding, Severity
from backprop_viz.recording.trace.phases import Phase


def find(recording: Recording) -> Iterator[Finding]:
    """``gradients_kept``. Several backwards before a step, or none, are accumulation: meant.

    A divided loss may be the last part of an accumulation whose parts are recorded one by one.
    """
    phases = {span.phase for span in recording.spans}
    # The window's own loop has the phase also where it leaves the call out.
    called = Phase.ZERO_GRAD in phases and recording.cleared
    if Phase.UPDATE not in phases or called:
        return
    kept, shown = [], list[int]()
    for parameter in recording.parameters:
        added = [
            i
            for i in recording.happened_to.get(parameter.name, ())
            if recording.events[i].op == "AccumulateGrad"
        ]
        if len(added) > 1 or _cleared_by_hand(recording, parameter.name):
            return
        before = recording.events[added[0]].inputs[0] if added else None
        if before is not None and before.any():
            kept.append(parameter.name)
            shown.append(added[0])
    if kept:
        severity: Severity = "hint" if loss_is_divided(recording) else "warning"
        values = (len(kept), kept[0])
        yield Finding("gradients_kept", severity, values, kept[0], shown[0])


def _cleared_by_hand(recording: Recording, name: str) -> bool:
    """Whether ``model.zero_grad()``, or the loop's own lines, emptied a ``.grad``."""
    events = [recording.events[i] for i in recording.happened_to.get(name, ())]
    changes = [e for e in events if e.phase is Phase.BACKWARD and e.op != "AccumulateGrad"]
    return any(e.outputs[0] is None or not e.outputs[0].any() for e in changes)
