"""Parameters that nothing moves: in no optimizer, or never reached by backward."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.recording.finding import Finding
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.phases import Phase


def find(recording: Recording) -> Iterator[Finding]:
    """``not_in_optimizer``, ``never_reached``, ``nothing_reached``."""
    if recording.span(Phase.BACKWARD) is None:
        return
    phases = {
        name: {recording.events[i].phase for i in indices}
        for name, indices in recording.happened_to.items()
    }
    trained = [p.name for p in recording.parameters if p.requires_grad]
    reached = [name for name in trained if Phase.BACKWARD in phases.get(name, ())]
    if trained and not reached:
        yield Finding("nothing_reached", "error")
        return
    for name in trained:
        if name not in reached:
            yield Finding("never_reached", "warning", (name,), name)
    if not any(Phase.UPDATE in phases[name] for name in reached):
        return  # no optimizer has stepped in this iteration
    for name in reached:
        if Phase.UPDATE in phases[name]:
            continue
        last = max(i for i in recording.happened_to[name])
        grad = recording.at(len(recording.events)).grad(name)
        if grad is not None:
            norm = float(np.sqrt(np.square(np.abs(grad), dtype=np.float64).sum()))
            yield Finding("not_in_optimizer", "warning", (name, norm), name, last)
