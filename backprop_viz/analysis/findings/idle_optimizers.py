"""One of several optimizers whose step is forgotten: its parameters get gradients, and stay."""

from collections.abc import Iterator

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase


def find(recording: Recording) -> Iterator[Finding]:
    """``one_never_steps``: another optimizer steps, and this one's gradients are only cleared.

    That it never steps is known from the source alone: in an iteration of a GAN one of the two
    waits for its turn, too.
    """
    if recording.span(Phase.UPDATE) is None:
        return
    filled: dict[str, list[str]] = {}
    for group in [one for one in recording.groups if one.only_cleared]:
        for name in group.parameters:
            ops = {recording.events[i].op for i in recording.happened_to.get(name, ())}
            if "AccumulateGrad" in ops:
                filled.setdefault(group.rule, []).append(name)
    for rule, names in filled.items():
        last = max(i for name in names for i in recording.happened_to[name])
        yield Finding("one_never_steps", "warning", (rule, names[0], len(names)), names[0], last)
