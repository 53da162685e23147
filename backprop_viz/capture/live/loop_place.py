"""Where a watched loop is: in which iteration, after which layer, before which bucket."""

import time
from collections.abc import Mapping
from dataclasses import replace

from torch import Tensor

from backprop_viz.capture.live.heartbeat import Doing, whereabouts
from backprop_viz.capture.recorder import Recorder
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.whereabouts import Whereabouts
from backprop_viz.recording.trace.all_reduce import all_reduce_of
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.messages import RunEnded

_Buckets = tuple[tuple[str, ...], ...]


class LoopPlace:
    """Told of iterations by whoever follows the loop, and asked from a thread of its own.

    Which gradients are there is known of a recorded iteration from its events; of others from the
    ``.grad`` that zero_grad has set to None. Which bucket a parameter is in, a recording tells:
    one after the first iteration, after which DistributedDataParallel makes them anew.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._iteration = 1
        self._recorder: Recorder | None = None
        self._parameters: Mapping[str, Tensor] = {}
        self._buckets: _Buckets = ()
        self._told: Whereabouts | None = None
        self._begun = time.time()

    def begins(self, iteration: int) -> None:
        """An iteration begins; whether it is recorded is told next."""
        self._iteration, self._recorder, self._begun = iteration, None, time.time()

    def recorded_by(self, recorder: Recorder) -> None:
        """The iteration that begins is recorded."""
        self._recorder = recorder
        named = recorder.model.named_parameters()
        self._parameters = {name: parameter for name, parameter in named if parameter.requires_grad}

    def ended(self, recording: Recording | None) -> None:
        """An iteration is over."""
        self._recorder = None
        if recording is not None and recording.iteration > 1:
            self._buckets = buckets_in(recording) or self._buckets

    def let_go(self) -> None:
        """Hold nothing of the model: its loop is followed no longer."""
        self._recorder, self._parameters = None, {}

    def now(self, thread: int | None) -> Whereabouts:
        """Where the loop is now, which runs in this thread; None: it is over."""
        told = self._filled_in(whereabouts(thread, self.path, self._iteration))
        same = self._told is not None and _is_same(self._told, told)
        since = self._told.since if same and self._told is not None else told.time
        if not same and self._told is not None and self._told.iteration < told.iteration:
            since = self._begun
        self._told = replace(told, since=since)
        return self._told

    def last(self, told: RunEnded) -> Whereabouts:
        """Where the loop was when an error ended it."""
        now = time.time()
        doing: Doing = "backward" if "_engine_run_backward" in told.details else "other"
        place = Whereabouts(now, now, self._iteration, doing, told.line, error=told.error)
        place = replace(place, in_backward=doing == "backward")
        place = self._filled_in(place)
        before = self._told
        if before is not None and _waits_alike(before, place):
            place = replace(place, since=before.since)
        return place

    def _filled_in(self, told: Whereabouts) -> Whereabouts:
        """With what has run last, and the bucket that waits."""
        events = () if self._recorder is None else self._recorder.log.made()
        if events:
            told = replace(told, phase=events[-1].phase, after=_what(events))
        if self._buckets:
            there = _accumulated(events) if self._recorder else self._with_grad(told)
            place = _first_lacking(self._buckets, there)
            sends = self._buckets[place] if place < len(self._buckets) else ()
            told = replace(told, bucket=place, buckets=len(self._buckets), sends=sends)
        return told

    def _with_grad(self, told: Whereabouts) -> frozenset[str]:
        """The parameters whose gradient backward has made in an iteration that is not recorded."""
        if not told.in_backward:
            return frozenset()  # it may be before backward or after: an earlier gradient is no sign
        known = self._parameters.items()
        return frozenset(name for name, parameter in known if parameter.grad is not None)


def buckets_in(recording: Recording) -> _Buckets:
    """The parameters in each bucket of an iteration's last all-reduce, as they went; () without."""
    found: dict[int, dict[str, None]] = {}
    for event in recording.events:
        told = all_reduce_of(event)
        if told is not None and event.parameter is not None:
            found.setdefault(told.bucket, {})[event.parameter] = None
    return tuple(tuple(found[number]) for number in sorted(found))


def _first_lacking(buckets: _Buckets, there: frozenset[str]) -> int:
    for number, names in enumerate(buckets):
        if not there.issuperset(names):
            return number
    return len(buckets)


def _accumulated(events: tuple[Event, ...]) -> frozenset[str]:
    """The parameters that the last backward has come to."""
    found = set()
    for event in reversed(events):
        if event.phase in (Phase.FORWARD, Phase.LOSS):
            break
        if event.op == "AccumulateGrad" and event.parameter is not None:
            found.add(event.parameter)
    return frozenset(found)


def _what(events: tuple[Event, ...]) -> str:
    """What the last event was about: a layer if that is known, a parameter, or an operation."""
    phase = events[-1].phase
    made = {e.node: e for e in events if e.module and e.phase is not Phase.BACKWARD}
    for event in reversed(events):
        if event.phase is not phase:
            break
        if event.parameter is not None:
            return event.parameter
        ran = made.get(event.node) if phase is Phase.BACKWARD else event
        if ran is not None and ran.module:
            return f"{ran.module} ({ran.op})"
    return events[-1].op


def _waits_alike(one: Whereabouts, other: Whereabouts) -> bool:
    """Whether a loop has not got on between the two."""
    return (one.iteration, one.doing, one.bucket, one.after) == (
        other.iteration,
        other.doing,
        other.bucket,
        other.after,
    )


def _is_same(one: Whereabouts, other: Whereabouts) -> bool:
    return replace(one, time=0.0, since=0.0) == replace(other, time=0.0, since=0.0)
