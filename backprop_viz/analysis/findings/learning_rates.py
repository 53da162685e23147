"""Learning rates that are unusual by themselves, whatever the weights."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.modules import OptimizerGroup
from backprop_viz.recording.trace.phases import Phase

# These move each weight by about the rate, whatever the gradient's size. 1e-3 is usual.
_BY_RATE = {"Adam", "AdamW", "NAdam", "RAdam", "Adamax", "RMSprop"}
_MOST = 0.1
# Single numbers, such as the length scale and the noise of a Gaussian process, take far more.
_MOST_OF_SINGLES = 1.0


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
            if group.rule not in still and not _moves(recording, group):
                still.add(group.rule)
                yield Finding("rate_is_zero", "hint", (group.rule,), name, moved[0])
        elif group.rule in _BY_RATE and rate >= _most(recording, group):
            yield Finding("rate_too_large", "warning", (group.rule, rate), name, moved[0])


def _most(recording: Recording, group: OptimizerGroup) -> float:
    """The rate from which on it is too large for these parameters."""
    own = (one for one in recording.parameters if one.name in group.parameters)
    return _MOST_OF_SINGLES if all(one.value.size == 1 for one in own) else _MOST


def _moves(recording: Recording, group: OptimizerGroup) -> bool:
    """Whether its weights have moved all the same, or a schedule begins at 0 with the first step.

    Some optimizers compute their rates themselves, as Adafactor does.
    """
    events = [event for name in group.parameters for event in _steps(recording, name)]
    if any(not _is_same(event) for event in events):
        return True
    if not group.options.get("initial_lr"):
        return False
    states = [before for event in events for before, _ in event.state_ids.values()]
    return not any(before is not None for before in states) if states else recording.iteration == 1


def _steps(recording: Recording, parameter: str) -> Iterator[Event]:
    for i in recording.happened_to.get(parameter, ()):
        event = recording.events[i]
        if event.phase is Phase.UPDATE:
            yield event


def _is_same(event: Event) -> bool:
    """Whether a step has left a weight, or it is not recorded."""
    before, after = event.inputs[0], event.outputs[0]
    return before is None or after is None or np.array_equal(before, after, equal_nan=True)
