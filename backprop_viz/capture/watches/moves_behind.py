"""Moves of weights by a loop's own lines behind a step, added to what is recorded of that."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from numpy import ndarray

from backprop_viz.analysis.own_steps import same_numbers
from backprop_viz.capture.logs.event_log import Copy, not_copied
from backprop_viz.capture.watches.held_copies import are_same
from backprop_viz.capture.watches.late_changes import CHANGED
from backprop_viz.capture.watches.step_operations import RanOperation
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
    operations: Sequence[RanOperation] = ()

    def added_to(self, recording: Recording) -> Recording:
        """The recording with an event for each, in a span of the update that follows the step's.

        Names that it does not know are left out.
        """
        end, tensors = recording.at(len(recording.events)), recording.tensors
        events = [*recording.events, *self._led_by(recording)]
        before = len(events)
        for name, value in self.values.items():
            if name in recording.by_parameter:
                read, made = (end.value_id(name), end.grad_id(name)), (tensors.add(value),)
                told = tensors, None, name
                place = self._line_of(value)
                events.append(Event(Phase.UPDATE, CHANGED, read, made, *told, place=place))
        if len(events) == before:
            return recording
        span = PhaseSpan(Phase.UPDATE, len(recording.events), len(events), 0.0)
        return replace(recording, events=tuple(events), spans=(*recording.spans, span))

    def _line_of(self, value: Array) -> CodePlace | None:
        """Where the operation ran that made it; else the line that moved the last of them."""
        led = (one.place for one in reversed(self.operations) if are_same(one.made[0], value))
        return next(led, self.place)

    def _led_by(self, recording: Recording) -> Iterator[Event]:
        """The operations as events of the recording, of which they read weights and gradients."""
        end, tensors = recording.at(len(recording.events)), recording.tensors
        names = recording.by_parameter
        ids = [*map(end.value_id, names), *map(end.grad_id, names)]
        known = [tensors[one] for one in ids if one is not None]

        def as_known(copy: Copy) -> Copy:
            if not isinstance(copy, ndarray) or tensors.known(copy) is not None:
                return copy
            return next((one for one in known if same_numbers(one, copy)), copy)

        for ran in self.operations:
            read, made = tuple(map(as_known, ran.read)), ran.made
            told = tensors.add_all(read), tensors.add_all(made), tensors
            more = {"missing": not_copied(read, made), "place": ran.place, "call": ran.call}
            yield Event(Phase.UPDATE, ran.op, *told, tracked=False, grad_enabled=False, **more)
