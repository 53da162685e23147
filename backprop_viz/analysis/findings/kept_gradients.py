"""zero_grad was left out: the gradients of the iteration before are in those of this one."""

from collections.abc import Iterator

from backprop_viz.recording.finding import Finding
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.phases import Phase


def find(recording: Recording) -> Iterator[Finding]:
    """``gradients_kept``. Several backwards before a step, or none, are accumulation: meant."""
    phases = [span.phase for span in recording.spans]
    if Phase.UPDATE not in phases or Phase.ZERO_GRAD in phases[: phases.index(Phase.UPDATE)]:
        return
    kept = []
    for parameter in recording.parameters:
        added = [
            recording.events[i]
            for i in recording.happened_to.get(parameter.name, ())
            if recording.events[i].op == "AccumulateGrad"
        ]
        if len(added) > 1:
            return
        if added and added[0].inputs[0] is not None and added[0].inputs[0].any():
            kept.append(parameter.name)
    if kept:
        yield Finding("gradients_kept", "warning", (len(kept), kept[0]), kept[0])
