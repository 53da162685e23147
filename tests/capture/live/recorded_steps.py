"""What recordings tell of the steps of a script's optimizers."""

from collections.abc import Iterator
from itertools import groupby

from backprop_viz.analysis.phase_runs import between_closures
from backprop_viz.capture.watches.late_changes import CHANGED
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import Array


def optimizer_steps(recording: Recording) -> Iterator[dict[str, Event]]:
    """For each step of an optimizer its updates, by parameter."""

    def steps(numbered: tuple[int, Event]) -> bool:
        i, event = numbered
        updates = event.phase is Phase.UPDATE and event.op != CHANGED
        return updates and not between_closures(recording, i)

    for updates, events in groupby(enumerate(recording.events), steps):
        if updates:
            yield {str(event.parameter): event for _, event in events}


def told_of_step(recording: Recording, updates: dict[str, Event]) -> list[Array | None]:
    """The gradients that a step found, then the weights that it left, of all its groups in order.

    None for what is not recorded.
    """
    rule = next(iter(updates.values())).op
    groups = [group for group in recording.groups if group.rule == rule]
    names = [name for group in groups for name in group.parameters if name in updates]
    assert len(names) == len(updates)
    told = [updates[name].inputs[1] for name in names]
    return [*told, *(updates[name].outputs[0] for name in names)]
