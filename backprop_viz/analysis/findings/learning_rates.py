"""Learning rates that are unusual by themselves, whatever the weights."""

from collections.abc import Iterator

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.modules import OptimizerGroup
from backprop_viz.recording.trace.phases import Phase

# These move each weight by about the rate, whatever the gradient's size. 1e-3 is usual.
_BY_RATE = {"Adam", "AdamW", "NAdam", "RAdam", "Adamax", "RMSprop"}
_MOST = 0.1


def find(recording: Recording) -> Iterator[Finding]:
    """``rate_too_large``; ``rate_is_zero``, once of each optimizer."""
    moved = [i for i, e in enumerate(recording.events) if e.phase is Phase.UPDATE]
    if not moved:
        return
    still = set()
    for group in recording.groups:
        rate = group.options.get("lr")
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not group.parameters:
            continue
        name = group.parameters[0]
        if rate == 0:
            if group.rule not in still and not _warms_up(recording, group):
                still.add(group.rule)
                yield Finding("rate_is_zero", "hint", (group.rule,), name, moved[0])
        elif group.rule in _BY_RATE and rate >= _MOST:
            yield Finding("rate_too_large", "warning", (group.rule, rate), name, moved[0])


def _warms_up(recording: Recording, group: OptimizerGroup) -> bool:
    """Whether a schedule begins at 0 with the first step of the optimizer."""
    if not group.options.get("initial_lr"):
        return False
    events = (recording.events[i] for name in group.parameters for i in _steps(recording, name))
    states = [before for event in events for before, _ in event.state_ids.values()]
    return not any(before is not None for before in states) if states else recording.iteration == 1


def _steps(recording: Recording, parameter: str) -> Iterator[int]:
    for i in recording.happened_to.get(parameter, ()):
        if recording.events[i].phase is Phase.UPDATE:
            yield i
