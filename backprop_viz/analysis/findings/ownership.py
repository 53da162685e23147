"""Parameters that nothing moves: in no optimizer, or never reached by backward."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.analysis.provenance import forward_events, gradient_made, tracked
from backprop_viz.recording.finding import Finding, Severity
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.phases import Phase


def find(recording: Recording) -> Iterator[Finding]:
    """``not_in_optimizer``, ``never_reached``, ``nothing_reached``."""
    backward = recording.span(Phase.BACKWARD)
    if backward is None:
        return
    # Where it is certain that backward has not reached something.
    end = max(backward.stop - 1, 0)
    phases = {
        name: {recording.events[i].phase for i in indices}
        for name, indices in recording.happened_to.items()
    }
    trained = [p.name for p in recording.parameters if p.requires_grad]
    reached = [name for name in trained if Phase.BACKWARD in phases.get(name, ())]
    if trained and not reached:
        if not _updated_by_hand(recording):
            # Another network's turn: backward ended at leaves that are not this model's.
            ended = any(event.op == "AccumulateGrad" for event in recording.events)
            yield Finding("nothing_reached", "hint" if ended else "error", event=end)
        return
    untracked = _read_untracked_only(recording)
    for name in trained:
        if name not in reached:
            severity: Severity = "hint" if name in untracked else "warning"
            yield Finding("never_reached", severity, (name,), name, end)
    if not any(Phase.UPDATE in phases[name] for name in reached):
        return  # no optimizer has stepped in this iteration
    for name in reached:
        if Phase.UPDATE in phases[name]:
            continue
        last = max(i for i in recording.happened_to[name])
        grad = gradient_made(recording, name)
        if grad is not None:
            norm = float(np.sqrt(np.square(np.abs(grad), dtype=np.float64).sum()))
            yield Finding("not_in_optimizer", "warning", (name, norm), name, last)


def _updated_by_hand(recording: Recording) -> bool:
    """Whether a weight changed without a ``.grad``: from ``torch.autograd.grad``, say."""
    return any(
        event.phase is Phase.UPDATE and event.parameter is not None and event.inputs[1] is None
        for event in recording.events
    )


def _read_untracked_only(recording: Recording) -> set[str]:
    """The parameters used under ``no_grad`` only, as a target network's or a teacher's are."""
    read = {True: set[int | None](), False: set[int | None]()}
    for _, event in forward_events(recording):
        read[tracked(event)].update(event.input_ids)
    only = read[False] - read[True]
    return {p.name for p in recording.parameters if p.value_id in only}
