"""Learning rates that are unusual by themselves, whatever the weights."""

from collections.abc import Iterator

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase

# These move each weight by about the rate, whatever the gradient's size. 1e-3 is usual.
_BY_RATE = {"Adam", "AdamW", "NAdam", "RAdam", "Adamax", "RMSprop"}
_MOST = 0.1


def find(recording: Recording) -> Iterator[Finding]:
    """``rate_too_large``; ``rate_is_zero``, as a warm-up may begin."""
    moved = [i for i, e in enumerate(recording.events) if e.phase is Phase.UPDATE]
    if not moved:
        return
    for group in recording.groups:
        rate = group.options.get("lr")
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not group.parameters:
            continue
        name = group.parameters[0]
        if rate == 0:
            yield Finding("rate_is_zero", "hint", (group.rule,), name, moved[0])
        elif group.rule in _BY_RATE and rate >= _MOST:
            yield Finding("rate_too_large", "warning", (group.rule, rate), name, moved[0])
