"""Moves of weights by a loop's own lines behind a step, added to what is recorded of that."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from backprop_viz.capture.watches.late_changes import CHANGED
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event, PhaseSpan
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import Array
from backprop_viz.recording.trace.torch_error import CodePlace


@dataclass(frozen=True, slots=True)
class MovesBehind:
    """What weights have become, by their names, and the line of the loop that did it."""

    values: Mapping[str, Array]
    place: CodePlace | None

    def added_to(self, recording: Recording) -> Recording:
        """The recording with an event for each, in a span of the update that follows the step's.

        Names that it does not know are left out.
        """
        end, tensors = recording.at(len(recording.events)), recording.tensors
        events = list(recording.events)
        for name, value in self.values.items():
            if name in recording.by_parameter:
                read, made = (end.value_id(name), end.grad_id(name)), (tensors.add(value),)
                told = tensors, None, name
                events.append(Event(Phase.UPDATE, CHANGED, read, made, *told, place=self.place))
        if len(events) == len(recording.events):
            return recording
        span = PhaseSpan(Phase.UPDATE, len(recording.events), len(events), 0.0)
        return replace(recording, events=tuple(events), spans=(*recording.spans, span))
