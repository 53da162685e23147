"""An optimizer whose step is forgotten: its parameters get gradients, and stay."""

from collections.abc import Iterator, Sequence

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase


def find(recording: Recording) -> Iterator[Finding]:
    """``one_never_steps``: another optimizer steps, and this one's gradients are only cleared.

    That it never steps is known from the source alone: in an iteration of a GAN one of the two
    waits for its turn, too. ``never_stepped``: nor does any other.
    """
    filled: dict[str, list[str]] = {}
    for group in [one for one in recording.groups if one.only_cleared]:
        for name in group.parameters:
            ops = {recording.events[i].op for i in recording.happened_to.get(name, ())}
            if "AccumulateGrad" in ops:
                filled.setdefault(group.rule, []).append(name)
    if not filled:
        return
    lasts = {rule: _last(recording, names) for rule, names in filled.items()}
    if recording.span(Phase.UPDATE) is None:
        count = sum(map(len, filled.values()))
        yield Finding("never_stepped", "warning", (count,), event=max(lasts.values()))
        return
    for rule, names in filled.items():
        values = rule, names[0], len(names)
        yield Finding("one_never_steps", "warning", values, names[0], lasts[rule])


def _last(recording: Recording, names: Sequence[str]) -> int:
    """The last event of some parameters."""
    return max(i for name in names for i in recording.happened_to[name])
